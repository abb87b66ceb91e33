"""Judging a work. Marks are only ever added; nothing shows before the results are released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.claims import let_go, refuse_claimed
from assessment.actions.grades import record_grade, refuse_own
from assessment.actions.works import demand_assignment
from assessment.assignments import FrozenAssignment
from assessment.models import GradeCell, Mark, MarkingPlan, MarkingTurn, Submission
from assessment.models.assignments import MarkKind, SubmissionState
from assessment.models.grades import GradeSource
from assessment.work_errors import MarkedMeanwhile, MarkRefused
from audit.actions import record
from lms.html import from_markdown

Points = Mapping[str, Decimal]


@dataclass(frozen=True)
class Judgement:
    """What a marker says of a work: points in all and by criterion, and a comment as Markdown."""

    points: Decimal
    criteria: Mapping[str, str]
    comment: str


@transaction.atomic
def mark(
    *,
    submission: Submission,
    by: User,
    points: Decimal,
    criteria: Points,
    comment: str,
    seen: int | None = None,
    reason: str = "",
) -> Mark:
    """Enter a mark; the same one again changes nothing.

    `seen` is the mark the marker looked at (None: there was none). Once the result is released a
    change is a correction and needs its reason.
    """
    held, assignment = held_for_marking(submission, by)
    refuse_not_given(held, by)
    refuse_claimed(held, by)
    points = checked(assignment, points, criteria)
    last = held.marks.order_by("-pk").first()
    given = {key: str(value) for key, value in criteria.items()}
    if last and _says(last, by, points, given, comment):
        return last
    if last and last.pk != seen:
        raise MarkedMeanwhile
    let_go(submission=held, by=by)
    return enter(held, assignment, by, Judgement(points, given, comment), reason=reason)


def enter(
    work: Submission,
    assignment: FrozenAssignment,
    by: User,
    given: Judgement,
    *,
    kind: MarkKind = MarkKind.SINGLE,
    reason: str = "",
) -> Mark:
    """Enter what was decided about a work that the caller holds, with what follows from it."""
    source = _source(work, reason)
    row = Mark.objects.create(
        submission=work,
        marker=by,
        kind=kind,
        points=given.points,
        criteria=given.criteria,
        comment=given.comment,
        comment_html=str(from_markdown(given.comment)),
    )
    work.state = SubmissionState.MARKED
    work.save(update_fields=["state"])
    MarkingTurn.objects.filter(submission=work, marked_at=None).update(marked_at=timezone.now())
    _tell(row, work, by, reason)
    record_grade(
        enrolment=work.enrolment,
        component_key=work.assignment_key,
        points=given.points,
        max_points=assignment.max_points,
        is_passed=assignment.passes(given.points),
        source=source,
        by=by,
        mark=row,
        reason=reason,
    )
    return row


def held_for_marking(submission: Submission, by: User) -> tuple[Submission, FrozenAssignment]:
    """Return the work under a lock, with what was asked; nobody's own, no draft, none replaced."""
    rows = Submission.objects.select_for_update(of=("self",))
    held = rows.select_related("enrolment__cohort", "version").get(pk=submission.pk)
    refuse_own(held.enrolment, by)
    assignment = demand_assignment(held.enrolment, held.assignment_key)
    _refuse_unmarkable(held)
    return held, assignment


def refuse_not_given(work: Submission, by: User) -> None:
    """Raise `MarkRefused` where the plan of the class gives the work to others."""
    plan = MarkingPlan.objects.of(work.enrolment.cohort_id, work.assignment_key)
    if plan is None:
        return
    if plan.is_double:
        raise MarkRefused(_("Two markers judge this work independently."))
    turn = work.turns.select_related("marker").first()
    if turn and turn.marker_id != by.pk:
        raise MarkRefused(_("This work is given to %(name)s.") % {"name": turn.marker.full_name})


def _refuse_unmarkable(work: Submission) -> None:
    if work.is_draft:
        raise MarkRefused(_("The work has not been handed in."))
    if work.superseded_at:
        raise MarkRefused(_("The learner has handed in a later work: mark that one."))


def checked(assignment: FrozenAssignment, points: Decimal, criteria: Points) -> Decimal:
    """Return the points of the whole: with criteria, their sum."""
    if not assignment.criteria:
        if not 0 <= points <= assignment.max_points:
            raise MarkRefused(
                _("Points lie between 0 and %(most)s.") % {"most": assignment.max_points}
            )
        return points
    if set(criteria) != {row.key for row in assignment.criteria}:
        raise MarkRefused(_("Give points for every criterion."))
    for row in assignment.criteria:
        if not 0 <= criteria[row.key] <= row.points:
            facts = {"name": row.name, "most": row.points}
            raise MarkRefused(_("%(name)s: points lie between 0 and %(most)s.") % facts)
    return sum(criteria.values(), Decimal(0))


def _says(last: Mark, by: User, points: Decimal, criteria: Mapping[str, str], comment: str) -> bool:
    """Return whether the last mark is this very one: a form sent twice."""
    same = (last.marker_id, last.points, last.comment) == (by.pk, points, comment)
    return same and last.criteria == criteria


def _source(work: Submission, reason: str) -> GradeSource:
    shown = GradeCell.objects.filter(
        enrolment=work.enrolment_id,
        component_key=work.assignment_key,
        released_at__isnull=False,
    )
    if not shown.exists():
        return GradeSource.MARKER
    if not reason.strip():
        raise MarkRefused(_("The result has been released: say why it is corrected."))
    return GradeSource.CORRECTION


def _tell(row: Mark, work: Submission, by: User, reason: str) -> None:
    facts = {"receipt": work.receipt, "points": str(row.points), "criteria": row.criteria}
    unit_id = work.enrolment.sending_unit_id
    record(by=by, action="mark_work", target=work, unit_id=unit_id, after=facts, reason=reason)
