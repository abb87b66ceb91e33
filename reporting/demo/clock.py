"""The days of the demo city: relative to today, in the order in which things happened.

A class of last spring was opened, taught and recognised last spring. Each entry of the diary runs
with its own moment as the clock, so that deadlines, sort orders and yearly sums are those of a
city that has worked for a year, and all of it comes from the actions that people use.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from unittest import mock

from django.utils import timezone

from lms.clock import start_of_day, today
from reference.calendar import WorkingCalendar

OFFICE_OPENS: Final = dt.timedelta(hours=8)
Act = Callable[[], object]


@contextmanager
def as_of(moment: dt.datetime) -> Iterator[None]:
    """Let the product take the moment for now. One process, one thread: a command's own."""
    with mock.patch.object(timezone, "now", return_value=moment.astimezone(dt.UTC)):
        yield


def at(day: dt.date, hour: float = 8) -> dt.datetime:
    """Return an hour of a local day."""
    return start_of_day(day) + dt.timedelta(hours=hour)


@dataclass
class Days:
    """Working days around today."""

    today: dt.date = field(default_factory=today)
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)

    def off(self, days: int) -> dt.date:
        """Return the first working day from so many days off today on; negative lies behind."""
        day = self.today + dt.timedelta(days=days)
        return day if self.calendar.is_working_day(day) else self.calendar.next_working_day(day)

    def working(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the working days from the first day to the last."""
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.calendar.is_working_day(day)]


@dataclass
class Diary:
    """What happens, and when."""

    now: dt.datetime = field(default_factory=timezone.now)
    entries: list[tuple[dt.datetime, int, Act]] = field(default_factory=list)
    places: Iterator[int] = field(default_factory=count)

    def note(self, moment: dt.datetime, act: Act) -> None:
        """Plan an act; what would lie ahead of now is left to the city itself."""
        if moment <= self.now:
            heapq.heappush(self.entries, (moment, next(self.places), act))

    def live(self) -> None:
        """Do everything in its order; acts may note later ones."""
        while self.entries:
            moment, _place, act = heapq.heappop(self.entries)
            with as_of(moment):
                act()
