"""The units themselves: opened, put under their successors, renamed, closed; and all of it back.

Roles are given in the successors before anything ends in the units, and the other way round when
it is taken back: at no moment does somebody who answers for people answer for none of them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.units import create_unit, place_unit, refresh_units, rename_unit
from accounts.closing import grants_to_map
from accounts.errors import Refused
from accounts.models import (
    Posting,
    Reorganisation,
    ReorganisationAct,
    RoleGrant,
    Unit,
    UnitClosure,
    UnitName,
    UnitPlacement,
    User,
)
from accounts.signals import unit_closed
from audit.actions import record
from lms.clock import today


def reason_of(made: Reorganisation) -> str:
    """Return by which decision."""
    return _("Reorganised by decision %(number)s.") % {"number": made.decision_number}


def source_units(made: Reorganisation) -> list[Unit]:
    """Return the units as they are before."""
    return [row.unit for row in made.sources() if row.unit]


def target_units(made: Reorganisation) -> list[Unit]:
    """Return the units that come of it, in their places; empty before they are opened."""
    return [row.unit for row in made.targets() if row.unit]


def closes(made: Reorganisation) -> bool:
    """Return whether the units end."""
    return made.act != ReorganisationAct.RENAME and not made.stays


def write(made: Reorganisation, by: User) -> None:
    """Open what is new, put the units under it, give the roles there; nothing ends yet."""
    journal: dict[str, Any] = {"opened": [], "placed": [], "names": [], "carried": []}
    journal |= {"lowered": [], "grants": []}
    made.journal = journal
    if made.act == ReorganisationAct.RENAME:
        _rename(made, by)
    else:
        _open(made, by)
        if closes(made):
            _put_under(made, source_units(made), target_units(made)[main_place(made)], by)
        carry_roles(made, by)
    journal["written"] = True
    made.save(update_fields=["journal"])


def main_place(made: Reorganisation) -> int:
    """Return the place of the unit that takes over what belongs to nobody in particular."""
    return max(int(made.assigned.get("rest", 0)), 0)


def place_of_unit(made: Reorganisation, pk: int) -> int:
    """Return where a unit below goes."""
    return int(made.assigned.get("units", {}).get(str(pk), made.assigned.get("rest", 0)))


def place_of_person(made: Reorganisation, pk: int | None) -> int:
    """Return where a person goes."""
    return int(made.assigned.get("people", {}).get(str(pk), made.assigned.get("rest", 0)))


def _rename(made: Reorganisation, by: User) -> None:
    unit, name = source_units(made)[0], made.targets()[0].name
    old = UnitName.objects.filter(unit=unit, until=None).first()
    rename_unit(unit=unit, name=name, since=made.since, by=by)
    new = UnitName.objects.get(unit=unit, until=None)
    made.journal["names"].append([new.pk, old.pk if old else None])


def _open(made: Reorganisation, by: User) -> None:
    first = UnitPlacement.objects.filter(unit=source_units(made)[0], until=None).first()
    for row in made.targets():
        if not row.is_new:
            continue
        if Unit.objects.filter(code=row.code).exists():
            raise Refused(_("A unit has this code already."))
        row.unit = create_unit(
            code=row.code,
            kind=row.kind,
            name=row.name,
            since=made.since,
            by=by,
            parent=first.parent if first else None,
        )
        row.save(update_fields=["unit"])
        made.journal["opened"].append(row.unit.pk)


def _put_under(made: Reorganisation, units: list[Unit], parent: Unit, by: User) -> None:
    for unit in units:
        unit.successors.add(*target_units(made))
        place_below(made, unit, parent, by)


def place_below(made: Reorganisation, unit: Unit, parent: Unit, by: User) -> None:
    """Make a unit part of another, and note both places in the journal."""
    old = UnitPlacement.objects.filter(unit=unit, until=None).first()
    place_unit(unit=unit, parent=parent, since=made.since, by=by)
    new = UnitPlacement.objects.get(unit=unit, until=None)
    if old is None or old.pk != new.pk:
        made.journal["placed"].append([new.pk, old.pk if old else None])


def carry_roles(made: Reorganisation, by: User) -> None:
    """Give everybody's role in the units also in each unit that comes of them. Safe to repeat."""
    known = {pk for pk, _until in made.journal["grants"]}
    for unit in source_units(made):
        for grant in grants_to_map(unit).select_for_update(of=("self",)):
            if grant.pk in known:
                continue
            made.journal["grants"].append([grant.pk, grant.until and grant.until.isoformat()])
            for target in target_units(made):
                _carry(made, grant, target, by)


def _carry(made: Reorganisation, grant: RoleGrant, target: Unit, by: User) -> None:
    since = max(today(), grant.since)
    same = RoleGrant.objects.filter(
        user=grant.user_id, role=grant.role, scope=grant.scope, unit=target, until=grant.until
    ).first()
    if same is None:
        same = RoleGrant.objects.create(
            user_id=grant.user_id,
            role=grant.role,
            scope=grant.scope,
            unit=target,
            since=since,
            until=grant.until,
            granted_by=by,
        )
        made.journal["carried"].append(same.pk)
    elif same.since > since:
        made.journal["lowered"].append([same.pk, same.since.isoformat()])
        RoleGrant.objects.filter(pk=same.pk).update(since=since)
    else:
        return
    record(
        by=by,
        action="map_role",
        target=same,
        unit_id=target.pk,
        before={"grant": grant.pk, "person": grant.user_id, "role": grant.role},
        after={"unit": target.pk, "since": since},
        reason=reason_of(made),
    )


def close(made: Reorganisation, by: User) -> str:
    """End the roles in the units and the units themselves; return why not, if so."""
    if not closes(made):
        return ""
    units = source_units(made)
    if still_used(units):
        return _("People or open units are still there: the unit stays open. Look at it again.")
    carry_roles(made, by)
    for pk, _until in made.journal["grants"]:
        grant = RoleGrant.objects.get(pk=pk)
        grant.until = max(today(), grant.since)
        grant.save(update_fields=["until"])
    for unit in units:
        Unit.objects.filter(pk=unit.pk, closed_on=None).update(closed_on=made.since)
        after = {"closed_on": made.since, "successors": [t.pk for t in target_units(made)]}
        record(
            by=by,
            action="close_unit",
            target=unit,
            unit_id=unit.pk,
            after=after,
            reason=reason_of(made),
        )
        unit_closed.send(sender=Unit, unit=unit, by=by)
    made.journal["closed"] = [unit.pk for unit in units]
    made.save(update_fields=["journal"])
    return ""


def still_used(units: list[Unit]) -> bool:
    """Return whether somebody works in one of the units, or an open unit is part of it."""
    posts = Posting.objects.standing().filter(unit__in=units)
    below = UnitPlacement.objects.filter(parent__in=units, until=None, unit__closed_on=None)
    return posts.exists() or below.exists()


def stopped(made: Reorganisation) -> str:
    """Return why the units cannot be given back as they were; empty where they can."""
    journal, units = made.journal, [*source_units(made), *target_units(made)]
    others = Reorganisation.objects.filter(units__unit__in=units, units__holds=True)
    if others.exclude(pk=made.pk).exists():
        return _("The unit is being reorganised by somebody else.")
    places = [new for new, _old in journal.get("placed", [])]
    moved = UnitPlacement.objects.filter(pk__in=places).exclude(until=None)
    names = [new for new, _old in journal.get("names", [])]
    renamed = UnitName.objects.filter(pk__in=names).exclude(until=None)
    ended = Unit.objects.filter(pk__in=[unit.pk for unit in target_units(made)])
    if moved.exists() or renamed.exists() or ended.exclude(closed_on=None).exists():
        return _("The unit has been changed since.")
    return ""


def take_below(made: Reorganisation, unit_ids: list[int], by: User) -> None:
    """Make the open units below part of the units that come of it, each of its own."""
    targets = target_units(made)
    for unit in Unit.objects.filter(pk__in=unit_ids, closed_on=None):
        place_below(made, unit, targets[place_of_unit(made, unit.pk)], by)
    made.save(update_fields=["journal"])


def give_back(made: Reorganisation, by: User) -> None:
    """Let the units stand as they stood, with their roles; the successors keep theirs for now."""
    journal, why = made.journal, _("Undone: %(title)s") % {"title": made.change}
    for pk in journal.get("closed", []):
        Unit.objects.filter(pk=pk).update(closed_on=None)
    if journal.get("closed"):
        for pk, until in journal["grants"]:
            RoleGrant.objects.filter(pk=pk).update(until=_day(until))
    for new, old in journal["names"]:
        _back(UnitName, new, old)
    place_back(made, {unit.pk for unit in source_units(made)})
    for unit in source_units(made):
        if made.act != ReorganisationAct.RENAME:
            unit.successors.remove(*target_units(made))
        record(by=by, action="give_unit_back", target=unit, unit_id=unit.pk, reason=why)
    refresh_units(day=today())


def place_back(made: Reorganisation, unit_ids: set[int]) -> None:
    """Let units that lay below stand where they stood."""
    for new, old in made.journal["placed"]:
        if UnitPlacement.objects.filter(pk=new, unit__in=unit_ids).exists():
            _back(UnitPlacement, new, old)
    UnitClosure.objects.rebuild(day=today())


def end_targets(made: Reorganisation, by: User) -> None:
    """End the roles that were carried over, and close what was opened for it."""
    for pk in made.journal["carried"]:
        grant = RoleGrant.objects.get(pk=pk)
        grant.until = max(grant.since, today())
        grant.save(update_fields=["until"])
    for pk, since in made.journal["lowered"]:
        RoleGrant.objects.filter(pk=pk).update(since=_day(since))
    for unit in Unit.objects.filter(pk__in=made.journal["opened"]):
        for row in UnitPlacement.objects.filter(unit=unit, until=None):
            row.until = row.since
            row.save(update_fields=["until"])
        Unit.objects.filter(pk=unit.pk).update(closed_on=unit.opened_on)
        record(by=by, action="close_unit", target=unit, unit_id=unit.pk, reason=reason_of(made))
    UnitClosure.objects.rebuild(day=today())


def _back(model: type[UnitName | UnitPlacement], new: int, old: int | None) -> None:
    """End a dated row on its first day, so that it never held, and let the one before go on."""
    row = model.objects.get(pk=new)
    row.until = row.since
    row.save(update_fields=["until"])
    if old is not None:
        model.objects.filter(pk=old).update(until=None)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
