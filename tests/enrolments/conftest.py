"""What the tests of classes and learning share."""

from pathlib import Path

import pytest

from courses.outline import forget
from enrolments import completion
from scripts.messages import compile_all
from tests.enrolments.importing import Walk
from tests.make import make_code, make_cohort, make_version, mark_published
from tests.people import Cast, signed_in_as


@pytest.fixture(autouse=True, scope="session")
def _words() -> None:
    """Let pages speak Vietnamese: their words are what learners meet."""
    compile_all(Path(__file__).resolve().parents[2])


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Forget what a process keeps of versions: rolled-back tests use the same ids again."""
    forget()
    completion.forget()


@pytest.fixture
def walk(cast: Cast) -> Walk:
    """Return the ward officer's import into a class of the department."""
    make_code()
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department)
    return Walk(signed_in_as(cast.hr), cohort)
