"""Many who apply, take and give back at once, on a database that does not hide it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from accounts.models import User
from admissions.models import Application
from enrolments.models import Cohort
from tests.admissions.make import make_open_class
from tests.jobs.processes import database_url
from tests.make import make_user
from tests.people import make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def together(verb: str, cohort: Cohort, people: list[User], count: int = 4) -> None:
    """Let each process do it for everybody."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    keys = [str(person.pk) for person in people]
    command = [sys.executable, "-m", "tests.admissions.worker", verb, str(cohort.pk), *keys]
    started = [
        subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR) for _n in range(count)
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * count


def states(cohort: Cohort) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Application.objects.filter(cohort=cohort).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_of_many_who_apply_at_once_as_many_have_a_seat_as_there_are() -> None:
    cast = make_cast()
    cohort = make_open_class(cast, [], seats=8)
    people = [make_user(unit=cast.ward) for _n in range(20)]
    together("apply", cohort, people)
    cohort.refresh_from_db()
    assert states(cohort) == {"enrolled": 8, "waiting": 12}
    assert (cohort.enrolled_count, cohort.enrolments.count()) == (8, 8)
    Cohort.objects.filter(pk=cohort.pk).update(seats=12)
    waiting = list(User.objects.filter(applications__state="waiting"))
    together("take", cohort, waiting)
    cohort.refresh_from_db()
    found = states(cohort)
    assert found["enrolled"] == cohort.enrolled_count == cohort.enrolments.count()
    assert cohort.kept_count == found.get("offered", 0)
    assert cohort.enrolled_count + cohort.kept_count <= 12
