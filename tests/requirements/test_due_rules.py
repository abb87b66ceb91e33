"""Due dates of required training: sums of days and months that hold for every day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requirements.due_rules import Terms
from requirements.models.requirements import DueKind, RecursFrom

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31))
MONTHS = st.one_of(st.none(), st.integers(1, 120))


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    kind = draw(st.sampled_from([DueKind.FIXED, DueKind.JOINING, DueKind.POSTING]))
    fixed = kind == DueKind.FIXED
    return Terms(
        due_kind=kind,
        due_on=draw(DAYS) if fixed else None,
        due_days=None if fixed else draw(st.integers(0, 730)),
        min_days=draw(st.integers(0, 365)),
        every_months=draw(MONTHS),
        recurs_from=draw(st.sampled_from([RecursFrom.DUE, RecursFrom.DONE])),
        window_days=draw(st.integers(1, 365)),
        counts_earlier=draw(st.booleans()),
    )


@given(terms(), DAYS, DAYS)
def test_everybody_has_the_least_days_however_late_they_come(
    rule: Terms, joined: dt.date, posted: dt.date
) -> None:
    due = rule.first_due(joined, posted)
    assert due >= joined + dt.timedelta(days=rule.min_days)


@given(terms(), DAYS, DAYS)
def test_who_comes_a_day_later_is_never_due_earlier(
    rule: Terms, joined: dt.date, posted: dt.date
) -> None:
    later = joined + dt.timedelta(days=1)
    assert rule.first_due(later, posted) >= rule.first_due(joined, posted)


@given(terms(), DAYS, DAYS)
def test_the_next_turn_lies_after_the_one_before_and_after_its_completion(
    rule: Terms, due: dt.date, done: dt.date
) -> None:
    following = rule.next_due(due, done)
    if rule.every_months is None:
        assert following is None
        return
    assert following is not None
    assert following > done
    waived = rule.next_due(due, None)
    assert waived is not None
    assert waived > due


@given(terms(), DAYS)
def test_completions_count_from_no_later_than_the_joining(rule: Terms, joined: dt.date) -> None:
    since = rule.counts_from(joined)
    assert since is None or since <= joined


@pytest.mark.parametrize(
    ("joined", "due"),
    [
        (dt.date(2024, 2, 29), dt.date(2024, 12, 31)),
        (dt.date(2024, 12, 31), dt.date(2025, 1, 30)),  # the least thirty days
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ],
)
def test_a_yearly_day_is_that_of_the_year_of_joining(joined: dt.date, due: dt.date) -> None:
    rule = Terms(DueKind.FIXED, dt.date(2024, 12, 31), None, 30, every_months=12)
    assert rule.first_due(joined, joined) == due


def test_the_end_of_a_short_month_does_not_stick() -> None:
    rule = Terms(DueKind.FIXED, dt.date(2025, 1, 31), None, 0, every_months=1)
    assert rule.first_due(dt.date(2025, 2, 10), dt.date(2025, 1, 1)) == dt.date(2025, 2, 28)
    assert rule.first_due(dt.date(2025, 3, 10), dt.date(2025, 1, 1)) == dt.date(2025, 3, 31)


def test_a_leap_day_is_kept_every_four_years() -> None:
    rule = Terms(DueKind.FIXED, dt.date(2024, 2, 29), None, 0, every_months=12)
    assert rule.first_due(dt.date(2025, 1, 1), dt.date(2024, 1, 1)) == dt.date(2025, 2, 28)
    assert rule.first_due(dt.date(2028, 1, 1), dt.date(2024, 1, 1)) == dt.date(2028, 2, 29)
