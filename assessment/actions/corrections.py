"""Setting a wrong key right after publishing, and marking again what was marked by it."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.grades import record_grade, write_marks
from assessment.errors import NotInQuiz, OwnRecord, Refused
from assessment.frozen import FrozenQuestion, FrozenQuiz, quiz_of
from assessment.kinds import Data
from assessment.models import Attempt, GradeCell, GradeEntry, KeyCorrection
from assessment.models.attempts import AttemptState
from assessment.models.grades import GradeSource
from audit.actions import record
from courses.models import CourseVersion
from enrolments.models import Enrolment
from enrolments.models.places import EnrolmentQuerySet
from jobs.actions import start_job
from jobs.models import Job

REMARK: Final = "assessment.remark"
CHUNK: Final = 200
REASON_AT_MOST: Final = 300  # characters a line of the ledger holds


@transaction.atomic
def correct_key(
    *,
    version: CourseVersion,
    quiz_key: uuid.UUID,
    question_key: uuid.UUID,
    data: Data,
    reason: str,
    by: User,
) -> KeyCorrection | None:
    """Say what is right from now on; who was marked by the old key is marked again in a job.

    None where that is the key already. The options stay those that learners were asked.
    """
    CourseVersion.objects.select_for_update().get(pk=version.pk)
    question = _question(version, quiz_key, question_key)
    if question.data == data:
        return None
    _refuse(question, data)
    sat = Attempt.objects.filter(version=version, quiz_key=quiz_key)
    if sat.filter(enrolment__learner=by).exists():
        raise OwnRecord(_("Nobody decides on their own record."))
    row = KeyCorrection.objects.create(
        version=version,
        quiz_key=quiz_key,
        question_key=question_key,
        data=data,
        reason=reason,
        corrected_by=by,
    )
    _tell(row, before=question.data)
    _mark_again(row)
    return row


def remark_slice(job: Job, until: float) -> bool:
    """Mark the attempts of one learner after the other again, by the keys that hold now."""
    row = KeyCorrection.objects.select_related("version", "corrected_by").get(
        pk=job.args["correction"]
    )
    quiz = _quiz(row.version, row.quiz_key).corrected()
    while True:
        left = _marked(row).filter(pk__gt=job.checkpoint.get("after", 0))
        places = list(left.order_by("pk")[:CHUNK])
        _remark(places, quiz, row)
        if not places:
            return True
        job.checkpoint = {"after": places[-1].pk}
        job.done += len(places)
        if time.monotonic() >= until:
            return False


def _tell(row: KeyCorrection, *, before: Data) -> None:
    keys = {"quiz": str(row.quiz_key), "question": str(row.question_key)}
    record(
        by=row.corrected_by,
        action="correct_key",
        target=row.version,
        unit_id=row.version.course.provider.unit_id,
        before=keys | {"data": before},
        after=keys | {"data": row.data},
        reason=row.reason,
    )


def _mark_again(row: KeyCorrection) -> None:
    course = row.version.course
    start_job(
        kind=REMARK,
        key=f"{REMARK}:{row.pk}",
        by=row.corrected_by,
        total=_marked(row).count(),
        args={"correction": row.pk},
        title=_("Marking again: %(course)s") % {"course": course.code},
        unit_id=course.provider.unit_id,
        queue="grading",
    )


def _marked(row: KeyCorrection) -> EnrolmentQuerySet:
    graded = Attempt.objects.filter(
        version=row.version_id, quiz_key=row.quiz_key, state=AttemptState.GRADED
    )
    return Enrolment.objects.filter(pk__in=graded.values("enrolment"))


def _remark(places: Sequence[Enrolment], quiz: FrozenQuiz, row: KeyCorrection) -> None:
    """Mark the attempts of some learners again, with the same few statements for all of them."""
    graded = Attempt.objects.select_for_update().filter(
        enrolment__in=places, quiz_key=row.quiz_key, state=AttemptState.GRADED
    )
    attempts = list(graded.order_by("enrolment", "number"))
    write_marks([one for one in attempts if one.version_id == row.version_id], quiz)
    by_place: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_place[attempt.enrolment_id].append(attempt)
    cells = GradeCell.objects.filter(enrolment__in=places, component_key=row.quiz_key)
    held = {cell.enrolment_id: cell.entry for cell in cells.select_related("entry")}
    for place in places:
        best = max(by_place[place.pk], key=lambda attempt: attempt.percent or 0)
        _correct_grade(place, held[place.pk], best, quiz, row)


def _correct_grade(
    place: Enrolment, entry: GradeEntry, best: Attempt, quiz: FrozenQuiz, row: KeyCorrection
) -> None:
    # What a person judged stands; only what was counted is counted again.
    if entry.attempt_id is None or entry.points == best.points:
        return
    record_grade(
        enrolment=place,
        component_key=row.quiz_key,
        points=best.points or Decimal(0),
        max_points=best.max_points or quiz.max_points,
        is_passed=bool(best.is_passed),
        source=GradeSource.CORRECTION,
        by=row.corrected_by,
        attempt=best,
        reason=row.reason[:REASON_AT_MOST],
        completes=not quiz.is_graded,
        is_shown=quiz.shows_at_once,
    )


def _quiz(version: CourseVersion, key: uuid.UUID) -> FrozenQuiz:
    quiz = None if version.is_open else quiz_of(version, key)
    if quiz is None:
        raise NotInQuiz
    return quiz


def _question(
    version: CourseVersion, quiz_key: uuid.UUID, question_key: uuid.UUID
) -> FrozenQuestion:
    question = _quiz(version, quiz_key).corrected().by_key.get(question_key)
    if question is None:
        raise NotInQuiz
    return question


def _refuse(question: FrozenQuestion, data: Data) -> None:
    kind = question.owner
    faults = kind.validate(data)
    order = kind.option_keys(question.data)
    if not faults and kind.public(data, order) != kind.public(question.data, order):
        faults = [_("The options learners were asked cannot be changed, only what is right.")]
    if faults:
        raise Refused(" ".join(faults))
