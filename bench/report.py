"""A figure, what it is compared with, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Line:
    """One measured thing. `ratio` is to the floor of the same run."""

    name: str
    figure: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: float | None = None
    at_most: bool = False  # the goal is a ceiling: times and memory
    peer: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the goal is met; a line without one only tells."""
        if self.goal is None:
            return ""
        value = self.figure if self.ratio is None else self.ratio
        met = value <= self.goal if self.at_most else value >= self.goal
        return "met" if met else "missed"

    def as_dict(self) -> dict[str, Any]:
        """Return the line for `var/bench.json`."""
        return {**asdict(self), "verdict": self.verdict}


HEAD = "| {} | ours | floor | ratio | goal | peer | × peer | |\n|---|---|---|---|---|---|---|---|"


def table(database: str, lines: Iterable[Line]) -> str:
    """Return the Markdown table of one database."""
    return "\n".join([HEAD.format(database), *map(_row, lines)])


def _row(line: Line) -> str:
    goal = "" if line.goal is None else f"{'≤' if line.at_most else '≥'} {line.goal:g}"
    times = f"{line.figure / line.peer:.1f}" if line.peer else ""
    ours = f"{line.figure:.4g} {line.unit}"
    verdict = " – ".join(filter(None, [line.verdict, line.note]))
    cells = [line.name, ours, _shown(line.floor), _shown(line.ratio), goal]
    return f"| {' | '.join([*cells, _shown(line.peer), times, verdict])} |"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
