"""A reorganisation as a bulk change: the units, the people, what hangs on them, then the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.reorganising import release
from accounts.errors import Refused
from accounts.hanging import Going, hangings
from accounts.models import Posting, Reorganisation, ReorganisationAct, Unit, UnitPlacement, User
from accounts.permissions import Permission
from accounts.reorganising import overview, posts, units
from accounts.reorganising.planning import BELOW, CLOSE, HUNG, POST, UNITS, next_rows
from jobs.bulk import Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, RowState

Rows = Sequence[BulkRow]


class ReorganisationKind:
    """Carries a decision about units out."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still keeps all of its units."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        mine = Reorganisation.objects.allowing(user, Permission.MANAGE_UNITS)
        return mine.filter(pk=change.params["reorganisation"], dropped_at=None).exists()

    def page(self, change: BulkChange) -> str:
        """Return the address of the wizard's own page."""
        return reverse("accounts:reorganisation", args=[change.params["reorganisation"]])

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the units as they stand, and of what is asked."""
        made = reorganisation_of(change)
        keys = [row.unit_id for row in made.units.all() if row.unit_id]
        places = UnitPlacement.objects.filter(Q(unit__in=keys) | Q(parent__in=keys), until=None)
        codes = [row.code for row in made.targets() if row.is_new]
        return digest(
            made.assigned,
            list(Unit.objects.filter(pk__in=keys).order_by("pk").values_list("name", "closed_on")),
            list(places.order_by("pk").values_list("unit", "parent")),
            Unit.objects.filter(code__in=codes).exists(),
        )

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the next rows: units, units below, people, what hangs on them, the end."""
        made = reorganisation_of(change)
        with translation.override(made.created_by.language):
            return next_rows(made, checkpoint)

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return what it does beyond the rows, and what has happened since a past day."""
        return overview.effects(reorganisation_of(change))

    def fingerprints(self, change: BulkChange, rows: Rows) -> Mapping[int, str]:  # noqa: ARG002
        """Return what each row rests on, as it is now."""
        prints = {row.pk: row.fingerprint for row in rows if row.target_type in (UNITS, CLOSE)}
        found = Posting.objects.filter(pk__in=_targets(rows, POST))
        current: dict[tuple[str, int | None], str] = {
            (POST, post.pk): posts.print_of(post) for post in found
        }
        below = UnitPlacement.objects.filter(until=None, unit__closed_on=None)
        for unit, parent in below.filter(unit__in=_targets(rows, BELOW)).values_list(
            "unit", "parent"
        ):
            current[BELOW, unit] = digest(parent)
        for key, hanging in hangings.items():
            keys = _targets(rows, HUNG + key)
            if hanging.mover and keys:
                told = hanging.mover.prints(keys)
                current |= {(HUNG + key, pk): mark for pk, mark in told.items()}
        prints |= {
            row.pk: current[row.target_type, row.target_id]
            for row in rows
            if (row.target_type, row.target_id) in current
        }
        return prints

    def apply_rows(self, change: BulkChange, rows: Rows, by: AbstractBaseUser) -> Mapping[int, str]:
        """Write the rows in their order; the units first, the end last."""
        made, person = reorganisation_of(change, lock=True), User.objects.get(pk=by.pk)
        reasons: dict[int, str] = {}
        if _of(rows, UNITS):
            reasons |= _write_units(made, _of(rows, UNITS), person)
            if made.act == ReorganisationAct.RENAME:
                release(made)
        if not made.journal.get("written"):
            why = next(iter(reasons.values()), _("The units were not changed."))
            reasons = dict.fromkeys((row.pk for row in rows), why)
        else:
            units.take_below(made, _targets(rows, BELOW), person)
            posts.move_posts(made, _of(rows, POST), person)
            reasons |= _move_hung(made, rows, person)
        for row in _of(rows, CLOSE):
            if made.journal.get("written") and (why := units.close(made, person)):
                reasons[row.pk] = why
            release(made)
        return reasons

    def undo_reasons(self, change: BulkChange, rows: Rows) -> Mapping[int, str]:
        """Return what has changed since; what is kept keeps the new units open."""
        made = reorganisation_of(change)
        first = change.rows.get(target_type=UNITS)
        with translation.override(made.created_by.language):
            if first.state != RowState.UNDONE and (why := units.stopped(made)):
                return {row.pk: why for row in rows}
            reasons = dict(posts.reasons_to_keep(_of(rows, POST)))
            reasons |= _changed_hung(rows)
            for row in _of(rows, CLOSE):
                if why := _why_open(made, change, rows, reasons):
                    reasons[row.pk] = why
        return reasons

    def undo_rows(self, change: BulkChange, rows: Rows, by: AbstractBaseUser) -> None:
        """Give the units back first, then people and things; end the successors' part last."""
        made, person = reorganisation_of(change, lock=True), User.objects.get(pk=by.pk)
        if _of(rows, UNITS):
            units.give_back(made, person)
        if below := _targets(rows, BELOW):
            units.place_back(made, set(below))
        posts.posts_back(made, _of(rows, POST), person)
        for key, hanging in hangings.items():
            for row in _of(rows, HUNG + key):
                if hanging.mover and row.target_id:
                    hanging.mover.move_back(row.target_id, (row.after or {})["stood"])
        if _of(rows, CLOSE):
            units.end_targets(made, person)


def reorganisation_of(change: BulkChange, *, lock: bool = False) -> Reorganisation:
    """Return what the change carries out."""
    rows = Reorganisation.objects.select_related("created_by", "change")
    rows = rows.prefetch_related("units__unit")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.get(pk=change.params["reorganisation"])


def _of(rows: Rows, kind: str) -> list[BulkRow]:
    return [row for row in rows if row.target_type == kind]


def _targets(rows: Rows, kind: str) -> list[int]:
    return [row.target_id for row in _of(rows, kind) if row.target_id]


def _write_units(made: Reorganisation, rows: Rows, by: User) -> dict[int, str]:
    try:
        with transaction.atomic():
            units.write(made, by)
    except Refused as error:
        made.journal = {}
        return {row.pk: str(error) for row in rows}
    return {}


def _move_hung(made: Reorganisation, rows: Rows, by: User) -> dict[int, str]:
    reasons, targets = {}, units.target_units(made)
    for key, hanging in hangings.items():
        for row in _of(rows, HUNG + key):
            after = dict(row.after or {})
            going = Going(row.target_id or 0, targets[after["place"]], by, units.reason_of(made))
            try:
                if hanging.mover:
                    with transaction.atomic():
                        after["stood"] = hanging.mover.move(going)
            except Refused as error:
                reasons[row.pk] = str(error)
            row.after = after
    for key, hanging in hangings.items():
        moved = [row for row in _of(rows, HUNG + key) if row.pk not in reasons]
        keys = [row.target_id for row in moved if row.target_id]
        told = hanging.mover.prints(keys) if hanging.mover and keys else {}
        for row in moved:
            row.after = {**(row.after or {}), "print": told.get(row.target_id or 0, "")}
    return reasons


def _changed_hung(rows: Rows) -> dict[int, str]:
    reasons = {}
    for key, hanging in hangings.items():
        mine = _of(rows, HUNG + key)
        if not mine or hanging.mover is None:
            continue
        told = hanging.mover.prints([row.target_id for row in mine if row.target_id])
        for row in mine:
            if told.get(row.target_id or 0, "") != (row.after or {}).get("print"):
                reasons[row.pk] = _("It has been worked on since.")
    return reasons


def _why_open(
    made: Reorganisation, change: BulkChange, rows: Rows, reasons: Mapping[int, str]
) -> str:
    kept = change.rows.exclude(pk__in=[row.pk for row in rows]).filter(
        Q(state=RowState.KEPT) | ~Q(reason=""), included=True
    )
    if reasons or kept.exclude(state=RowState.LEFT_OUT).exists():
        return _("Some rows are kept: the new unit stays, so that somebody answers for them.")
    ours = [(row.after or {}).get("post") for row in change.rows.filter(target_type=POST)]
    opened = made.journal.get("opened", [])
    arrived = Posting.objects.standing().filter(unit__in=opened)
    if arrived.exclude(pk__in=[pk for pk in ours if pk]).exists():
        return _("People have come to the new unit since: it stays.")
    return ""
