"""How far each unit had come by the end of each month, of what its people must on one day.

The denominator is that of the table on the day, so the last month says what the table says;
earlier months show when the same people did the same duties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Value, When
from django.db.models.functions import ExtractMonth

from accounts.models import Unit
from enrolments.models import Obligation
from reporting.scope import Rows
from reporting.tracking import COURSE, POST, WHOLE, Moment, Table, on_day, posted, programme_of

MONTHS = 12
STEP = 10  # the width of a month in the drawing


@dataclass(frozen=True)
class Line:
    """A unit, or all of them: how many must, and how many had done it by each month's end."""

    unit: Unit | None
    required: int
    done: list[int]

    @property
    def shares(self) -> list[int]:
        """Return the share in percent at the end of each month, rounded down."""
        return [WHOLE * n // self.required for n in self.done]

    @property
    def points(self) -> str:
        """Return the line as SVG points: months to the right, percent upwards from 100 to 0."""
        shares = self.shares if len(self.shares) > 1 else self.shares * 2
        return " ".join(f"{n * STEP},{WHOLE - share}" for n, share in enumerate(shares))

    @property
    def width(self) -> int:
        """Return the width of the drawing."""
        return max(len(self.done) - 1, 1) * STEP


def lines_of(rows: Rows, at: Moment, table: Table) -> list[Line]:
    """Return the whole and then the units, those furthest behind first; one query."""
    counts, shown = _counts(rows, at), _months_shown(at)
    lines = list(_units(rows, table, counts, shown))
    lines.sort(key=lambda line: line.shares[-1])
    if not lines[1:]:  # one unit is its own whole
        return lines
    whole = [sum(column) for column in zip(*(line.done for line in lines), strict=True)]
    return [Line(None, sum(line.required for line in lines), whole), *lines]


def _units(
    rows: Rows, table: Table, counts: dict[int, dict[int, int]], shown: int
) -> Iterator[Line]:
    for unit in rows.all:
        required = table.whole(unit.pk).required
        if required:
            done = counts.get(unit.pk, {})
            running = accumulate(done.get(month, 0) for month in range(1, shown + 1))
            yield Line(unit, required, list(running))


def _months_shown(at: Moment) -> int:
    return at.day.month if at.day.year == at.year else MONTHS


def _counts(rows: Rows, at: Moment) -> dict[int, dict[int, int]]:
    """Return, by unit and month, how many people did a course for the first time.

    What was done before the year began, or is due early, counts in January.
    """
    unit = f"{POST}__unit"
    earlier = Obligation.objects.filter(person=OuterRef("person"), done_at__lt=OuterRef("done_at"))
    again = Exists(earlier.filter(course=OuterRef(COURSE), due_on__year=at.year))
    done = on_day(at).filter(at.done & ~at.waived & ~again)
    month = Case(
        When(done_at__year__lt=at.year, then=Value(1)),
        default=ExtractMonth("done_at"),
        output_field=IntegerField(),
    )
    done = done.filter(posted(POST, at.day) & rows.within(unit))
    of_what = {"of_course": F(COURSE), "programme": programme_of()}
    keyed = done.order_by().values(row=Rows.key(unit), month=month, **of_what)
    found: Any = keyed.annotate(n=Count("person", distinct=True))
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in found:
        counts[one["row"]][one["month"]] += one["n"]
    return counts
