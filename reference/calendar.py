"""Working days: what the week says, corrected by the calendar rows in force.

Each `WorkingCalendar` reads a year once, so a caller with a list of days keeps one calendar
and pays one query a year. The plain functions are for a single question.
"""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _

from reference.models import CalendarDay

ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


class MovedDue(NamedTuple):
    """A due date, whether it was moved, and the sentence that says why."""

    day: dt.date
    moved: bool
    why: str


class WorkingCalendar:
    """The working days as decided when the calendar was first asked."""

    def __init__(self) -> None:
        self._years: dict[int, dict[tuple[dt.date, int | None], CalendarDay]] = {}

    def _exception(self, day: dt.date, unit_id: int | None) -> CalendarDay | None:
        if day.year not in self._years:
            rows = CalendarDay.objects.filter(
                state=CalendarDay.State.IN_FORCE,
                day__range=(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)),
            )
            self._years[day.year] = {(row.day, row.unit_id): row for row in rows}
        rows_of_year = self._years[day.year]
        return rows_of_year.get((day, unit_id)) or rows_of_year.get((day, None))

    def is_working_day(self, day: dt.date, unit_id: int | None = None) -> bool:
        """Return whether the unit works on the day."""
        exception = self._exception(day, unit_id)
        return exception.is_working if exception else day.weekday() < SATURDAY

    def next_working_day(self, day: dt.date, unit_id: int | None = None) -> dt.date:
        """Return the first working day after the day."""
        day += ONE_DAY
        while not self.is_working_day(day, unit_id):
            day += ONE_DAY
        return day

    def add_working_days(self, day: dt.date, n: int, unit_id: int | None = None) -> dt.date:
        """Return the day on which n working days have passed; the day itself does not count."""
        if n < 0:
            raise ValueError("Working days are counted forwards.")
        for _step in range(n):
            day = self.next_working_day(day, unit_id)
        return day

    def due_moved(self, day: dt.date, unit_id: int | None = None) -> MovedDue:
        """Move a due date off a non-working day, later only."""
        if self.is_working_day(day, unit_id):
            return MovedDue(day, moved=False, why="")
        exception = self._exception(day, unit_id)
        reason = exception.name if exception else _("weekend")
        sentence = _("%(day)s is not a working day (%(reason)s).")
        why = sentence % {"day": f"{day:%d/%m/%Y}", "reason": reason}
        return MovedDue(self.next_working_day(day, unit_id), moved=True, why=why)


def is_working_day(day: dt.date, unit_id: int | None = None) -> bool:
    """Return whether the unit works on the day."""
    return WorkingCalendar().is_working_day(day, unit_id)


def next_working_day(day: dt.date, unit_id: int | None = None) -> dt.date:
    """Return the first working day after the day."""
    return WorkingCalendar().next_working_day(day, unit_id)


def add_working_days(day: dt.date, n: int, unit_id: int | None = None) -> dt.date:
    """Return the day on which n working days have passed."""
    return WorkingCalendar().add_working_days(day, n, unit_id)


def due_moved(day: dt.date, unit_id: int | None = None) -> MovedDue:
    """Move a due date off a non-working day, later only."""
    return WorkingCalendar().due_moved(day, unit_id)
