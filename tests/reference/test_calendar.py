"""Working days, rules with dates, and the rows the product ships."""

import datetime as dt
from typing import Any

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError
from django.utils import translation

from reference.calendar import (
    WorkingCalendar,
    add_working_days,
    due_moved,
    is_working_day,
    next_working_day,
)
from reference.models import AnnualRequirement, CalendarDay, Code, LegalBasis, Rule
from reference.rules import annual_requirement, rule
from reference.shipped import insert_missing

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, MONDAY = dt.date(2026, 3, 6), dt.date(2026, 3, 7), dt.date(2026, 3, 9)
Kind, State = CalendarDay.Kind, CalendarDay.State


def mark(day: dt.date, kind: str, **fields: Any) -> CalendarDay:
    values = {"state": State.IN_FORCE, "name": "Nghỉ", **fields}
    return CalendarDay.objects.create(day=day, kind=kind, **values)


def test_the_week_decides_where_the_calendar_is_silent() -> None:
    assert is_working_day(FRIDAY)
    assert not is_working_day(SATURDAY)
    assert next_working_day(FRIDAY) == MONDAY


def test_only_rows_in_force_count() -> None:
    row = mark(FRIDAY, Kind.HOLIDAY, state=State.PLANNED)
    assert is_working_day(FRIDAY)
    CalendarDay.objects.filter(pk=row.pk).update(state=State.IN_FORCE)
    assert not is_working_day(FRIDAY)


def test_a_make_up_saturday_is_worked() -> None:
    mark(SATURDAY, Kind.MAKE_UP_DAY)
    assert next_working_day(FRIDAY) == SATURDAY


def test_a_units_own_row_wins_over_the_citys() -> None:
    mark(SATURDAY, Kind.MAKE_UP_DAY, unit_id=7)
    mark(FRIDAY, Kind.HOLIDAY)
    mark(FRIDAY, Kind.MAKE_UP_DAY, unit_id=7)
    assert is_working_day(SATURDAY, unit_id=7)
    assert not is_working_day(SATURDAY, unit_id=8)
    assert is_working_day(FRIDAY, unit_id=7)


def test_five_working_days_skip_weekends_and_holidays() -> None:
    mark(dt.date(2026, 3, 11), Kind.HOLIDAY)
    assert add_working_days(FRIDAY, 5) == dt.date(2026, 3, 16)
    assert add_working_days(SATURDAY, 0) == SATURDAY


def test_a_due_date_on_a_day_off_moves_later_and_says_why() -> None:
    mark(MONDAY, Kind.DAY_OFF_IN_LIEU, name="Nghỉ bù")
    with translation.override("vi"):
        moved = due_moved(MONDAY)
        weekend = due_moved(SATURDAY)
    assert moved == (
        dt.date(2026, 3, 10),
        True,
        "09/03/2026 không phải ngày làm việc (Nghỉ bù).",
    )
    assert "nghỉ cuối tuần" in weekend.why
    assert due_moved(FRIDAY) == (FRIDAY, False, "")


def test_a_list_of_days_costs_one_query_a_year(django_assert_num_queries: Any) -> None:
    calendar = WorkingCalendar()
    with django_assert_num_queries(1):
        for n in range(200):
            calendar.due_moved(FRIDAY + dt.timedelta(days=n), unit_id=n)


def test_a_day_has_one_row_for_the_city_and_one_per_unit() -> None:
    mark(FRIDAY, Kind.HOLIDAY)
    mark(FRIDAY, Kind.HOLIDAY, unit_id=7)
    with pytest.raises(IntegrityError):
        mark(FRIDAY, Kind.MAKE_UP_DAY)


def test_a_rule_holds_from_a_day_to_a_day() -> None:
    Rule.objects.create(
        key="x", value=1, effective_from=dt.date(2026, 1, 1), effective_to=dt.date(2026, 6, 30)
    )
    Rule.objects.create(key="x", value=2, effective_from=dt.date(2026, 7, 1))
    days = [dt.date(2025, 12, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 1)]
    assert [rule("x", day, default=0) for day in days] == [0, 1, 2]


def test_civil_servants_have_a_yearly_minimum_with_its_document_and_public_employees_none() -> None:
    found = annual_requirement("cong_chuc", 2026)
    assert found is not None
    assert (found.min_periods, found.basis.symbol) == (40, "1012/QĐ-UBND")
    assert annual_requirement("vien_chuc", 2026) is None


def test_shipped_rows_never_overwrite_what_an_administrator_changed() -> None:
    Code.objects.filter(list="study_form", code="tu_xa").update(name_vi="Học từ xa")
    Rule.objects.filter(key="hours.minutes_per_period").update(
        value=50, effective_from=dt.date(2026, 1, 1)
    )
    CalendarDay.objects.filter(day=dt.date(2026, 11, 24)).update(state=State.IN_FORCE)
    before = [model.objects.count() for model in (Code, Rule, CalendarDay, LegalBasis)]
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert [model.objects.count() for model in (Code, Rule, CalendarDay, LegalBasis)] == before
    assert Code.objects.get(list="study_form", code="tu_xa").name_vi == "Học từ xa"
    assert rule("hours.minutes_per_period") == 50
    assert not is_working_day(dt.date(2026, 11, 24))


def test_missing_shipped_rows_come_back_in_few_queries(
    django_assert_max_num_queries: Any,
) -> None:
    AnnualRequirement.objects.all().delete()
    Rule.objects.all().delete()
    CalendarDay.objects.all().delete()
    Code.objects.all().delete()
    LegalBasis.objects.all().delete()
    with django_assert_max_num_queries(16):
        insert_missing("default")
    assert AnnualRequirement.objects.exists()
    assert rule("reminders.days_before") == [14, 7, 1]
    assert Code.objects.filter(list="content_group").count() == 7


def test_lunar_and_undecided_days_are_planned_only() -> None:
    in_force = CalendarDay.objects.filter(state=State.IN_FORCE).values_list("day", flat=True)
    assert {(day.day, day.month) for day in in_force} == {(1, 1), (30, 4), (1, 5), (2, 9)}
