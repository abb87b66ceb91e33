"""The periods a person owes in a year: reduced by months that do not count, never put off.

Decree 101/2017/NĐ-CP asks for a number a year and says nothing of part of a year. Which months do
not count is therefore data (`hours.reduction_table`, empty until an office decides), as is from how
many days on a month counts (`hours.days_that_count_a_month`).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Absence, Posting, User
from accounts.models.absences import ABSENCE
from enrolments.models import AnnualNorm
from reference.models import AnnualRequirement, Code, Rule
from reference.rules import annual_requirement, rule, rule_row

TABLE: Final = "hours.reduction_table"
LEAST_DAYS: Final = "hours.days_that_count_a_month"
NOT_IN_SERVICE: Final = "not_in_service"
PROBATION: Final = "tap_su"
MONTHS: Final = 12
TENTH: Final = Decimal("0.1")


@dataclass(frozen=True)
class Span:
    """Days in one state, first and last included."""

    state: str
    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Month:
    """A month of the year: how many of its days count, and what state the others are in."""

    number: int
    days: int
    counting: int
    states: tuple[str, ...]
    counts: bool


@dataclass(frozen=True)
class Norm:
    """What a person owes in a year, with the sum. `table` is the rule that reduces, if any does."""

    year: int
    asked: AnnualRequirement
    months: list[Month]
    table: Rule | None

    @property
    def is_decided(self) -> bool:
        """Return whether a decision says which months do not count."""
        return bool(self.table and self.table.value)

    @property
    def counted(self) -> int:
        """Return how many months count."""
        return sum(month.counts for month in self.months)

    @property
    def required(self) -> Decimal:
        """Return the periods owed."""
        return reduced(self.asked.min_periods, self.counted)

    @property
    def is_reduced(self) -> bool:
        """Return whether it is less than for a whole year."""
        return self.counted < MONTHS


def reduced(periods: int, months: int) -> Decimal:
    """Return the share of a year's periods for so many months, to a tenth: 40 × 6/12 = 20."""
    share = Decimal(periods) * months / MONTHS
    return share.quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Table:
    """Which states of a day do not count, and from how many days on a month does."""

    states: frozenset[str] = frozenset()
    least_days: int = 15


def months_of(
    year: int, *, served: Sequence[Span], away: Sequence[Span], table: Table
) -> list[Month]:
    """Return the months of a year.

    `served` are the days in a post, with the state of that post; a day in none is out of service.
    A day that several absences cover counts once.
    """
    return [_month(year, number, served, away, table) for number in range(1, MONTHS + 1)]


def _month(
    year: int, number: int, served: Sequence[Span], away: Sequence[Span], table: Table
) -> Month:
    days = calendar.monthrange(year, number)[1]
    counting = 0
    states: set[str] = set()
    for day in (dt.date(year, number, n) for n in range(1, days + 1)):
        found = _states(day, served, away) & table.states
        counting += not found
        states |= found
    # Of a short month as many days as it has are enough.
    counts = counting >= min(table.least_days, days)
    return Month(number, days, counting, tuple(sorted(states)), counts)


def _states(day: dt.date, served: Sequence[Span], away: Sequence[Span]) -> set[str]:
    posts = {span.state for span in served if span.since <= day <= span.until}
    absences = {span.state for span in away if span.since <= day <= span.until}
    return (posts or {NOT_IN_SERVICE}) | absences


def norm_of(person: User, year: int) -> Norm | None:
    """Return what a person owes in a year; None where nothing is decided for their category."""
    posts = list(_posts(year).filter(user=person).select_related("category"))
    asked = annual_requirement(posts[-1].category.code, year) if posts else None
    if asked is None:
        return None
    rows = _absences(year).filter(person=person).select_related("kind")
    table = rule_row(TABLE, dt.date(year, 12, 31))
    return Norm(year, asked, _months(year, posts, rows, table), table)


def _months(
    year: int, posts: Iterable[Posting], absences: Iterable[Absence], table: Rule | None
) -> list[Month]:
    return months_of(
        year,
        served=[_served(post, year) for post in posts],
        away=[Span(row.kind.code, row.since, row.until) for row in absences],
        table=Table(
            frozenset(table.value if table else ()),
            int(rule(LEAST_DAYS, dt.date(year, 12, 31), default=15)),
        ),
    )


def _served(post: Posting, year: int) -> Span:
    """Return the days of a post; `until` of a post is the first day without it."""
    last = post.until - dt.timedelta(days=1) if post.until else dt.date(year, 12, 31)
    return Span(post.category.code, post.since, last)


def _posts(year: int) -> Any:
    end = dt.date(year, 12, 31)
    held = Posting.objects.primary().filter(since__lte=end)
    return held.exclude(until__lte=dt.date(year, 1, 1)).order_by("since", "pk")


def _absences(year: int) -> Any:
    return Absence.objects.standing().touching(dt.date(year, 1, 1), dt.date(year, 12, 31))


def owed(person: str, year: int) -> Subquery:
    """Return, for a query whose rows know the person, what is worked out for them, or nothing."""
    rows = AnnualNorm.objects.filter(person=OuterRef(person), year=year)
    return Subquery(rows.values("required")[:1])


@dataclass(frozen=True)
class ShownNorm:
    """A norm for reading: the months that do not count, each with why."""

    norm: Norm
    left_out: list[tuple[int, str]]


def shown_norm(person: User, year: int) -> ShownNorm | None:
    """Return what a person owes in a year with the words for it; None where nothing is decided."""
    norm = norm_of(person, year)
    if norm is None:
        return None
    names = _names({state for month in norm.months for state in month.states})
    out = [month for month in norm.months if not month.counts]
    return ShownNorm(
        norm, [(one.number, ", ".join(names[state] for state in one.states)) for one in out]
    )


def _names(states: set[str]) -> dict[str, str]:
    """Return the names of states, for reading."""
    known = {NOT_IN_SERVICE: _("not in service"), PROBATION: _("on probation")}
    codes = Code.objects.filter(list=ABSENCE, code__in=states) if states else ()
    named = {code.code: code.name for code in codes}
    return {state: str(named.get(state) or known.get(state, state)) for state in states}
