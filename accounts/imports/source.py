"""What an officer chose for a file of people, and its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from accounts.imports.reading import table_of
from jobs.models import BulkChange
from lms.sheets import Row, values

KIND: Final = "accounts.people_import"


@dataclass(frozen=True)
class Settings:
    """What was chosen, as `BulkChange.params` keeps it; `whole_id` names a complete list's unit."""

    file_id: int
    since: str
    sheet: str = ""
    mapping: dict[str, int] | None = None
    order: str = ""
    unit_id: int | None = None
    category_id: int | None = None
    whole_id: int | None = None
    reason_id: int | None = None

    @classmethod
    def of(cls, change: BulkChange) -> Self:
        """Read what a change was given."""
        names = cls.__dataclass_fields__
        return cls(**{name: change.params[name] for name in names if name in change.params})

    @property
    def day(self) -> dt.date:
        """Return from when posts, moves and ends hold."""
        return dt.date.fromisoformat(self.since)


def read_rows(change: BulkChange) -> list[Row]:
    """Return the rows as the mapping reads them. The rows of the last file asked for are kept."""
    chosen = Settings.of(change)
    mapping = tuple(sorted((chosen.mapping or {}).items()))
    return _rows(chosen.file_id, chosen.sheet, mapping, chosen.order)


def forget_rows() -> None:
    """Free the memory that a long file takes, once its plan is made."""
    _rows.cache_clear()


@lru_cache(maxsize=1)
def _rows(file_id: int, sheet: str, mapping: tuple[tuple[str, int], ...], order: str) -> list[Row]:
    return values(table_of(file_id, sheet), dict(mapping), order=order)
