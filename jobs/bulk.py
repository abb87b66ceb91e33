"""Kinds of bulk change: declared here, filled by the `registry.py` of higher apps.

A kind is asked for 500 rows at a time and answers with a constant number of queries per call.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from jobs.models import BulkChange, BulkRow
from lms.registries import Registry

CHUNK = 500


@dataclass(frozen=True)
class PlannedSlice:
    """Some rows of a plan, not saved yet. `checkpoint` is None when there are no more."""

    rows: Sequence[BulkRow]
    checkpoint: dict[str, Any] | None = None
    total: int = 0  # rows expected in all, for the progress bar


@dataclass(frozen=True)
class Effect:
    """A line of "what this will do", in plain words (who, how many mails, who becomes overdue)."""

    text: str
    count: int | None = None


class BulkKind(Protocol):
    """What an app says about one kind of bulk change."""

    queue: str

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user may confirm or undo this change today."""

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the rule or file the plan rests on, as it is now."""

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the next rows of the plan. Writes nothing. The first checkpoint is empty."""

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return what confirming will do beyond the rows themselves."""

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return, by row key, the fingerprint as it would be planned now."""

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Write what the rows say, set their targets; return reasons, by row key, of refusals."""

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return, by row key, why a row cannot be undone (worked on since). Writes nothing."""

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Reverse rows that nobody touched since. Deletes nothing that others may have seen."""


@runtime_checkable
class PagedKind(Protocol):
    """A kind whose changes have a page of their own, in the app that knows what they are."""

    def page(self, change: BulkChange) -> str:
        """Return the address of that page."""


@runtime_checkable
class CarefulKind(Protocol):
    """A kind whose rows cost so much that fewer of them are written in one step."""

    rows_at_once: int


def rows_at_once(kind: BulkKind) -> int:
    """Return how many rows one transaction writes or reverses."""
    return kind.rows_at_once if isinstance(kind, CarefulKind) else CHUNK


def digest(*parts: object) -> str:
    """Return a short fixed form of facts, for fingerprints and bases."""
    text = json.dumps(parts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


bulk_kinds: Registry[BulkKind] = Registry("bulk kinds")
