"""The file of an import: what the columns page shows of it, and its rows for the check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from accounts.imports.reading import table_of
from jobs.models import BulkChange
from lms.sheets import Row, values

KIND = "enrolments.cohort_import"


@dataclass(frozen=True)
class Settings:
    """What the officer chose for an import, as `BulkChange.params` keeps it."""

    cohort_id: int
    file_id: int
    sheet: str = ""
    mapping: dict[str, int] | None = None
    order: str = ""
    unit_id: int | None = None
    category_id: int | None = None
    decision_id: int | None = None

    @classmethod
    def of(cls, change: BulkChange) -> Self:
        """Read what a change was given."""
        names = cls.__dataclass_fields__
        return cls(**{name: change.params[name] for name in names if name in change.params})


def read_rows(change: BulkChange) -> list[Row]:
    """Return the rows as the mapping reads them. The rows of the last file asked for are kept."""
    chosen = Settings.of(change)
    mapping = tuple(sorted((chosen.mapping or {}).items()))
    return _rows(change.pk, change.plans, mapping, chosen.order)


def forget_rows() -> None:
    """Free the memory that a long file takes, once its plan is made."""
    _rows.cache_clear()


@lru_cache(maxsize=1)
def _rows(
    change_id: int, _plans: int, mapping: tuple[tuple[str, int], ...], order: str
) -> list[Row]:
    chosen = Settings.of(BulkChange.objects.get(pk=change_id))
    table = table_of(chosen.file_id, chosen.sheet)
    return values(table, dict(mapping), order=order)
