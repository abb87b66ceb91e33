"""Ready criteria for works that every language course asks for; data, read once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from lms.translated import translated

FILE: Final = Path(__file__).resolve().parent / "data" / "rubrics.yaml"
POINTS: Final = Decimal(10)  # of each criterion


@dataclass(frozen=True)
class Rubric:
    """Criteria under one name; `lines` are as an author writes them: name | points | hint."""

    code: str
    name_vi: str
    name_en: str
    lines: tuple[str, ...]
    name = translated("name")

    @property
    def scale(self) -> Decimal:
        """Return the points of all criteria together."""
        return POINTS * len(self.lines)


@cache
def ready_rubrics() -> dict[str, Rubric]:
    """Return the ready criteria by code."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["code"]: _rubric(**row) for row in rows}


def _rubric(*, code: str, name_vi: str, name_en: str, criteria: list[dict[str, str]]) -> Rubric:
    lines = tuple(f"{row['name']} | {POINTS} | {row['hint']}" for row in criteria)
    return Rubric(code, name_vi, name_en, lines)
