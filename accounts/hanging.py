"""What hangs on a unit: declared here, filled by the `registry.py` of each app that knows it.

Something that only stays and is seen through the successor is counted; something that people
could no longer work on is moved to where they go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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
