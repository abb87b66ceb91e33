"""A reorganisation is entered, its people are assigned, or it is dropped; a job writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import (
    Reorganisation,
    ReorganisationAct,
    ReorganisationUnit,
    Unit,
    UnitClosure,
    UnitName,
    UnitPlacement,
    User,
)
from audit.actions import record
from jobs.actions import draft, plan
from jobs.models import BulkChange, ChangeState
from lms.clock import today
from lms.text import nfc

if TYPE_CHECKING:
    from files.models import StoredFile

KIND: Final = "accounts.reorganisation"
HERE: Final = -1  # the place of a person or unit that stays where it is
UNWRITTEN: Final = (ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED)


@dataclass(frozen=True)
class Outcome:
    """A unit that comes of it: an existing one, or one to be opened."""

    name: str
    code: str = ""
    unit: Unit | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody has entered."""

    act: str
    since: dt.date
    sources: Sequence[Unit]
    decision_number: str
    decision_on: dt.date
    targets: Sequence[Outcome] = ()
    stays: bool = False
    document: StoredFile | None = field(default=None, compare=False)


@transaction.atomic
def begin(*, wanted: Wanted, by: User) -> Reorganisation:
    """Enter a reorganisation and keep others off its units; nothing changes for them yet."""
    _refuse_wrong(wanted)
    held = [*wanted.sources, *(one.unit for one in wanted.targets if one.unit)]
    _refuse_held(held)
    made = Reorganisation.objects.create(
        act=wanted.act,
        since=wanted.since,
        decision_number=wanted.decision_number,
        decision_on=wanted.decision_on,
        document=wanted.document,
        stays=wanted.stays,
        assigned={"rest": HERE if wanted.stays else 0},
        created_by=by,
    )
    try:
        with transaction.atomic():
            ReorganisationUnit.objects.bulk_create(_rows(made, wanted))
    except IntegrityError as error:  # somebody else was first, between the look and the row
        raise Refused(_("One of these units is being reorganised by somebody else.")) from error
    _record(made, "begin_reorganisation", by)
    made.change = draft(
        kind=KIND,
        key=f"{KIND}:{made.pk}",
        title=title_of(made),
        by=by,
        params={"reorganisation": made.pk},
        unit_id=wanted.sources[0].pk,
    )
    made.save(update_fields=["change"])
    if wanted.act != ReorganisationAct.SPLIT:
        plan(change=made.change, by=by)
    return made


@transaction.atomic
def assign(*, reorganisation: Reorganisation, assigned: Mapping[str, Any], by: User) -> None:
    """Say who and what goes where in a split, and have it worked out anew."""
    held = Reorganisation.objects.select_for_update().get(pk=reorganisation.pk)
    change = held.change
    if change is None or change.state not in UNWRITTEN or held.dropped_at:
        raise Refused(_("It is written or dropped already."))
    held.assigned = dict(assigned)
    held.save(update_fields=["assigned"])
    plan(change=change, by=by)


@transaction.atomic
def drop(*, reorganisation: Reorganisation, by: User) -> None:
    """Give it up before anything is written; its units are free again. Safe to call twice."""
    change = reorganisation.change
    if change is None or reorganisation.dropped_at:
        return
    # A refused plan that nobody can confirm any more: it waits for nothing.
    locked = BulkChange.objects.select_for_update().get(pk=change.pk)
    if locked.state not in UNWRITTEN:
        raise Refused(_("It is written or dropped already."))
    locked.move(*UNWRITTEN, to=ChangeState.REFUSED)
    BulkChange.objects.filter(pk=locked.pk).update(message=_("Dropped; nothing was written."))
    Reorganisation.objects.filter(pk=reorganisation.pk).update(dropped_at=timezone.now())
    release(reorganisation)
    _record(reorganisation, "drop_reorganisation", by)


def release(reorganisation: Reorganisation) -> None:
    """Let others reorganise the units again."""
    reorganisation.units.filter(holds=True).update(holds=False)


def title_of(made: Reorganisation) -> str:
    """Return what it does, in one line."""
    before = ", ".join(row.name for row in made.sources())
    after = ", ".join(row.name for row in made.targets())
    return f"{made.get_act_display()}: {before} → {after}"[:300]


def _rows(made: Reorganisation, wanted: Wanted) -> list[ReorganisationUnit]:
    first = wanted.sources[0]
    rows = [
        ReorganisationUnit(
            reorganisation=made, is_source=True, place=n, unit=unit, code=unit.code, name=unit.name
        )
        for n, unit in enumerate(wanted.sources)
    ]
    return rows + [
        ReorganisationUnit(
            reorganisation=made,
            is_source=False,
            place=n,
            # The row of a name names no unit: its source does.
            unit=one.unit,
            code=one.code,
            name=nfc(one.name),
            kind=one.unit.kind if one.unit else first.kind,
            is_new=one.unit is None and wanted.act != ReorganisationAct.RENAME,
        )
        for n, one in enumerate(wanted.targets)
    ]


def _refuse_wrong(wanted: Wanted) -> None:
    if wanted.since > today():
        raise Refused(_("A day to come cannot be entered yet: today or an earlier day."))
    sources = [unit.pk for unit in wanted.sources]
    ends = wanted.act != ReorganisationAct.RENAME
    into = [one.unit for one in wanted.targets if one.unit]
    if any(unit.closed_on for unit in [*wanted.sources, *into]):
        raise Refused(_("One of the units is closed already."))
    if ends and UnitClosure.objects.filter(ancestor__in=sources, descendant__in=into).exists():
        raise Refused(_("A unit cannot become part of itself or of a unit below it."))
    if UnitClosure.objects.filter(ancestor__in=sources, descendant__in=sources, depth__gt=0):
        raise Refused(_("Of these units one lies below the other."))
    codes = [one.code for one in wanted.targets if one.unit is None and one.code]
    if Unit.objects.filter(code__in=codes).exists() or len(set(codes)) < len(codes):
        raise Refused(_("A unit has this code already."))
    _refuse_later(wanted, sources)


def _refuse_later(wanted: Wanted, sources: Sequence[int]) -> None:
    """Refuse a day before the units got the name or place that would end on it."""
    names = UnitName.objects.filter(unit__in=sources)
    places = UnitPlacement.objects.filter(unit__in=sources)
    below = UnitPlacement.objects.filter(parent__in=sources, until=None)
    renames = wanted.act == ReorganisationAct.RENAME
    for rows in (names,) if renames else (places, below):
        if rows.filter(since__gt=wanted.since).exists():
            raise Refused(_("A change of these units for a later day is already entered."))


def _refuse_held(units: Sequence[Unit]) -> None:
    rows = ReorganisationUnit.objects.filter(unit__in=units, holds=True)
    held = rows.select_related("reorganisation__created_by").first()
    if held is not None:
        who = held.reorganisation.created_by.full_name
        words = _("“%(unit)s” is being reorganised already, by %(who)s. Wait, or drop that first.")
        raise Refused(words % {"unit": held.name, "who": who})


def _record(made: Reorganisation, action: str, by: User) -> None:
    after = {
        "act": made.act,
        "since": made.since.isoformat(),
        "decision": made.decision_number,
        "units": [row.name for row in made.units.all()],
    }
    record(by=by, action=action, target=made, unit_id=made.sources()[0].unit_id, after=after)
