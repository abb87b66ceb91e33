"""What the tests of classes and learning share."""

from pathlib import Path

import pytest

from courses.outline import forget
from enrolments import completion
from scripts.messages import compile_all


@pytest.fixture(autouse=True, scope="session")
def _words() -> None:
    """Let pages speak Vietnamese: their words are what learners meet."""
    compile_all(Path(__file__).resolve().parents[2])


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Forget what a process keeps of versions: rolled-back tests use the same ids again."""
    forget()
    completion.forget()
