"""Markers who open the same works at the same time, on a database that does not hide it."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from assessment.models import MarkingClaim, Submission
from tests.assessment.works import make_task
from tests.jobs.processes import database_url
from tests.make import make_user, staff
from tests.people import make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(works: list[Submission], markers: list[User]) -> dict[int, set[int]]:
    """Let every marker take every work at once; return the works each was told they have."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    keys = [str(work.pk) for work in works]
    started = {
        marker.pk: subprocess.Popen(
            [sys.executable, "-m", "tests.assessment.claimer", str(marker.pk), *keys],
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        for marker in markers
    }
    got = {}
    for pk, process in started.items():
        output, _errors = process.communicate(timeout=120)
        assert process.returncode == 0
        got[pk] = {int(line) for line in output.split()}
    return got


def held() -> dict[int, set[int]]:
    """Return the works of each marker as the database has them."""
    found: dict[int, set[int]] = {}
    for row in MarkingClaim.objects.all():
        found.setdefault(row.marker_id, set()).add(row.submission_id)
    return found


def test_of_three_markers_one_gets_each_work_new_or_expired() -> None:
    cast = make_cast()
    task = make_task(cast)
    works = [task.handed_in(task.another()) for _n in range(20)]
    markers = [cast.trainer, make_user("Giảng Viên Hai"), make_user("Giảng Viên Ba")]
    for marker in markers[1:]:
        staff(task.cohort, marker)
    for _round in ("new", "expired"):
        got = race(works, markers)
        assert {pk: keys for pk, keys in got.items() if keys} == held()
        assert sum(map(len, got.values())) == MarkingClaim.objects.count() == 20
        MarkingClaim.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
