"""Several ticks at the same time, on a database that does not hide it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from enrolments.models import Obligation
from requirements.actions.requirements import put_in_force
from requirements.models import AudienceMembership, RequirementDuty
from tests.jobs.processes import database_url
from tests.make import make_course, make_user
from tests.people import make_cast
from tests.requirements.make import make_audience, make_requirement

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def ticks(audience: int, count: int = 3) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "tests.requirements.worker", str(audience)]
    started = [
        subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR) for _n in range(count)
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * count


def test_three_ticks_at_once_let_everybody_in_once_and_give_each_turn_once() -> None:
    cast = make_cast()
    audience = make_audience(cast.ward, by=cast.hr)
    course = make_course(cast.provider)
    requirement = make_requirement(audience, course, by=cast.hr, every_months=12)
    put_in_force(requirement=requirement, by=cast.hr)
    people = [make_user(unit=cast.ward) for _n in range(60)]
    ticks(audience.pk)
    joined = AudienceMembership.objects.filter(person__in=people)
    assert joined.count() == len(people)
    assert RequirementDuty.objects.filter(person__in=people).count() == len(people)
    Obligation.objects.filter(person__in=people).update(status="waived")
    ticks(audience.pk)
    assert RequirementDuty.objects.filter(person__in=people, cycle=1).count() == len(people)
    assert Obligation.objects.filter(person__in=people).count() == 2 * len(people)
