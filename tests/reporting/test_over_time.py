"""The share done by the end of each month, of the same people and duties as the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from enrolments.actions.duties import fulfil, waive
from enrolments.models import Cohort, Obligation
from lms.clock import end_of_day, today
from reporting.over_time import Line, lines_of
from reporting.scope import rows_of
from reporting.tracking import Moment, table_of
from tests.make import grant, make_cohort, make_enrolment, make_user, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
YEAR = today().year


def must(cohort: Cohort, person: User, done_on: dt.date | None = None) -> Obligation:
    """Give a person a duty of last year's end, due this year, and do it on a day."""
    unit = person.postings.get().unit
    place = make_enrolment(cohort, person, by=cohort.created_by, unit=unit)
    duties = Obligation.objects.filter(enrolment=place)
    given = end_of_day(dt.date(YEAR - 1, 12, 1))
    duties.update(created_at=given, due_on=dt.date(YEAR, 12, 31))
    if done_on:
        fulfil(completed={place.pk: end_of_day(done_on)}, by=None)
    return duties.get()


def lines(cast: Cast, day: dt.date) -> dict[str, Line]:
    rows, at = rows_of([cast.city]), Moment(YEAR, day)
    found = lines_of(rows, at, table_of(rows, at))
    return {line.unit.name if line.unit else "all": line for line in found}


def a_class(cast: Cast) -> Cohort:
    version = make_version(by=cast.trainer)
    return make_cohort(version, by=cast.hr, organiser=cast.department, ends_on=today())


def test_each_month_holds_what_was_done_by_its_end(cast: Cast) -> None:
    cohort = a_class(cast)
    early, january, march, never, let_off = (make_user(unit=cast.ward) for _n in range(5))
    must(cohort, early, dt.date(YEAR - 1, 12, 15))
    must(cohort, january, dt.date(YEAR, 1, 31))
    must(cohort, march, dt.date(YEAR, 3, 1))
    must(cohort, never)
    waive(obligation=must(cohort, let_off), by=cast.hr, reason="Nghỉ thai sản")
    must(cohort, cast.stranger)
    found = lines(cast, dt.date(YEAR, 4, 10))
    assert found[cast.ward.name].shares == [40, 40, 60, 60]  # exempted only later
    assert found[cast.other_ward.name].shares == [0, 0, 0, 0]
    assert found["all"].done == [2, 2, 3, 3]
    assert found["all"].required == 6
    assert list(found) == ["all", cast.other_ward.name, cast.ward.name]


def test_a_course_done_twice_counts_when_it_was_done_first(cast: Cast) -> None:
    version = make_version(by=cast.trainer)
    first, second = (
        make_cohort(version, by=cast.hr, organiser=cast.department, ends_on=today())
        for _n in range(2)
    )
    must(first, cast.learner, dt.date(YEAR, 1, 20))
    must(second, cast.learner, dt.date(YEAR, 2, 20))
    assert lines(cast, dt.date(YEAR, 3, 1))[cast.ward.name].shares == [100, 100, 100]


def test_the_last_month_says_what_the_table_says(cast: Cast, browser: Browser) -> None:
    officer = make_user("Hồ Thị Cả", unit=cast.city)
    grant(officer, Role.HR_OFFICER, cast.city)
    cohort = a_class(cast)
    for n in range(3):
        must(cohort, make_user(unit=cast.ward), dt.date(YEAR, 1, 2) if n else None)
    shown = browser(officer).get(reverse("reporting:tracking"), follow=True).content.decode()
    assert "Hoàn thành đến cuối mỗi tháng" in shown
    assert "2/3 (66%)" in shown
    panel = shown.split('id="over-time"')[1]
    assert panel.count('<td class="num">66%</td>') == today().month
