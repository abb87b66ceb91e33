"""What the tests of classes and learning share."""

import pytest

from courses.outline import forget
from enrolments import completion


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Forget what a process keeps of versions: rolled-back tests use the same ids again."""
    forget()
    completion.forget()
