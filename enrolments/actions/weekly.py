"""One list a week to those who answer for a unit: never one letter per person who is late."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import Posting, RoleGrant, UnitClosure
from accounts.permissions import Permission, roles_with
from enrolments.models import Obligation
from enrolments.models.duties import ObligationStatus
from enrolments.reminders import MANAGER_WEEKLY, MORNING
from notifications.actions import NoticeSpec, plan_notices
from notifications.models import Notice
from reference.rules import rule

MONDAY = 1
LINES = 50


@transaction.atomic
def plan_weekly_lists(*, now: dt.datetime) -> int:
    """Plan this week's lists once its hour has come; return how many. Safe to call twice."""
    local = timezone.localtime(now)
    weekday = rule("reminders.manager_list_weekday", default=MONDAY)
    if local.isoweekday() != weekday or local.time() < MORNING:
        return 0
    if Notice.objects.filter(kind=MANAGER_WEEKLY, due_on=local.date()).exists():
        return 0
    late = _late_by_unit()
    managers = managers_of(late)
    specs = [
        _spec(person_id, unit_id, duties, now)
        for unit_id, duties in late.items()
        for person_id in sorted(managers[unit_id])
    ]
    return plan_notices(notices=specs)


def _late_by_unit() -> dict[int, list[Obligation]]:
    late: dict[int, list[Obligation]] = defaultdict(list)
    rows = Obligation.objects.filter(status=ObligationStatus.OVERDUE)
    rows = rows.select_related("person", "unit").order_by("unit", "person__sort_key", "due_on")
    for duty in rows:
        late[duty.unit_id].append(duty)
    return late


def managers_of(unit_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return, by unit, its head by posting, else the nearest HR officers."""
    wanted = list(unit_ids)
    found: dict[int, set[int]] = {unit_id: set() for unit_id in wanted}
    heads = Posting.objects.in_force().filter(unit__in=wanted, is_head=True)
    for unit_id, person_id in heads.values_list("unit", "user"):
        found[unit_id].add(person_id)
    headless = [unit_id for unit_id, people in found.items() if not people]
    return found | _officers_of(headless)


def _officers_of(unit_ids: list[int]) -> dict[int, set[int]]:
    """Return the officers of each unit, or of the nearest unit above that has one."""
    grants = RoleGrant.objects.in_force().filter(
        role__in=roles_with(Permission.SEND_PEOPLE), unit__isnull=False
    )
    officers: dict[int, set[int]] = defaultdict(set)
    for unit_id, person_id in grants.values_list("unit_id", "user_id"):
        officers[unit_id or 0].add(person_id)
    above = UnitClosure.objects.filter(descendant__in=unit_ids, ancestor__in=list(officers))
    nearest: dict[int, set[int]] = {}
    for below, ancestor in above.order_by("depth").values_list("descendant_id", "ancestor_id"):
        nearest.setdefault(below, officers[ancestor])
    return nearest


def _spec(person_id: int, unit_id: int, duties: list[Obligation], now: dt.datetime) -> NoticeSpec:
    lines = [
        {
            "name": duty.person.full_name,
            "title_vi": duty.title_vi,
            "title_en": duty.title_en,
            "due": f"{duty.due_on:%d/%m/%Y}",
        }
        for duty in duties[:LINES]
    ]
    return NoticeSpec(
        person_id=person_id,
        kind=MANAGER_WEEKLY,
        subject=f"unit:{unit_id}",
        due_on=timezone.localdate(now),
        send_at=now,
        context={
            "unit": duties[0].unit.name,
            "people": len({duty.person_id for duty in duties}),
            "lines": lines,
            "more": max(0, len(duties) - LINES),
        },
        unit_id=unit_id,
    )
