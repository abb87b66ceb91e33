"""Who marks which works: setting the plan of an assignment, giving works to markers."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.grades import refuse_learner, refuse_own
from assessment.allocating import ToGive, shared_out
from assessment.errors import Refused
from assessment.models import BlindMark, Mark, MarkingPlan, MarkingTurn, Submission
from assessment.models.assignments import SubmissionState
from assessment.models.marking_plans import plans_lacking_turns, trainers_of, works_of
from audit.actions import record
from enrolments.models import Cohort

SLICE: Final = 500
POSITIONS: Final = (1, 2)
TWO: Final = 2


class PlanRefused(Refused):
    """A plan or a hand-over that is refused, with its sentence."""


@dataclass(frozen=True)
class PlanSpec:
    """What a plan says."""

    is_double: bool = False
    is_anonymous: bool = False
    tolerance: Decimal = Decimal(1)
    moderator: User | None = None
    markers: Collection[User] = ()

    @property
    def facts(self) -> dict[str, object]:
        """Return what the audit trail keeps of it."""
        return {
            "is_double": self.is_double,
            "is_anonymous": self.is_anonymous,
            "tolerance": str(self.tolerance),
            "moderator": self.moderator.full_name if self.moderator else "",
            "markers": sorted(one.full_name for one in self.markers),
        }


@transaction.atomic
def set_plan(*, cohort: Cohort, key: uuid.UUID, spec: PlanSpec, by: User) -> MarkingPlan:
    """Say how the works of an assignment are marked, and share out those that wait.

    Raises `OwnRecord` for who learns in the class, `PlanRefused` with its sentence.
    """
    _hold(cohort, key)
    refuse_learner(cohort, by)
    _refuse_marker(MarkingPlan.objects.of(cohort.pk, key), by)
    _refuse_impossible(cohort, spec)
    _refuse_late(cohort, key, spec)
    plan, _is_new = MarkingPlan.objects.update_or_create(
        cohort=cohort,
        component_key=key,
        defaults={
            "is_double": spec.is_double,
            "is_anonymous": spec.is_anonymous,
            "tolerance": spec.tolerance,
            "moderator": spec.moderator if spec.is_double else None,
        },
    )
    plan.markers.set(spec.markers)
    _open_turns(plan).exclude(marker__in=[one.pk for one in spec.markers]).delete()
    _share_out(plan)
    _tell(plan, by, "set_marking_plan", **spec.facts)
    return plan


@transaction.atomic
def share_again(*, plan: MarkingPlan, by: User) -> int:
    """Share out anew the works that nobody has marked yet; return how many works were given."""
    _hold(plan.cohort, plan.component_key)
    refuse_learner(plan.cohort, by)
    _refuse_marker(plan, by)
    begun = MarkingTurn.objects.filter(submission=OuterRef("submission"), marked_at__isnull=False)
    _open_turns(plan).exclude(Exists(begun)).delete()
    given = _share_out(plan)
    _tell(plan, by, "share_out_works", works=given)
    return given


@transaction.atomic
def hand_over(*, turn: MarkingTurn, to: User, by: User) -> None:
    """Give one work to another marker of the plan. Safe to call twice."""
    works = Submission.objects.select_for_update(of=("self",)).select_related("enrolment")
    work = works.get(pk=turn.submission_id)
    held = MarkingTurn.objects.get(pk=turn.pk)
    if held.marker_id == to.pk:
        return
    plan = MarkingPlan.objects.get(
        cohort=work.enrolment.cohort_id, component_key=work.assignment_key
    )
    refuse_learner(plan.cohort, by)
    _refuse_marker(plan, by)
    _refuse_hand_over(plan, work, held, to)
    held.marker = to
    held.save(update_fields=["marker"])
    _tell(plan, by, "hand_over_work", receipt=work.receipt, to=to.full_name)


def share_out_new() -> int:
    """Give works handed in since to the markers of their plans; return how many.

    For the tick: a missed one loses nothing, a doubled one finds nothing left.
    """
    given = 0
    for plan in plans_lacking_turns():
        with transaction.atomic():
            _hold(plan.cohort, plan.component_key)
            given += _share_out(plan)
    return given


def _share_out(plan: MarkingPlan) -> int:
    """Give the waiting works of a plan, which the caller holds, to its markers."""
    markers = list(plan.markers.values_list("pk", flat=True))
    held = _held_by(works_of(plan))
    load = Counter(marker for taken in held.values() for marker in taken.values())
    lacking = _lacking(plan, held)
    rows = []
    for work, marker in shared_out(lacking, markers, each=plan.each, load=load):
        position = next(place for place in POSITIONS if place not in held[work])
        held[work][position] = marker
        rows.append(MarkingTurn(submission_id=work, marker_id=marker, position=position))
    MarkingTurn.objects.bulk_create(rows, batch_size=SLICE)
    return len({row.submission_id for row in rows})


def _lacking(plan: MarkingPlan, held: dict[int, dict[int, int]]) -> Iterable[ToGive]:
    """Return the waiting works that lack a marker, the oldest first."""
    waiting = works_of(plan).filter(state=SubmissionState.SUBMITTED)
    rows = waiting.order_by("submitted_at", "pk").values_list(
        "pk", "enrolment", "enrolment__learner"
    )
    lacking = [row for row in rows if len(held[row[0]]) < plan.each]
    earlier = MarkingTurn.objects.filter(
        submission__enrolment__in={place for _work, place, _learner in lacking},
        submission__assignment_key=plan.component_key,
    )
    known: dict[int, set[int]] = defaultdict(set)
    for place, marker in earlier.values_list("submission__enrolment", "marker"):
        known[place].add(marker)
    return [
        ToGive(work, learner, tuple(held[work].values()), tuple(known[place]))
        for work, place, learner in lacking
    ]


def _held_by(works: Iterable[Submission]) -> dict[int, dict[int, int]]:
    """Return the markers of works by position."""
    held: dict[int, dict[int, int]] = defaultdict(dict)
    turns = MarkingTurn.objects.filter(submission__in=works)
    for work, position, marker in turns.values_list("submission", "position", "marker"):
        held[work][position] = marker
    return held


def _open_turns(plan: MarkingPlan) -> models.QuerySet[MarkingTurn]:
    """Return the turns of a plan in which nobody has marked."""
    return MarkingTurn.objects.filter(submission__in=works_of(plan), marked_at=None)


def _hold(cohort: Cohort, key: uuid.UUID) -> None:
    """Lock the class, then its works: while a mark is being entered the plan does not change."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    works = Submission.objects.filter(enrolment__cohort=cohort, assignment_key=key)
    list(works.select_for_update().order_by("pk").values_list("pk", flat=True))


def _refuse_marker(plan: MarkingPlan | None, by: User) -> None:
    """Refuse changes by who would learn from them who marks the same works."""
    if plan and plan.is_blind_for(by):
        raise PlanRefused(_("Who marks where two mark independently does not share works out."))


def _refuse_impossible(cohort: Cohort, spec: PlanSpec) -> None:
    chosen = {one.pk for one in spec.markers}
    possible = set(trainers_of(cohort).values_list("pk", flat=True))
    if not chosen <= possible:
        raise PlanRefused(_("Works are marked by trainers of the class who do not learn in it."))
    if not spec.is_double:
        return
    if len(chosen) < TWO:
        raise PlanRefused(_("Two independent marks need at least two markers."))
    if spec.moderator is None:
        raise PlanRefused(_("Say who decides where the two marks are too far apart."))
    if spec.moderator.pk in chosen:
        raise PlanRefused(_("The moderator decides between the markers and is none of them."))
    refuse_learner(cohort, spec.moderator)


def _refuse_late(cohort: Cohort, key: uuid.UUID, spec: PlanSpec) -> None:
    """Refuse to change between one mark and two once a mark is there."""
    known = MarkingPlan.objects.of(cohort.pk, key)
    if spec.is_double == (known is not None and known.is_double):
        return
    works = Submission.objects.filter(enrolment__cohort=cohort, assignment_key=key)
    if any(
        rows.filter(submission__in=works).exists() for rows in (Mark.objects, BlindMark.objects)
    ):
        raise PlanRefused(
            _("Works have been marked already: whether one or two mark them stays as it is.")
        )


def _refuse_hand_over(plan: MarkingPlan, work: Submission, turn: MarkingTurn, to: User) -> None:
    refuse_own(work.enrolment, to)
    if turn.marked_at:
        raise PlanRefused(_("This marker has marked the work already."))
    if not plan.markers.filter(pk=to.pk).exists():
        raise PlanRefused(_("Works are given to the markers of the plan only."))
    if work.turns.filter(marker=to).exists():
        raise PlanRefused(_("%(name)s has this work already.") % {"name": to.full_name})


def _tell(plan: MarkingPlan, by: User, action: str, **facts: object) -> None:
    after = {"component": str(plan.component_key), **facts}
    unit_id = plan.cohort.organiser_id
    record(by=by, action=action, target=plan.cohort, unit_id=unit_id, after=after)
