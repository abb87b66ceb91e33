"""Units come, change name and place, and go; each change holds from a day on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.closing import grants_to_map
from accounts.errors import Refused
from accounts.models import Posting, RoleGrant, Unit, UnitClosure, UnitName, UnitPlacement, User
from accounts.models.units import DEEPEST
from accounts.signals import unit_closed
from audit.actions import record
from lms.clock import today
from lms.text import fold, nfc


@transaction.atomic
def create_unit(
    *,
    code: str,
    kind: str,
    name: str,
    since: dt.date,
    by: User | None,
    parent: Unit | None = None,
    name_en: str = "",
) -> Unit:
    """Open a unit under its parent. Safe to call twice with the same code."""
    unit, created = Unit.objects.get_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name": nfc(name),
            "name_en": name_en,
            "search_key": fold(name)[:200],
            "opened_on": since,
        },
    )
    if not created:
        return unit
    UnitName.objects.create(unit=unit, name=unit.name, since=since)
    if parent is not None:
        UnitPlacement.objects.create(unit=unit, parent=parent, since=since)
    UnitClosure.objects.rebuild(day=today())
    record(by=by, action="create_unit", target=unit, unit_id=unit.pk, after={"name": unit.name})
    return unit


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, since: dt.date, by: User) -> None:
    """Give the unit another name from a day on; its earlier names stay."""
    new = nfc(name)
    held = UnitName.objects.select_for_update().filter(unit=unit, until=None).first()
    if held is not None and held.name == new:
        return
    if held is not None:
        _end_before(held, since)
    UnitName.objects.create(unit=unit, name=new, since=since)
    record(
        by=by,
        action="rename_unit",
        target=unit,
        unit_id=unit.pk,
        before={"name": held.name if held else ""},
        after={"name": new, "since": since.isoformat()},
    )
    refresh_units(day=today())
    unit.refresh_from_db()


@transaction.atomic
def place_unit(*, unit: Unit, parent: Unit, since: dt.date, by: User) -> None:
    """Make the unit part of another from a day on."""
    # One lock for the whole tree: two moves at once could close a circle.
    list(Unit.objects.select_for_update().order_by("pk")[:1])
    if _is_above(unit, parent, since):
        raise Refused(_("A unit cannot be part of itself or of a unit below it."))
    held = UnitPlacement.objects.filter(unit=unit, until=None).first()
    if held is not None and held.parent_id == parent.pk:
        return
    if held is not None:
        _end_before(held, since)
    UnitPlacement.objects.create(unit=unit, parent=parent, since=since)
    UnitClosure.objects.rebuild(day=today())
    record(
        by=by,
        action="place_unit",
        target=unit,
        unit_id=unit.pk,
        before={"parent": held.parent_id if held else None},
        after={"parent": parent.pk, "since": since.isoformat()},
    )


@transaction.atomic
def close_unit(*, unit: Unit, on: dt.date, by: User, successor: Unit | None = None) -> None:
    """Close a unit that has neither people nor open units below it. Safe to call twice.

    A successor takes it over as part of itself: whoever answers for the successor sees what the
    unit leaves, and roles that named the unit go on in the successor from the same day.
    """
    if Unit.objects.filter(pk=unit.pk, closed_on=None).update(closed_on=on) != 1:
        return
    _refuse_if_in_use(unit, on)
    if successor is not None:
        _hand_over(unit, successor, on=on, by=by)
    record(
        by=by,
        action="close_unit",
        target=unit,
        unit_id=unit.pk,
        after={"closed_on": on.isoformat(), "successor": successor.pk if successor else None},
    )
    unit_closed.send(sender=Unit, unit=unit, by=by)
    unit.refresh_from_db()


@transaction.atomic
def refresh_units(*, day: dt.date) -> None:
    """Bring today's names and today's tree up to the dated rows. Safe to call at any time."""
    held = UnitName.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    changed = []
    for row in held.select_related("unit"):
        if row.unit.name != row.name:
            row.unit.name, row.unit.search_key = row.name, fold(row.name)[:200]
            changed.append(row.unit)
    Unit.objects.bulk_update(changed, ["name", "search_key"])
    UnitClosure.objects.rebuild(day=day)


def _hand_over(unit: Unit, successor: Unit, *, on: dt.date, by: User) -> None:
    """Let the successor take over the place in the tree first, then the roles: sight never ends."""
    if successor.closed_on is not None:
        raise Refused(_("The successor is closed itself."))
    unit.successors.add(successor)
    place_unit(unit=unit, parent=successor, since=on, by=by)
    for grant in grants_to_map(unit).not_ended(on).select_for_update(of=("self",)):
        _map_grant(grant, successor, on=on, by=by)


def _map_grant(grant: RoleGrant, successor: Unit, *, on: dt.date, by: User) -> None:
    since = max(on, grant.since)
    carried, _is_new = RoleGrant.objects.get_or_create(
        user=grant.user,
        role=grant.role,
        scope=grant.scope,
        unit=successor,
        until=grant.until,
        defaults={"since": since, "granted_by": by},
    )
    if carried.since > since:
        carried.since = since
        carried.save(update_fields=["since"])
    before = {"unit": grant.unit_id, "until": grant.until}
    grant.until = since
    grant.save(update_fields=["until"])
    record(
        by=by,
        action="map_role",
        target=carried,
        unit_id=successor.pk,
        before={**before, "grant": grant.pk, "person": grant.user_id, "role": grant.role},
        after={"unit": successor.pk, "since": since},
        reason=_("The unit was closed on %(day)s.") % {"day": f"{on:%d/%m/%Y}"},
    )


def _end_before(row: UnitName | UnitPlacement, day: dt.date) -> None:
    if row.since > day:
        raise Refused(_("A change for a later day is already entered."))
    row.until = day
    row.save(update_fields=["until"])


def _is_above(unit: Unit, parent: Unit, day: dt.date) -> bool:
    placed = UnitPlacement.objects.in_force(day).values_list("unit", "parent")
    parents, above = dict(placed), parent.pk
    for _step in range(DEEPEST):
        if above == unit.pk:
            return True
        if above not in parents:
            return False
        above = parents[above]
    return True


def _refuse_if_in_use(unit: Unit, day: dt.date) -> None:
    if Posting.objects.in_force(day).filter(unit=unit).exists():
        raise Refused(_("People still work in this unit. Move them first."))
    below = UnitPlacement.objects.in_force(day).filter(parent=unit, unit__closed_on=None)
    if below.exists():
        raise Refused(_("There are open units below this one. Place or close them first."))
