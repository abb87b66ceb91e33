"""When the meetings of a class take place: half days, spread over its working days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from reporting.demo.clock import at
from reporting.demo.sources import FOLDER, read_rows

PERIOD: Final = dt.timedelta(minutes=50)
BREAK: Final = dt.timedelta(minutes=10)
HALVES: Final = (8.0, 13.5)  # when the morning and the afternoon begin
MORNING: Final = Decimal(4)


@dataclass(frozen=True)
class Planned:
    """A meeting as the plan of a course names it; those of one half day follow each other."""

    title: str
    periods: Decimal
    half_day: int


@dataclass(frozen=True)
class Meeting:
    """A meeting on its day."""

    title: str
    periods: Decimal
    starts_at: dt.datetime
    ends_at: dt.datetime


def read_plan(course: str) -> list[Planned]:
    """Return what `sessions.yaml` of a course folder plans; nothing where there is none."""
    path = FOLDER / "courses" / course / "sessions.yaml"
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = read_rows(path, "sessions")
    return [
        Planned(row["title"], Decimal(str(row["periods"])), row.get("morning", place))
        for place, row in enumerate(rows, start=1)
    ]


def plain_plan(titles: Sequence[str], count: int) -> list[Planned]:
    """Return so many mornings under the titles of the modules taught in class."""
    return [Planned(titles[place * len(titles) // count], MORNING, place) for place in range(count)]


def timetable(plan: Sequence[Planned], days: Sequence[dt.date]) -> Iterator[Meeting]:
    """Yield the meetings on these days, in their order: mornings, and afternoons if need be."""
    groups: dict[int, list[Planned]] = defaultdict(list)
    for planned in plan:
        groups[planned.half_day].append(planned)
    halves = HALVES if len(groups) > len(days) else HALVES[:1]
    slots = [at(day, hour) for day in days for hour in halves]
    for place, half_day in enumerate(sorted(groups)):
        moment = slots[place * len(slots) // len(groups)]
        for planned in groups[half_day]:
            ends = moment + PERIOD * float(planned.periods) + BREAK
            yield Meeting(planned.title, planned.periods, moment, ends)
            moment = ends
