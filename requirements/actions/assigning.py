"""Duties that come from requirements: given, credited, taken away, and given again in time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Posting, User
from enrolments.actions.duties import (
    BATCH,
    credit_duties,
    due_day,
    end_duties,
    move_dues,
    reopen_duties,
    status_by_clock,
)
from enrolments.models import Obligation, ObligationCredit
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from lms.clock import end_of_day, today
from reference.calendar import WorkingCalendar
from requirements.models import AudienceMembership, Requirement, RequirementDuty
from requirements.models.requirements import RequirementState
from requirements.turns import (
    Completion,
    Demands,
    Turn,
    completions_of,
    demands_of,
    first_turns,
    terms_of,
)

AT_MOST = 500  # people of one step
OVER = (ObligationStatus.DONE, ObligationStatus.DONE_LATE, ObligationStatus.WAIVED)


@transaction.atomic
def assign(
    *,
    requirement: Requirement,
    people: Sequence[int],
    by: User | None,
    reason: str = "",
    as_before: bool = False,
) -> list[int]:
    """Give these people their first turn, at most `AT_MOST` of them; return whose it is now.

    Who has been given one keeps it; one cancelled because they had left stands again: with the
    days of somebody new, or as it was before. Who has completed it already is credited at once.
    Safe to call twice.
    """
    Requirement.objects.select_for_update().get(pk=requirement.pk)  # one at a time
    known = dict(
        RequirementDuty.objects.filter(requirement=requirement, person__in=people)
        .order_by("cycle")
        .values_list("person_id", "obligation_id")
    )
    day, demands = today(), demands_of(requirement)
    fresh = [person for person in people if person not in known]
    turns = first_turns(requirement, demands, fresh, day)
    _create(requirement, demands, turns, by)
    gone = Obligation.objects.filter(pk__in=list(known.values()), status=ObligationStatus.CANCELLED)
    held = list(gone)
    reopen_duties(obligations=held, by=by, reason=reason)
    if not as_before:
        _give_time(requirement, demands, held, by, reason)
    credit(people=[duty.person_id for duty in held], courses=demands.courses, by=by)
    return [turn.person_id for turn in turns]


def _create(requirement: Requirement, demands: Demands, turns: list[Turn], by: User | None) -> None:
    calendar = WorkingCalendar()
    duties = [_obligation(requirement, demands, turn, calendar) for turn in turns]
    Obligation.objects.bulk_create(duties, batch_size=BATCH)
    RequirementDuty.objects.bulk_create(
        [
            RequirementDuty(
                requirement=requirement,
                person_id=turn.person_id,
                obligation=duty,
                counts_from=turn.counts_from,
                is_told=turn.done is not None,
                is_reminded=turn.done is not None,
            )
            for turn, duty in zip(turns, duties, strict=True)
        ],
        batch_size=BATCH,
    )
    ObligationCredit.objects.bulk_create(
        ObligationCredit(obligation=duty, enrolment_id=turn.done[1], credited_by=by)
        for turn, duty in zip(turns, duties, strict=True)
        if turn.done
    )


def _obligation(
    requirement: Requirement, demands: Demands, turn: Turn, calendar: WorkingCalendar
) -> Obligation:
    due_on, note = due_day(turn.due_on, calendar, turn.unit_id)
    return Obligation(
        person_id=turn.person_id,
        unit_id=turn.unit_id,
        course_id=demands.only_course,
        title_vi=requirement.title_vi,
        title_en=requirement.title_en,
        status=ObligationStatus.DONE
        if turn.done
        else status_by_clock(due_on=due_on, opens_on=None),
        due_on=due_on,
        due_at=end_of_day(due_on),
        due_note=note,
        basis_id=requirement.decision_id,
        required_by=requirement.required_by,
        done_at=turn.done[0] if turn.done else None,
    )


def _give_time(
    requirement: Requirement,
    demands: Demands,
    held: list[Obligation],
    by: User | None,
    reason: str,
) -> None:
    """Move duties that stand again to the days somebody who comes under it has, never earlier."""
    turns = first_turns(requirement, demands, [duty.person_id for duty in held], today())
    later = {turn.person_id: turn.due_on for turn in turns}
    by_day: dict[dt.date, list[Obligation]] = defaultdict(list)
    for duty in held:
        day = later.get(duty.person_id, duty.due_on)
        if day > duty.due_on:
            by_day[day].append(duty)
    for day, moved in by_day.items():
        move_dues(obligations=moved, due_on=day, by=by, reason=reason)


@transaction.atomic
def release(
    *, requirements: Iterable[Requirement], people: Sequence[int], by: User | None, reason: str
) -> int:
    """Take away what these people no longer have to finish; what is done stays done."""
    duties = Obligation.objects.outstanding().filter(
        requirement_duty__requirement__in=list(requirements), requirement_duty__person__in=people
    )
    return end_duties(obligations=list(duties), to=ObligationStatus.CANCELLED, by=by, reason=reason)


@transaction.atomic
def credit(*, people: Sequence[int], courses: Iterable[int], by: User | None) -> int:
    """Credit what these people have fulfilled by completing courses; return how many duties."""
    of_courses = Requirement.objects.filter(sets__choices__course__in=list(courses)).values("pk")
    open_ = RequirementDuty.objects.filter(
        person__in=people, requirement__in=of_courses, obligation__status__in=OUTSTANDING
    )
    by_requirement: dict[Requirement, list[RequirementDuty]] = defaultdict(list)
    for duty in open_.select_related("requirement"):
        by_requirement[duty.requirement].append(duty)
    done: dict[int, tuple[dt.datetime, int | None]] = {}
    for requirement, duties in by_requirement.items():
        for duty, found in _met(requirement, duties):
            done[duty.obligation_id] = found
    return credit_duties(done=done, by=by) if done else 0


def _met(
    requirement: Requirement, duties: list[RequirementDuty]
) -> Iterable[tuple[RequirementDuty, Completion]]:
    demands = demands_of(requirement)
    found = completions_of([duty.person_id for duty in duties], demands.courses)
    for duty in duties:
        met = demands.met(found.get(duty.person_id, {}), duty.counts_from)
        if met:
            yield duty, met


@transaction.atomic
def renew(*, at_most: int = AT_MOST) -> int:
    """Give those who have finished a turn the next one; return how many were given.

    Only who still belongs gets one. Safe to call twice: each turn is followed once.
    """
    belongs = AudienceMembership.objects.filter(
        audience=OuterRef("requirement__audience"), person=OuterRef("person"), until=None
    )
    rows = RequirementDuty.objects.filter(
        Exists(belongs),
        has_next=False,
        requirement__state=RequirementState.IN_FORCE,
        requirement__every_months__isnull=False,
        obligation__status__in=OVER,
    )
    held = list(
        rows.select_for_update(of=("self",))
        .select_related("requirement", "obligation")
        .order_by("pk")[:at_most]
    )
    by_requirement: dict[Requirement, list[RequirementDuty]] = defaultdict(list)
    for row in held:
        by_requirement[row.requirement].append(row)
    for requirement, before in by_requirement.items():
        _follow(requirement, before)
    RequirementDuty.objects.filter(pk__in=[row.pk for row in held]).update(has_next=True)
    return len(held)


def _follow(requirement: Requirement, before: list[RequirementDuty]) -> None:
    demands, terms, calendar = demands_of(requirement), terms_of(requirement), WorkingCalendar()
    people = [row.person_id for row in before]
    posts = Posting.objects.in_force().primary().filter(user__in=people)
    units = dict(posts.values_list("user_id", "unit_id"))
    duties, rows = [], []
    for row in before:
        last = row.obligation
        done_on = timezone.localdate(last.done_at) if last.done_at else None
        due_on = terms.next_due(last.due_on, done_on)
        if due_on is None:
            continue
        turn = Turn(row.person_id, units.get(row.person_id, last.unit_id), due_on, None, None)
        duty = _obligation(requirement, demands, turn, calendar)
        duty.opens_on = terms.opens(due_on)
        duty.status = status_by_clock(due_on=duty.due_on, opens_on=duty.opens_on)
        # What was done within the window counts; what fulfilled the turn before does not again.
        after = done_on + dt.timedelta(days=1) if done_on else last.due_on
        duties.append(duty)
        rows.append(
            RequirementDuty(
                requirement=requirement,
                person_id=row.person_id,
                cycle=row.cycle + 1,
                obligation=duty,
                counts_from=max(duty.opens_on, after),
            )
        )
    Obligation.objects.bulk_create(duties, batch_size=BATCH)
    RequirementDuty.objects.bulk_create(rows, batch_size=BATCH)


__all__ = ["AT_MOST", "assign", "credit", "release", "renew"]
