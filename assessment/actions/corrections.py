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
from assessment.models import Attempt, GradeCell, KeyCorrection
from assessment.models.attempts import AttemptState
from assessment.models.grades import GradeSource
from audit.actions import record
from courses.models import CourseVersion
from enrolments.models import Enrolment
from enrolments.models.places import EnrolmentQuerySet
from jobs.actions import draft, plan, start_job
from jobs.models import BulkChange, ChangeState, Job

KIND: Final = "assessment.correct_key"
PLACE: Final = "enrolments.enrolment"  # of the rows of a plan
REMARK: Final = "assessment.remark"
CHUNK: Final = 200
REASON_AT_MOST: Final = 300  # characters a line of the ledger holds
OVER: Final = (ChangeState.APPLIED, ChangeState.UNDONE)


@transaction.atomic
def propose_key(
    *,
    version: CourseVersion,
    quiz_key: uuid.UUID,
    question_key: uuid.UUID,
    data: Data,
    reason: str,
    by: User,
) -> BulkChange:
    """Have worked out what another key would change; nothing is written until it is confirmed.

    The options stay those that learners were asked. The key in force may be proposed again: it
    finds whom an earlier correction left out.
    """
    question = question_of(version, quiz_key, question_key)
    _refuse(question, data)
    _refuse_own_open(version, quiz_key, by)
    wish = f"{KIND}:{version.pk}:{question_key}:{by.pk}"
    over = BulkChange.objects.filter(key__startswith=f"{wish}:", state__in=OVER).count()
    change = draft(
        kind=KIND,
        key=f"{wish}:{over}",
        title=_("Correction of a key: %(course)s") % {"course": version.course.code},
        by=by,
        unit_id=version.course.provider.unit_id,
    )
    wanted = {
        "version": version.pk,
        "quiz": str(quiz_key),
        "question": str(question_key),
        "data": data,
        "before": question.data,
        "reason": reason,
    }
    free = BulkChange.objects.filter(pk=change.pk).exclude(
        state__in=[ChangeState.APPLYING, ChangeState.PLANNING]
    )
    if free.update(params=wanted):
        change.refresh_from_db()
        plan(change=change, by=by)
    return change


@transaction.atomic
def set_key(*, change: BulkChange, data: Data, reason: str, by: User) -> KeyCorrection:
    """Say what is right from now on, and see to attempts marked since the plan was made."""
    version = CourseVersion.objects.select_for_update().get(pk=change.params["version"])
    quiz_key = uuid.UUID(change.params["quiz"])
    question_key = uuid.UUID(change.params["question"])
    before = question_of(version, quiz_key, question_key).data
    row = KeyCorrection.objects.create(
        version=version,
        quiz_key=quiz_key,
        question_key=question_key,
        data=data,
        reason=reason,
        corrected_by=by,
        change=change,
    )
    _tell(row, before=before)
    _mark_the_rest_again(row)
    return row


@transaction.atomic
def remark_places(
    *, places: Sequence[Enrolment], quiz: FrozenQuiz, reason: str, by: User
) -> dict[int, int]:
    """Mark the attempts of some learners again by these keys, in the same few statements for all.

    Returns the entry of the grade ledger then in force, by place.
    """
    if any(place.learner_id == by.pk for place in places):
        raise OwnRecord(_("Nobody decides on their own record."))
    graded = Attempt.objects.select_for_update().filter(
        enrolment__in=places, quiz_key=quiz.key, state=AttemptState.GRADED
    )
    attempts = list(graded.order_by("enrolment", "number"))
    write_marks([one for one in attempts if one.version_id == quiz.version_id], quiz)
    by_place: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_place[attempt.enrolment_id].append(attempt)
    cells = GradeCell.objects.filter(enrolment__in=places, component_key=quiz.key)
    held = {cell.enrolment_id: cell.entry for cell in cells.select_related("entry")}
    for place in places:
        best = max(by_place[place.pk], key=lambda attempt: attempt.percent or 0)
        # What a person judged stands; only what was counted is counted again.
        if held[place.pk].attempt_id is not None and held[place.pk].points != best.points:
            _correct_grade(place, best, quiz, reason=reason, by=by)
    return dict(cells.values_list("enrolment", "entry"))


def _correct_grade(
    place: Enrolment, best: Attempt, quiz: FrozenQuiz, *, reason: str, by: User
) -> None:
    record_grade(
        enrolment=place,
        component_key=quiz.key,
        points=best.points or Decimal(0),
        max_points=best.max_points or quiz.max_points,
        is_passed=bool(best.is_passed),
        source=GradeSource.CORRECTION,
        by=by,
        attempt=best,
        reason=reason[:REASON_AT_MOST],
        completes=not quiz.is_graded,
        is_shown=quiz.shows_at_once,
    )


def remark_slice(job: Job, until: float) -> bool:
    """Mark again, by the keys that hold now, those whom the plan did not know yet."""
    row = KeyCorrection.objects.select_related("version", "corrected_by").get(
        pk=job.args["correction"]
    )
    quiz = published_quiz(row.version, row.quiz_key).corrected()
    while True:
        left = _the_rest(row).filter(pk__gt=job.checkpoint.get("after", 0))
        places = list(left.order_by("pk")[:CHUNK])
        remark_places(places=places, quiz=quiz, reason=row.reason, by=row.corrected_by)
        if not places:
            return True
        job.checkpoint = {"after": places[-1].pk}
        job.done += len(places)
        if time.monotonic() >= until:
            return False


def published_quiz(version: CourseVersion, key: uuid.UUID) -> FrozenQuiz:
    """Return a quiz of a published version, as it was published."""
    quiz = None if version.is_open else quiz_of(version, key)
    if quiz is None:
        raise NotInQuiz
    return quiz


def question_of(
    version: CourseVersion, quiz_key: uuid.UUID, question_key: uuid.UUID
) -> FrozenQuestion:
    """Return a question of a published quiz, with the key that holds now."""
    question = published_quiz(version, quiz_key).corrected().by_key.get(question_key)
    if question is None:
        raise NotInQuiz
    return question


def marked_places(version_id: int, quiz_key: uuid.UUID) -> EnrolmentQuerySet:
    """Return the places with a marked attempt at the quiz of this version."""
    graded = Attempt.objects.filter(
        version=version_id, quiz_key=quiz_key, state=AttemptState.GRADED
    )
    return Enrolment.objects.filter(pk__in=graded.values("enrolment"))


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


def _mark_the_rest_again(row: KeyCorrection) -> None:
    course = row.version.course
    start_job(
        kind=REMARK,
        key=f"{REMARK}:{row.pk}",
        by=row.corrected_by,
        total=_the_rest(row).count(),
        args={"correction": row.pk},
        title=_("Marking again: %(course)s") % {"course": course.code},
        unit_id=course.provider.unit_id,
        queue="grading",
    )


def _the_rest(row: KeyCorrection) -> EnrolmentQuerySet:
    """Return the marked places without a line in the plan, never the corrector's own."""
    places = marked_places(row.version_id, row.quiz_key).exclude(learner=row.corrected_by)
    if row.change is None:
        return places
    planned = row.change.rows.filter(target_type=PLACE).values("target_id")
    return places.exclude(pk__in=planned)


def _refuse(question: FrozenQuestion, data: Data) -> None:
    kind = question.owner
    faults = kind.validate(data)
    order = kind.option_keys(question.data)
    if not faults and kind.public(data, order) != kind.public(question.data, order):
        faults = [_("The options learners were asked cannot be changed, only what is right.")]
    if faults:
        raise Refused(" ".join(faults))


def _refuse_own_open(version: CourseVersion, quiz_key: uuid.UUID, by: User) -> None:
    """An own attempt that waits for its mark would be marked by one's own key."""
    own = Attempt.objects.filter(version=version, quiz_key=quiz_key, enrolment__learner=by)
    if own.exclude(state=AttemptState.GRADED).exists():
        words = _("An attempt of one's own is not marked yet: another person corrects this test.")
        raise OwnRecord(words)
