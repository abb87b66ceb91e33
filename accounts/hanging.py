"""What hangs on a unit: declared here, filled by the `registry.py` of each app that knows it.

Something that only stays and is seen through the successor is counted; something that people
could no longer work on is moved to where they go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import F, QuerySet
from django.utils.functional import Promise

from accounts.models import Unit, User
from lms.registries import Registry

Counter = Callable[[Sequence[int]], Mapping[int, int]]


@dataclass(frozen=True)
class Hung:
    """A thing that moves: of which unit, and of whom where it belongs to a person."""

    pk: int
    unit_id: int
    label: str
    fingerprint: str
    person_id: int | None = None


@dataclass(frozen=True)
class Going:
    """Where things go when their unit ends: one row to be moved."""

    pk: int
    to: Unit
    by: User
    reason: str  # a sentence: by which decision


class Mover(Protocol):
    """What an app says about things that move with their unit."""

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the next things, by key. Writes nothing."""

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return, by key, the fingerprint as it is now."""

    def move(self, going: Going) -> dict[str, Any]:
        """Move one; return what `move_back` needs. May raise `Refused`."""

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Take one back."""


@dataclass(frozen=True)
class AmountMover:
    """Moves rows that give units an amount; where the successor has one too, both are added.

    `rows` are those of some units; of one `beside` (a field) each unit has one row at most;
    `amount` is the field that is added, 0 once it has gone over; `mark` tells how a row stands.
    """

    rows: Callable[[Sequence[int]], QuerySet[Any]]
    beside: str
    amount: str
    label: Callable[[Any], str]
    mark: Callable[[Any], str]

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the next rows, by key."""
        rows = self.rows(unit_ids).filter(pk__gt=after).select_related(self.beside).order_by("pk")
        return [Hung(row.pk, row.unit_id, self.label(row), self.mark(row)) for row in rows[:size]]

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return how each row stands now."""
        return {row.pk: self.mark(row) for row in self._all().filter(pk__in=pks)}

    def move(self, going: Going) -> dict[str, Any]:
        """Give the row, or its amount, to the successor."""
        row = self._all().select_for_update().get(pk=going.pk)
        same = {self.beside: getattr(row, f"{self.beside}_id"), "unit": going.to}
        other = self._all().select_for_update().filter(**same)
        held = other.first()
        if held is None:
            stood = {"unit": row.unit_id}
            self._all().filter(pk=row.pk).update(unit=going.to)
            return stood
        amount = getattr(row, self.amount)
        other.update(**{self.amount: F(self.amount) + amount})
        self._all().filter(pk=row.pk).update(**{self.amount: 0})
        return {"other": held.pk, "amount": amount}

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Give it back."""
        mine = self._all().filter(pk=pk)
        if "unit" in stood:
            mine.update(unit=stood["unit"])
            return
        other = self._all().filter(pk=stood["other"])
        other.update(**{self.amount: F(self.amount) - stood["amount"]})
        mine.update(**{self.amount: stood["amount"]})

    def _all(self) -> QuerySet[Any]:
        every: QuerySet[Any] = self.rows([]).model.objects.all()
        return every


@dataclass(frozen=True)
class Hanging:
    """A kind of thing: how many each unit has, what becomes of it, who moves it."""

    label: str | Promise
    becomes: str | Promise
    count: Counter
    mover: Mover | None = None


hangings: Registry[Hanging] = Registry("what hangs on a unit")

# What has been entered of units since a day that lies in the past: a label and a number.
Since = Callable[[Sequence[int], dt.date], tuple[str, int]]
happened_since: Registry[Since] = Registry("what happened in units since a day")
