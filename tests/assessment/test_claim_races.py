"""Markers who open the same works at the same time, on a database that does not hide it."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from assessment.actions.marking_plans import PlanSpec, set_plan
from assessment.models import BlindMark, GradeCell, Mark, MarkingClaim, Submission
from tests.assessment.works import make_task
from tests.jobs.processes import database_url
from tests.make import make_user, staff
from tests.people import make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(
    works: list[Submission], markers: list[User], module: str = "claimer"
) -> dict[int, set[int]]:
    """Let every marker take every work at once; return the works each was told they have."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    keys = [str(work.pk) for work in works]
    started = {
        marker.pk: subprocess.Popen(
            [sys.executable, "-m", f"tests.assessment.{module}", str(marker.pk), *keys],
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


def test_two_who_send_their_marks_at_once_make_one_mark_of_each_work() -> None:
    cast = make_cast()
    task = make_task(cast)
    works = [task.handed_in(task.another()) for _n in range(20)]
    second = make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    spec = PlanSpec(is_double=True, moderator=task.by, markers=[cast.trainer, second])
    set_plan(cohort=task.cohort, key=task.key, spec=spec, by=task.by)
    race(works, [cast.trainer, second], "blind_marker")
    assert BlindMark.objects.count() == 40
    assert Mark.objects.filter(kind="joint").count() == Mark.objects.count() == 20
    assert GradeCell.objects.count() == 20
