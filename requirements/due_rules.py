"""When a turn of required training is due: sums of days and months, without a database.

Months are added as calendars do: 31 January and one month is the last day of February. Days are
local dates; moving them off days on which nobody works is left to the calendar.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from requirements.models.requirements import DueKind, RecursFrom


@dataclass(frozen=True)
class Terms:
    """The due rule of a requirement."""

    due_kind: str
    due_on: dt.date | None
    due_days: int | None
    min_days: int
    every_months: int | None = None
    recurs_from: str = RecursFrom.DUE
    window_days: int = 0
    counts_earlier: bool = True

    def first_due(self, joined_on: dt.date, posted_on: dt.date) -> dt.date:
        """Return when the first turn is due; never sooner than the least days after joining."""
        least = joined_on + dt.timedelta(days=self.min_days)
        if self.due_kind == DueKind.FIXED:
            if self.due_on is None:
                raise ValueError("A fixed due rule has a day.")
            return max(self._coming(self.due_on, joined_on), least)
        start = posted_on if self.due_kind == DueKind.POSTING else joined_on
        return max(start + dt.timedelta(days=self.due_days or 0), least)

    def _coming(self, day: dt.date, joined_on: dt.date) -> dt.date:
        """Return the first turn of a yearly day that has not passed when somebody joins."""
        if self.every_months is None or self.recurs_from != RecursFrom.DUE:
            return day
        turns, coming = 0, day
        while coming < joined_on:
            turns += 1
            # Counted from the first day, so that the end of a short month does not stick.
            coming = day + relativedelta(months=self.every_months * turns)
        return coming

    def next_due(self, due_on: dt.date, done_on: dt.date | None) -> dt.date | None:
        """Return when the turn after is due; None where it does not come again.

        `done_on` is None where the turn before was waived.
        """
        if self.every_months is None:
            return None
        months = relativedelta(months=self.every_months)
        if done_on is None:
            return due_on + months
        if self.recurs_from == RecursFrom.DONE:
            return done_on + months
        return max(due_on + months, done_on + dt.timedelta(days=max(self.min_days, 1)))

    def opens(self, due_on: dt.date) -> dt.date:
        """Return the first day of a later turn."""
        return due_on - dt.timedelta(days=self.window_days)

    def counts_from(self, joined_on: dt.date) -> dt.date | None:
        """Return from which day completions count for the first turn; None: whenever it was."""
        if not self.counts_earlier:
            return joined_on
        if self.every_months is None:
            return None
        return joined_on - relativedelta(months=self.every_months)
