"""The grade ledger: who got what, by whom, and from when the learner may know it."""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.errors import GradebookRefused, OwnRecord
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.marking import CENT, mark
from assessment.models import Answer, Attempt, GradeCell, GradeEntry, Mark, Release, ScriptCoding
from assessment.models.attempts import AttemptState
from assessment.models.grades import GradeSource
from audit.actions import event, record, record_many
from audit.models import AuditEvent
from enrolments.actions.progress import complete_block
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import IN_FORCE, EnrolmentState
from jobs.actions import start_job

# What marking writes on an attempt.
WORTH = ("points", "max_points", "percent", "is_passed", "state")
SETTLE_RELEASE = "assessment.settle_release"


@transaction.atomic
def grade_attempt(*, attempt: Attempt) -> bool:
    """Mark a submitted attempt and enter its grade. False if it was marked before."""
    held = Attempt.objects.select_for_update(of=("self",)).select_related(
        "version", "enrolment__cohort"
    )
    attempt = held.get(pk=attempt.pk)
    if attempt.state != AttemptState.SUBMITTED:
        return False
    quiz = quiz_of(attempt.version, attempt.quiz_key)
    if quiz is None:
        raise LookupError(f"The version of attempt {attempt.pk} has no quiz of its key.")
    write_marks([attempt], quiz.corrected())
    record_grade(
        enrolment=attempt.enrolment,
        component_key=quiz.key,
        points=attempt.points or Decimal(0),
        max_points=attempt.max_points or Decimal(0),
        is_passed=bool(attempt.is_passed),
        source=GradeSource.AUTOMATIC,
        by=None,
        attempt=attempt,
        completes=not quiz.is_graded,
        is_shown=quiz.shows_at_once,
    )
    return True


@transaction.atomic
def record_grade(
    *,
    enrolment: Enrolment,
    component_key: uuid.UUID,
    points: Decimal,
    max_points: Decimal,
    is_passed: bool,
    source: GradeSource,
    by: User | None,
    attempt: Attempt | None = None,
    mark: Mark | None = None,
    reason: str = "",
    completes: bool = False,
    is_shown: bool = False,
) -> GradeEntry:
    """Enter a grade in the ledger and put the one in force in its cell.

    Of attempts marked automatically the highest is in force; what a person gives, or corrects,
    replaces what was there. The cell is released with the component, or at once where `is_shown`.
    `completes` counts the block as done whatever the mark. The same attempt, or mark, enters once.
    """
    refuse_own(enrolment, by)
    known = _entry_of(source, attempt, mark)
    if known:
        return known
    percent = (points * 100 / max_points).quantize(CENT) if max_points else Decimal(0)
    entry = GradeEntry.objects.create(
        enrolment=enrolment,
        component_key=component_key,
        source=source,
        points=points,
        max_points=max_points,
        percent=percent,
        is_passed=is_passed,
        attempt=attempt,
        mark=mark,
        given_by=by,
        reason=reason,
    )
    record_many([grade_event(entry)])
    cell = _put_in_force(entry)
    if is_shown or is_released(cohort_id=enrolment.cohort_id, component_key=component_key):
        _show(cell)
        if completes or cell.entry.is_passed:
            complete_block(enrolment=enrolment, block_key=component_key)
    return entry


@transaction.atomic
def release(*, cohort: Cohort, component_key: uuid.UUID, by: User) -> Release:
    """Công bố kết quả: from now on the learners of the class see grades and feedback.

    Safe to call twice. What follows from it for each learner (the lesson is done, a notice) is a
    job: a class may have thousands.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    refuse_learner(cohort, by)
    sealed = ScriptCoding.objects.sealed().filter(cohort=cohort, component_key=component_key)
    if sealed.exists():
        raise GradebookRefused(_("The scripts stand under codes: join names and marks first."))
    row, is_new = Release.objects.get_or_create(
        cohort=cohort, component_key=component_key, defaults={"released_by": by}
    )
    if not is_new:
        return row
    cells = GradeCell.objects.filter(enrolment__cohort=cohort, component_key=component_key)
    shown = cells.filter(released_at=None).update(released_at=row.released_at)
    facts = {"component": str(component_key), "learners": shown}
    record(by=by, action="release_results", target=cohort, unit_id=cohort.organiser_id, after=facts)
    start_job(
        kind=SETTLE_RELEASE,
        key=f"{SETTLE_RELEASE}:{row.pk}",
        by=by,
        total=cells.count(),
        args={"release": row.pk},
        title=_("Results released: %(cohort)s") % {"cohort": cohort},
        unit_id=cohort.organiser_id,
    )
    return row


def is_released(*, cohort_id: int, component_key: uuid.UUID) -> bool:
    """Return whether the learners of the class may see the results of the component."""
    return Release.objects.filter(cohort=cohort_id, component_key=component_key).exists()


def refuse_own(enrolment: Enrolment, by: User | None) -> None:
    """Raise `OwnRecord` if somebody is about to decide on themselves."""
    if by is not None and by.pk == enrolment.learner_id:
        raise OwnRecord(_("Nobody decides on their own record."))


def refuse_learner(cohort: Cohort, by: User) -> None:
    """Raise `OwnRecord` if somebody is about to decide on a class they learn in, or put off."""
    states = (*IN_FORCE, EnrolmentState.DEFERRED)
    if cohort.enrolments.filter(learner=by, state__in=states).exists():
        raise OwnRecord(_("Nobody decides on their own record."))


def write_marks(attempts: Collection[Attempt], quiz: FrozenQuiz) -> None:
    """Mark the answers of attempts by the keys of this quiz; what is marked so is left alone."""
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(attempt__in=attempts):
        answers[answer.attempt_id].append(answer)
    marked = {attempt: _marked(attempt, answers[attempt.pk], quiz) for attempt in attempts}
    # An upsert: faster than `bulk_update` with a CASE for each row.
    Answer.objects.bulk_create(
        itertools.chain.from_iterable(rows for _is_other, rows in marked.values()),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["points"],
    )
    for attempt, (is_other, _rows) in marked.items():
        if is_other:
            attempt.graded_at = timezone.now()
            attempt.save(update_fields=[*WORTH, "graded_at"])


def _marked(
    attempt: Attempt, answers: Collection[Answer], quiz: FrozenQuiz
) -> tuple[bool, list[Answer]]:
    """Mark in memory; return whether the attempt is worth something else now, and which answers."""
    worth = mark(quiz, {answer.question_key: answer.response for answer in answers})
    before = [getattr(attempt, name) for name in WORTH]
    attempt.points, attempt.max_points = worth.points, worth.max_points
    attempt.percent, attempt.is_passed = worth.percent, worth.is_passed
    attempt.state = AttemptState.GRADED
    changed = []
    for answer in answers:
        points = worth.by_question.get(answer.question_key, Decimal(0))
        if answer.points != points:
            answer.points = points
            changed.append(answer)
    return before != [getattr(attempt, name) for name in WORTH], changed


def _entry_of(source: GradeSource, attempt: Attempt | None, mark: Mark | None) -> GradeEntry | None:
    if mark is not None:
        return GradeEntry.objects.filter(mark=mark).first()
    if attempt is not None and source == GradeSource.AUTOMATIC:
        return GradeEntry.objects.filter(attempt=attempt, source=source).first()
    return None


def _put_in_force(entry: GradeEntry) -> GradeCell:
    cell, is_new = GradeCell.objects.select_related("entry").get_or_create(
        enrolment=entry.enrolment, component_key=entry.component_key, defaults={"entry": entry}
    )
    is_better = entry.percent > cell.entry.percent
    if not is_new and (entry.source != GradeSource.AUTOMATIC or is_better):
        cell.entry = entry
        cell.save(update_fields=["entry"])
    return cell


def _show(cell: GradeCell) -> None:
    if cell.released_at is None:
        cell.released_at = timezone.now()
        cell.save(update_fields=["released_at"])


def grade_event(entry: GradeEntry) -> AuditEvent:
    """Return what the audit trail says of an entry of the ledger."""
    facts = {
        "component": str(entry.component_key),
        "source": str(entry.source),
        "points": str(entry.points),
        "max_points": str(entry.max_points),
    }
    unit_id = entry.enrolment.sending_unit_id
    return event(
        by=entry.given_by,
        action="record_grade",
        target=entry.enrolment,
        unit_id=unit_id,
        after=facts,
        reason=entry.reason,
    )
