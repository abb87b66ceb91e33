"""Times away: due dates of courses pause, the hours of the year are reduced, never put off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.absences import enter_absence, move_absence_end, withdraw_absence
from accounts.errors import Refused
from accounts.models import Absence, Posting, User
from enrolments.actions.absences import pause_duties
from enrolments.actions.duties import move_due
from enrolments.models import AnnualNorm, Obligation
from enrolments.norms import NOT_IN_SERVICE, Span, Table, months_of, norm_of, reduced
from enrolments.tasks import tick
from lms.clock import today
from reference.models import AnnualRequirement, Code, LegalBasis, Rule
from reporting.scope import rows_of
from reporting.tracking import Cell, Moment, hours_of
from tests.make import make_cohort, make_enrolment, make_version
from tests.people import Cast
from tests.reporting.make import make_hours

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)
AWAY, YEAR = "thai_san", today().year
FIRST, LAST = dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)
TABLE = Table(frozenset({AWAY, NOT_IN_SERVICE}))


@pytest.fixture
def duty(cast: Cast) -> Obligation:
    cohort = make_cohort(
        make_version(by=cast.trainer),
        by=cast.hr,
        organiser=cast.department,
        starts_on=today() - 5 * DAY,
        ends_on=today() + 30 * DAY,
    )
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    return Obligation.objects.get(enrolment=place)


def absent(cast: Cast, since: dt.date, until: dt.date, kind: str = AWAY) -> Absence:
    code = Code.objects.get(list="absence", code=kind)
    return enter_absence(
        person=cast.learner, kind=code, since=since, until=until, document="12/QĐ", by=cast.hr
    )


def decide(*states: str) -> None:
    """Enter the decision that months in these states do not count, and 40 periods a year."""
    Rule.objects.filter(key="hours.reduction_table").update(value=list(states))
    basis = LegalBasis.objects.get_or_create(symbol="1/QĐ", defaults={"title": "Định mức"})[0]
    AnnualRequirement.objects.all().delete()
    AnnualRequirement.objects.create(category="cong_chuc", year=YEAR, min_periods=40, basis=basis)
    Posting.objects.update(since=FIRST - 400 * DAY)


def due(duty: Obligation) -> dt.date:
    duty.refresh_from_db()
    return duty.due_on


days = st.dates(FIRST - 40 * DAY, LAST + 40 * DAY)
spans = st.lists(
    st.tuples(days, days).map(lambda pair: Span(AWAY, min(pair), max(pair))), max_size=4
)
WHOLE_YEAR = [Span("cong_chuc", FIRST, LAST)]


@given(away=spans, more=spans)
def test_more_days_away_never_raise_what_is_owed_and_it_stays_within_the_year(
    away: list[Span], more: list[Span]
) -> None:
    one, both = (
        months_of(YEAR, served=WHOLE_YEAR, away=rows, table=TABLE) for rows in (away, away + more)
    )
    counted = [sum(month.counts for month in months) for months in (one, both)]
    assert 0 <= counted[1] <= counted[0] <= 12
    assert 0 <= reduced(40, counted[1]) <= reduced(40, counted[0]) <= 40
    assert both == months_of(YEAR, served=WHOLE_YEAR, away=more + away + away, table=TABLE)


@given(away=spans)
def test_without_a_decision_nothing_is_taken_off(away: list[Span]) -> None:
    months = months_of(YEAR, served=[], away=away, table=Table())
    assert all(month.counts for month in months)


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (dt.date(2028, 2, 15), dt.date(2028, 12, 31), 11),  # of a leap February 15 days
        (dt.date(2028, 2, 16), dt.date(2028, 12, 31), 10),
        (dt.date(2028, 12, 31), dt.date(2028, 12, 31), 0),  # came the last day of the year
        (dt.date(2028, 1, 1), dt.date(2028, 6, 30), 6),  # retired in the middle of it
        (dt.date(2028, 1, 1), dt.date(2028, 12, 31), 12),
    ],
)
def test_months_in_service_count_from_half_a_month_on(
    since: dt.date, until: dt.date, months: int
) -> None:
    found = months_of(2028, served=[Span("cong_chuc", since, until)], away=[], table=TABLE)
    assert sum(month.counts for month in found) == months


def test_half_a_year_of_leave_halves_the_hours_and_the_page_prints_the_sum(
    cast: Cast, browser: Browser
) -> None:
    decide(AWAY)
    absent(cast, FIRST, dt.date(YEAR, 6, 30))
    norm = norm_of(cast.learner, YEAR)
    assert norm
    assert norm.required == Decimal(20)
    for reader, url in (
        (cast.learner, reverse("enrolments:hours")),
        (cast.hr, reverse("accounts:person", args=[cast.learner.pk])),
    ):
        page = unescape(browser(reader).get(url).content.decode())
        assert "40 × 6/12 = 20 tiết" in page
        assert "tháng 6 (Nghỉ thai sản)" in page
    ring = browser(cast.learner).get("/").content.decode()
    assert "20 tiết" in ring


def test_who_owes_less_has_reached_it_sooner_in_the_table_of_units(cast: Cast) -> None:
    decide(AWAY)
    make_hours(cast.learner, cast.ward, credited=Decimal(20))
    rows = rows_of([cast.ward])
    at = Moment(YEAR, today())
    before = hours_of(rows, at)[cast.ward.pk]
    absent(cast, FIRST, dt.date(YEAR, 6, 30))
    after = hours_of(rows, at)[cast.ward.pk]
    assert (before.done, after) == (0, Cell(required=before.required, done=1))


def test_while_no_decision_is_entered_the_whole_is_owed_and_the_page_says_so(
    cast: Cast, browser: Browser
) -> None:
    decide()
    absent(cast, FIRST, dt.date(YEAR, 6, 30))
    page = unescape(browser(cast.learner).get(reverse("enrolments:hours")).content.decode())
    assert "40 tiết" in page
    assert "Chưa có quyết định" in page


def test_the_tick_works_out_everybody_once_a_day_and_clears_without_a_table(cast: Cast) -> None:
    decide(NOT_IN_SERVICE)
    Posting.objects.filter(user=cast.learner).update(since=dt.date(YEAR, 7, 1))
    for _doubled in range(2):
        tick()
    row = AnnualNorm.objects.get(person=cast.learner)
    assert (row.months, row.required, row.worked_on) == (6, Decimal(20), today())
    assert not AnnualNorm.objects.filter(worked_on__lt=today()).exists()
    Rule.objects.filter(key="hours.reduction_table").update(value=[])
    tick()
    assert not AnnualNorm.objects.exists()


def test_a_due_date_is_put_off_by_the_days_away_and_follows_the_absence(
    cast: Cast, duty: Obligation
) -> None:
    before = due(duty)
    row = absent(cast, today() + 5 * DAY, today() + 14 * DAY)
    assert before + 10 * DAY <= due(duty) <= before + 14 * DAY
    assert "vắng mặt từ" in duty.due_note
    paused = due(duty)
    pause_duties(absence=row, by=cast.hr)
    assert due(duty) == paused
    move_absence_end(absence=row, until=today() + 24 * DAY, by=cast.hr, reason="Gia hạn nghỉ")
    assert before + 20 * DAY <= due(duty) <= before + 24 * DAY
    withdraw_absence(absence=row, by=cast.hr, reason="Nhập nhầm")
    assert due(duty) == before


def test_what_somebody_has_moved_since_stays_and_duties_outside_the_days_are_left(
    cast: Cast, duty: Obligation
) -> None:
    before = due(duty)
    absent(cast, before + DAY, before + 20 * DAY)
    assert due(duty) == before
    row = absent(cast, today(), today() + 6 * DAY, "om_dai_ngay")
    move_due(obligation=duty, due_on=before + 60 * DAY, by=cast.hr, reason="Theo đề nghị")
    moved = due(duty)
    withdraw_absence(absence=row, by=cast.hr, reason="Nhập nhầm")
    assert due(duty) == moved


def test_an_officer_enters_moves_and_takes_back_an_absence_never_their_own(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.hr)
    url = reverse("accounts:enter_absence", args=[cast.learner.pk])
    kind = Code.objects.get(list="absence", code=AWAY).pk
    sent = {"kind": kind, "since": "2026-03-02", "until": "2026-02-01", "document": "12/QĐ"}
    page = client.post(url, sent)
    assert page.status_code == 422
    assert "Ngày cuối trước ngày đầu" in page.content.decode()
    sent["until"] = "2026-04-01"
    for _double_click in range(2):
        assert client.post(url, sent).status_code == 302
    row = Absence.objects.get()
    overlapping = client.post(url, sent | {"until": "2026-05-01"})
    assert "02/03/2026" in overlapping.content.decode()
    change = reverse("accounts:change_absence", args=[cast.learner.pk, row.pk])
    client.post(change, {"until": "2026-03-20", "reason": "Đi làm sớm"})
    row.refresh_from_db()
    assert row.until == dt.date(2026, 3, 20)
    client.post(change, {"until": "2026-03-20", "reason": "Nhập nhầm", "do": "withdraw"})
    assert not Absence.objects.standing().exists()
    assert client.get(change).status_code == 404
    with pytest.raises(Refused):
        enter_absence(
            person=cast.hr, kind=row.kind, since=FIRST, until=LAST, document="x", by=cast.hr
        )


def test_absences_are_read_by_the_person_and_who_keeps_the_record_alone(
    cast: Cast, browser: Browser
) -> None:
    absent(cast, FIRST, LAST)
    url = reverse("accounts:person", args=[cast.learner.pk])
    seen = {
        reader: "Nghỉ thai sản" in browser(reader).get(url).content.decode()
        for reader in (cast.learner, cast.hr, cast.support)
    }
    assert list(seen.values()) == [True, True, False]
