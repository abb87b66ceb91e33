"""What follows from a release for each learner: the lesson is done, and a notice goes out."""

from __future__ import annotations

import time
from typing import Final

from django.urls import reverse

from assessment.frozen import quiz_of
from assessment.models import GradeCell, Release
from enrolments.actions.progress import complete_block
from jobs.models import Job
from lms.clock import today
from notifications.actions import NoticeSpec, plan_notices

RELEASED: Final = "assessment.released"
CHUNK: Final = 100


def settle_release(job: Job, until: float) -> bool:
    """Carry a release on from the job's checkpoint; True when all learners have been seen to."""
    row = Release.objects.select_related("cohort__version").get(pk=job.args["release"])
    while True:
        cells = _next(row, after=job.checkpoint.get("cell", 0))
        for cell in cells:
            _complete(cell)
        plan_notices(notices=[_notice(row, cell) for cell in cells])
        job.done += len(cells)
        if len(cells) < CHUNK:
            return True
        job.checkpoint = {"cell": cells[-1].pk}
        if time.monotonic() >= until:
            return False


def _next(row: Release, *, after: int) -> list[GradeCell]:
    cells = GradeCell.objects.filter(
        enrolment__cohort=row.cohort_id, component_key=row.component_key, pk__gt=after
    )
    related = cells.select_related("entry", "enrolment__version", "enrolment__learner")
    return list(related.order_by("pk")[:CHUNK])


def _complete(cell: GradeCell) -> None:
    quiz = quiz_of(cell.enrolment.version, cell.component_key)
    if cell.entry.is_passed or (quiz is not None and not quiz.is_graded):
        complete_block(enrolment=cell.enrolment, block_key=cell.component_key)


def _notice(row: Release, cell: GradeCell) -> NoticeSpec:
    quiz = quiz_of(cell.enrolment.version, cell.component_key)
    url = ""
    if quiz is not None:
        url = reverse("assessment:start", args=[cell.enrolment_id, quiz.key])
    return NoticeSpec(
        person_id=cell.enrolment.learner_id,
        kind=RELEASED,
        subject=f"release:{row.pk}",
        due_on=today(),
        send_at=row.released_at,
        context={
            "title_vi": quiz.title_vi if quiz else row.cohort.version.title_vi,
            "title_en": quiz.title_en if quiz else row.cohort.version.title_en,
            "cohort": row.cohort.name,
        },
        url=url,
        unit_id=cell.enrolment.sending_unit_id,
    )
