"""The rows this product ships (`reference/data/*.yaml`): inserted where missing, never changed."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reference.models import AnnualRequirement, CalendarDay, Code, LegalBasis, Rule

DATA = Path(__file__).resolve().parent / "data"


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def insert_missing(using: str) -> None:
    """Insert the rows whose key is absent; what an administrator changed stays."""
    rows = [LegalBasis(**row) for row in _read("legal_bases")]
    LegalBasis.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    bases = dict(LegalBasis.objects.using(using).values_list("symbol", "pk"))
    _insert_codes(using)
    days = [CalendarDay(**_with_basis(row, bases)) for row in _read("calendar")]
    CalendarDay.objects.using(using).bulk_create(days, ignore_conflicts=True)
    _insert_rules(using, bases)
    needs = [AnnualRequirement(**_with_basis(row, bases)) for row in _read("annual_requirements")]
    AnnualRequirement.objects.using(using).bulk_create(needs, ignore_conflicts=True)


def _with_basis(row: dict[str, Any], bases: dict[str, int]) -> dict[str, Any]:
    fields = dict(row)
    symbol = fields.pop("basis", None)
    return {**fields, "basis_id": bases[symbol] if symbol else None}


def _insert_codes(using: str) -> None:
    rows = [
        Code(list=name, order=order, **entry)
        for name, entries in _read("codes").items()
        for order, entry in enumerate(entries, start=1)
    ]
    Code.objects.using(using).bulk_create(rows, ignore_conflicts=True)


def _insert_rules(using: str, bases: dict[str, int]) -> None:
    # By key alone: an administrator may have moved the day from which a rule holds.
    known = set(Rule.objects.using(using).values_list("key", flat=True))
    rows = [Rule(**_with_basis(row, bases)) for row in _read("rules") if row["key"] not in known]
    Rule.objects.using(using).bulk_create(rows, ignore_conflicts=True)
