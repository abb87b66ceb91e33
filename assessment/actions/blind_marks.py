"""Independent double marking: two marks that know nothing of each other, then one of both.

Neither the other mark nor who gave it can be read before both are there: `Mark`, which everything
else looks at, is only made then.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.marks import Judgement, Points, checked, enter, held_for_marking
from assessment.agreement import mean_of
from assessment.assignments import FrozenAssignment
from assessment.errors import OwnRecord
from assessment.models import BlindMark, Mark, MarkingPlan, MarkingTurn, Submission
from assessment.models.assignments import MarkKind
from assessment.work_errors import MarkedMeanwhile, MarkRefused
from audit.actions import record

BOTH: Final = 2


@transaction.atomic
def mark_blind(
    *, submission: Submission, by: User, points: Decimal, criteria: Points, comment: str
) -> BlindMark:
    """Enter one marker's own mark; the same one again changes nothing.

    It may be replaced until the other marker's is there. Then both become the mark of the work, if
    they are within the tolerance; otherwise the work waits for the moderator.
    """
    held, assignment = held_for_marking(submission, by)
    plan = _plan_of(held)
    turn = held.turns.filter(marker=by).first()
    if turn is None:
        raise MarkRefused(_("This work is given to other markers."))
    points = checked(assignment, points, criteria)
    last = BlindMark.objects.filter(submission=held, marker=by).order_by("-pk").first()
    given = Judgement(points, {key: str(value) for key, value in criteria.items()}, comment)
    if last and (last.points, last.criteria, last.comment) == (points, given.criteria, comment):
        return last
    if not held.turns.filter(marked_at=None).exists():
        raise MarkRefused(_("Both marks are there: the mark is no longer the markers' to change."))
    row = BlindMark.objects.create(
        submission=held, marker=by, points=points, criteria=given.criteria, comment=comment
    )
    MarkingTurn.objects.filter(pk=turn.pk).update(marked_at=timezone.now())
    _tell(row, held, by)
    _settle(held, assignment, plan, by)
    return row


@transaction.atomic
def moderate(
    *,
    submission: Submission,
    by: User,
    points: Decimal,
    criteria: Points,
    comment: str,
    seen: int | None = None,
    reason: str = "",
) -> Mark:
    """Decide the mark of a work that two have judged; only the moderator of the plan does.

    Also corrects a mark that came of both; `seen` is the mark looked at, as in `marks.mark`.
    """
    held, assignment = held_for_marking(submission, by)
    if _plan_of(held).moderator_id != by.pk or held.turns.filter(marker=by).exists():
        raise OwnRecord(_("Only the moderator, who has not marked the work, decides."))
    if len(last_of_each(held)) < BOTH:
        raise MarkRefused(_("The moderator decides once both marks are there."))
    points = checked(assignment, points, criteria)
    given = Judgement(points, {key: str(value) for key, value in criteria.items()}, comment)
    last = held.marks.order_by("-pk").first()
    if last and (last.points, last.criteria, last.comment) == (points, given.criteria, comment):
        return last
    if last and last.pk != seen:
        raise MarkedMeanwhile
    return enter(held, assignment, by, given, kind=MarkKind.MODERATED, reason=reason)


def last_of_each(work: Submission) -> list[BlindMark]:
    """Return the marks of the markers of a work in their turn's order, as far as they are there."""
    rows = BlindMark.objects.filter(submission=work).order_by("pk").select_related("marker")
    last = {row.marker_id: row for row in rows}
    return [last[turn.marker_id] for turn in work.turns.all() if turn.marker_id in last]


def _settle(work: Submission, assignment: FrozenAssignment, plan: MarkingPlan, by: User) -> None:
    """Make one mark of two that agree."""
    both = last_of_each(work)
    if len(both) < BOTH or abs(both[0].points - both[1].points) > plan.tolerance:
        return
    means = {key: mean_of([Decimal(row.criteria[key]) for row in both]) for key in both[0].criteria}
    points = sum(means.values(), Decimal(0)) if means else mean_of([row.points for row in both])
    criteria: Mapping[str, str] = {key: str(value) for key, value in means.items()}
    given = Judgement(points, criteria, joined_comment(both))
    enter(work, assignment, by, given, kind=MarkKind.JOINT)


def joined_comment(both: list[BlindMark]) -> str:
    """Return the comments of both under their turn; nobody is named."""
    heads = (_("First marker"), _("Second marker"))
    said = [(head, row.comment.strip()) for head, row in zip(heads, both, strict=True)]
    return "\n\n".join(f"**{head}:** {comment}" for head, comment in said if comment)


def _plan_of(work: Submission) -> MarkingPlan:
    plan = MarkingPlan.objects.of(work.enrolment.cohort_id, work.assignment_key)
    if plan is None or not plan.is_double:
        raise MarkRefused(_("This work is not marked by two."))
    return plan


def _tell(row: BlindMark, work: Submission, by: User) -> None:
    facts = {"receipt": work.receipt, "points": str(row.points), "criteria": row.criteria}
    unit_id = work.enrolment.sending_unit_id
    record(by=by, action="mark_blind", target=work, unit_id=unit_id, after=facts)
