"""The days of the demo city hold on whatever day it is made."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from lms.clock import today
from reference.calendar import WorkingCalendar
from reporting.demo.clock import Days
from reporting.demo.sources import read_yaml
from reporting.demo.timetable import Planned, plain_plan, read_plan, timetable

SUNDAY = dt.date(2026, 11, 29)
NEW_YEARS_EVE = dt.date(2026, 12, 31)
TET = dt.date(2027, 2, 7)  # mồng hai
MORNING = dt.time(8)
AFTERNOON = dt.time(13, 30)


def on(day: dt.date) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(day, MORNING, timezone.get_default_timezone()))


@pytest.mark.django_db
@pytest.mark.parametrize("day", [SUNDAY, NEW_YEARS_EVE, TET])
def test_classes_begin_end_and_meet_on_working_days(day: dt.date) -> None:
    calendar = WorkingCalendar()
    with on(day):
        days = Days(today())
        for row in read_yaml("classes.yaml")["classes"]:
            starts, ends = days.off(row["starts"]), days.off(row["ends"])
            assert starts < ends, row["code"]
            assert calendar.is_working_day(starts)
            assert calendar.is_working_day(ends)
            plan = plain_plan(["Chuyên đề"], row["sessions"] or 1)
            plan = read_plan(row["course"]) or plan
            met = list(timetable(plan, days.working(starts, ends)))
            assert all(calendar.is_working_day(timezone.localdate(one.starts_at)) for one in met)
            assert [one.starts_at for one in met] == sorted({one.starts_at for one in met})
            assert all(one.ends_at <= after.starts_at for one, after in pairwise(met))
            if row["state"] == "running":
                assert starts <= day or not calendar.is_working_day(day), row["code"]


@pytest.mark.django_db
def test_a_week_of_many_meetings_takes_the_afternoons_too() -> None:
    days = Days(SUNDAY).working(dt.date(2026, 11, 23), dt.date(2026, 11, 27))
    met = list(timetable(plain_plan(["Một", "Hai"], 10), days))
    local = [timezone.localtime(one.starts_at) for one in met]
    assert [one.time() for one in local] == [MORNING, AFTERNOON] * 5
    assert {one.date() for one in local} == set(days)
    assert [one.title for one in met] == ["Một"] * 5 + ["Hai"] * 5


def test_meetings_of_one_half_day_follow_each_other() -> None:
    plan = [Planned("Đầu", Decimal(2), 1), Planned("Sau", Decimal(2), 1)]
    first, second = timetable(plan, [dt.date(2026, 11, 23)])
    assert timezone.localtime(first.starts_at).time() == MORNING
    assert second.starts_at == first.ends_at
    assert second.ends_at - first.starts_at < dt.timedelta(hours=4)


def test_a_plan_is_read_from_the_folder_of_its_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "courses" / "X-01"
    folder.mkdir(parents=True)
    monkeypatch.setattr("reporting.demo.timetable.FOLDER", tmp_path)
    assert read_plan("X-01") == []
    rows = "- {title: Một, periods: 2, morning: 1}\n- {title: Hai, periods: 2.5}\n"
    for text in (rows, "sessions:\n" + rows):
        (folder / "sessions.yaml").write_text(text, encoding="utf-8")
        plan = read_plan("X-01")
        assert plan == [Planned("Một", Decimal(2), 1), Planned("Hai", Decimal("2.5"), 2)]
