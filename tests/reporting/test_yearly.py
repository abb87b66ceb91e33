"""The report of a year: turns and persons from the ledger, with who they are, as of a day."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from accounts.models import Posting, User
from accounts.permissions import Role
from enrolments.models import HoursEntry
from lms.clock import today
from reporting import yearly
from reporting.scope import Rows, rows_of
from reporting.yearly import Figures
from tests.make import grant, make_code, make_unit, make_user
from tests.people import Cast
from tests.reporting.make import make_hours, make_sent_plan

Browser = Callable[[User], Client]
YEAR = today().year


@pytest.fixture
def officer(cast: Cast) -> User:
    """Return an officer of the whole city."""
    person = make_user("Hồ Thị Cả", unit=cast.city)
    grant(person, Role.HR_OFFICER, cast.city)
    return person


@pytest.fixture
def rows(cast: Cast, officer: User) -> Rows:
    return rows_of([cast.city])


def test_persons_are_told_apart_by_what_is_known_of_them(cast: Cast, rows: Rows) -> None:
    ward = cast.ward
    # Forty years old on the last day of the year is not under forty, whatever the birthday.
    forty = make_user(unit=ward, birth_year=YEAR - 40, gender="male")
    young = make_user(
        unit=ward, birth_date=dt.date(YEAR - 39, 12, 31), birth_year=YEAR - 39, gender="female"
    )
    unknown = make_user(unit=ward)
    head = make_user(unit=ward, birth_year=YEAR - 50, gender="female", is_head=True)
    for person in (forty, young, unknown, head):
        make_hours(person, ward, category=make_code())
    make_hours(young, ward, category=make_code())
    found = yearly.whole(rows, YEAR, today())
    assert found == Figures(
        turns=5, persons=4, leaders=1, women=2, young=1, no_gender=1, no_birth=1
    )
    # Who was no longer head when the class closed is not counted as one.
    Posting.objects.filter(user=head).update(is_head=False)
    assert yearly.whole(rows, YEAR, today()).leaders == 0
    leading = make_code("position", "lanh_dao_quan_ly", "Lãnh đạo, quản lý")
    Posting.objects.filter(user=head).update(position=leading)
    assert yearly.whole(rows, YEAR, today()).leaders == 1


def test_groups_categories_and_units_hold_the_same_turns(cast: Cast, rows: Rows) -> None:
    division = make_unit("Phòng Văn hóa", parent=cast.ward, kind="division")
    units = [cast.ward, division, cast.other_ward, cast.city]
    kinds = [make_code(), make_code(code="vien_chuc", name="Viên chức"), None]
    people = [make_user(unit=unit) for unit in units]
    for n in range(24):
        content = ("ngoai_ngu", "tin_hoc")[n % 2]
        make_hours(people[n % 4], units[n % 4], content=content, category=kinds[n % 3])
    whole = yearly.whole(rows, YEAR, today())
    groups = yearly.by_group(rows, YEAR, today())
    parts = [figures for group in groups for _name, figures in group.categories]
    by_unit = yearly.by_unit(rows, YEAR, today())
    assert (whole.turns, whole.persons) == (24, 4)
    assert sum(group.figures.turns for group in groups) == 24
    assert sum(figures.turns for figures in parts) == 24
    assert sum(figures.turns for figures in by_unit.values()) == 24
    assert by_unit[cast.ward.pk].persons == 2  # the division is inside the ward
    assert by_unit[cast.city.pk].persons == 1  # the city's own people stand in a row of their own
    assert sum(one["figures"].turns for one in yearly.flat(rows, YEAR, today())) == 24


def test_what_was_taken_back_or_closed_later_does_not_count(cast: Cast, rows: Rows) -> None:
    person = make_user(unit=cast.ward)
    wrong = make_hours(person, cast.ward)
    make_hours(person, cast.ward, credited=Decimal(-4), reverses=wrong)
    make_hours(person, cast.ward, year=YEAR - 1)
    assert yearly.whole(rows, YEAR, today()).turns == 0
    make_hours(person, cast.ward)
    assert HoursEntry.objects.count() == 4
    assert yearly.whole(rows, YEAR, today()).turns == 1
    assert yearly.whole(rows, YEAR, today() - dt.timedelta(days=1)).turns == 0


def test_page_workbook_and_document_say_the_same(cast: Cast, browser: Browser) -> None:
    plan = make_sent_plan(cast)
    plan.lines.update(reported_turns=4000, source="Báo cáo tổng hợp số 12")
    for name in ("Lê Văn Một", "Lê Văn Hai"):
        make_hours(make_user(name, unit=cast.department), cast.department, category=make_code())
    client, args = browser(cast.department_hr), [cast.department.pk]
    assert client.get(reverse("reporting:year_reports")).status_code == 302
    shown = client.get(reverse("reporting:year_report", args=args)).content.decode()
    for words in ("Báo cáo tổng hợp số 12", "4.000", "chưa có năm sinh", "Công chức"):
        assert words in shown
    assert "4.002" not in shown  # figures without names are not added up with those of the ledger
    book = client.get(reverse("reporting:export_year_report", args=args))
    lines = list(load_workbook(io.BytesIO(book.getvalue())).active.iter_rows(values_only=True))
    assert lines[1][1:5] == ("Công chức", cast.department.name, 2, 2)
    assert (lines[2][3], lines[2][4], lines[2][-1]) == (4000, None, "Báo cáo tổng hợp số 12")
    word = client.get(reverse("reporting:year_docx", args=args))
    paper = Document(io.BytesIO(word.content))
    told = "\n".join(line.text for line in paper.paragraphs)
    assert "2 lượt, 2 người" in told
    assert "Chưa có năm sinh: 2 người" in told
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert "4.000" in cells
    pdf = client.get(reverse("reporting:year_pdf", args=args))
    assert pdf.content.startswith(b"%PDF")
    other = browser(cast.other_hr).get(reverse("reporting:year_report", args=[cast.other_ward.pk]))
    assert "Báo cáo tổng hợp số 12" not in other.content.decode()
