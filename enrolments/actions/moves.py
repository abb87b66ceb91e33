"""Taking learners along to a new version of their course, as its publisher chose."""

from __future__ import annotations

import time
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import CourseVersion, Moves, VersionState
from enrolments.actions.places import move_version
from enrolments.models import Enrolment
from enrolments.models.cohorts import LIVE
from enrolments.models.places import EnrolmentQuerySet, EnrolmentState
from jobs.actions import start_job
from jobs.models import Job

MOVE_LEARNERS: Final = "enrolments.move_learners"
AT_ONCE: Final = 200  # more than that is a job
CHUNK: Final = 25


def studying_before(version: CourseVersion) -> EnrolmentQuerySet:
    """Return the unfinished places of running classes in other versions of the course."""
    places = Enrolment.objects.unfinished().filter(cohort__course=version.course_id)
    return places.filter(cohort__state__in=LIVE).exclude(version=version)


def to_move(version: CourseVersion, moves: str) -> EnrolmentQuerySet:
    """Return the places that the choice moves to the version."""
    places = studying_before(version)
    if moves == Moves.ALL:
        return places
    if moves == Moves.NOT_STARTED:
        return places.filter(state=EnrolmentState.ENROLLED)
    return places.none()


@transaction.atomic
def move_learners(*, version: CourseVersion, moves: str, by: User) -> Job | None:
    """Move the places chosen: few of them at once, many in a job. Safe to call twice."""
    total = to_move(version, moves).count()
    if total > AT_ONCE:
        return start_job(
            kind=MOVE_LEARNERS,
            key=f"move-learners:{version.pk}",
            by=by,
            total=total,
            args={"version": version.pk, "moves": moves, "by": by.pk},
            title=_("Learners move to version %(number)s of %(course)s")
            % {"number": version.number, "course": version.course.code},
            unit_id=version.course.provider.unit_id,
        )
    for place in to_move(version, moves).order_by("pk"):
        move_version(enrolment=place, to=version, by=by, reason=version.change_note)
    return None


def move_slice(job: Job, until: float) -> bool:
    """Move on from the last place; who has started or finished meanwhile stays as they are."""
    version = CourseVersion.objects.get(pk=job.args["version"])
    by = User.objects.get(pk=job.args["by"])
    if version.state != VersionState.PUBLISHED:
        return True  # a newer one is out; whoever published it has chosen again
    while True:
        left = to_move(version, job.args["moves"]).filter(pk__gt=job.checkpoint.get("after", 0))
        chunk = list(left.select_for_update(of=("self",)).order_by("pk")[:CHUNK])
        for place in chunk:
            move_version(enrolment=place, to=version, by=by, reason=version.change_note)
        if not chunk:
            return True
        job.checkpoint = {"after": chunk[-1].pk}
        job.done += len(chunk)
        if time.monotonic() >= until:
            return False
