"""One person in several tabs, on a database that does not hide it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from surveys.models import Participation, Response
from tests.jobs.processes import database_url
from tests.people import make_cast
from tests.surveys.make import learner_of, make_round

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_who_sends_a_survey_from_four_tabs_at_once_has_answered_once() -> None:
    cast = make_cast()
    row = make_round(cast)
    people = [learner_of(row, cast) for _n in range(12)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    keys = [str(person.pk) for person in people]
    command = [sys.executable, "-m", "tests.surveys.answerer", str(row.pk), *keys]
    started = [subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR) for _n in range(4)]
    assert [process.wait(timeout=120) for process in started] == [0] * 4
    assert Participation.objects.count() == Response.objects.count() == 12
