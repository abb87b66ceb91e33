"""The files of an import: their columns and sheets, the template, the file with its verdicts."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from accounts.permissions import Role
from enrolments.models import SheetLayout
from jobs.models import BulkChange
from tests.enrolments.importing import HEADS, Walk, person, run_jobs
from tests.lms.sheets.make import ods, xls, xlsx
from tests.make import grant, make_code, make_unit, make_user
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db


def test_columns_are_remembered_for_the_layout(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    rows = [["STT", "Họ và tên", "Bí danh"], [1, "Lý Mỹ Lan", "CB01"]]
    walk.check(rows, column_2="staff_code", column_1="note")
    assert walk.verdicts() == {2: "new"}
    walk.send(rows)
    assert walk.columns()["column_2"] == "staff_code"
    assert walk.columns()["column_1"] == "note"
    colleague = make_user("Đỗ Hữu Đạt", unit=cast.ward)
    grant(colleague, Role.HR_OFFICER, cast.ward)
    hers = Walk(signed_in_as(colleague), walk.cohort)
    hers.send(rows)
    assert hers.columns()["column_2"] == "staff_code"
    other = Walk(signed_in_as(cast.other_hr), walk.cohort)
    other.send(rows)
    assert other.columns()["column_1"] == "full_name"
    assert SheetLayout.objects.count() == 1


@pytest.mark.parametrize(
    "chosen",
    [{"column_1": "", "column_2": ""}, {"column_1": "full_name", "column_2": "full_name"}],
)
def test_columns_that_make_no_sense_are_sent_back(walk: Walk, chosen: dict[str, str]) -> None:
    walk.send([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    response = walk.client.post(walk.at("import_columns"), walk.columns(**chosen))
    assert response.status_code == 422
    walk.change.refresh_from_db()
    assert walk.change.state == "draft"


def test_unsure_dates_are_asked_about(walk: Walk, cast: Cast) -> None:
    rows = [HEADS, [1, "CB1", "Lê A", "09/13/1981"], [2, "CB2", "Lê B", "02/09/1981"]]
    walk.check(rows)
    assert walk.verdicts()[3] == "error"
    walk.check(rows, order="day")
    assert walk.verdicts()[2] == "error"
    walk.check(rows, order="month")
    assert set(walk.verdicts().values()) == {"unknown"}


def test_one_of_several_sheets_is_chosen(walk: Walk) -> None:
    more: dict[str, Any] = {
        "Phòng A": [HEADS, [1, "CB1", "Lê A"]],
        "Phòng B": [HEADS, [1, "CB2", "Lê B"]] * 2,
    }
    walk.send(xlsx([["Hướng dẫn"]], more=more))
    page = walk.client.get(walk.at("import_columns")).content.decode()
    assert "Phòng A" in page
    assert "Phòng B" in page
    walk.client.post(walk.at("import_columns"), walk.columns(sheet="Phòng A"))
    run_jobs()
    assert [row.label for row in walk.change.rows.all()] == ["Lê A · CB1"]


@pytest.mark.parametrize(("make", "name"), [(xls, "ds.xls"), (ods, "ds.ods"), (xlsx, "ds.xlsx")])
def test_a_list_as_a_ward_keeps_it_works(walk: Walk, cast: Cast, make: object, name: str) -> None:
    person("CB01", "Nguyễn Thị Hạnh", cast, birth_year=1981)
    rows = [
        ["UBND PHƯỜNG BẾN THÀNH"], [""], ["DANH SÁCH CỬ HỌC VIÊN"],
        ["STT", "Họ và tên", "", "Năm sinh", "", "Chức vụ"],
        ["", "", "", "Nam", "Nữ", ""],
        ["1", "NGUYỄN THỊ", "HẠNH", "", "1981", "Chuyên viên"],
        ["2", "CAO HỮU", "LỘC", "2.9.85", "", "Chuyên viên"],
        ["Tổng cộng: 2 người"], ["", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
    ]  # fmt: skip
    walk.check(make(rows), name, category=make_code().pk)  # type: ignore[operator]
    assert walk.verdicts() == {6: "ambiguous", 7: "unknown"}
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    made = User.objects.get(full_name="Cao Hữu Lộc")
    assert (made.gender, made.birth_date) == ("male", dt.date(1985, 9, 2))
    assert (made.family_name, made.middle_name, made.given_name) == ("Cao", "Hữu", "Lộc")


def test_old_fonts_are_converted_and_shown_before_confirming(walk: Walk) -> None:
    rows = [["STT", "Hä vµ tªn", "Ngµy sinh"], [1, "NguyÔn V¨n Hïng", "1981"]]
    walk.send(rows)
    page = walk.client.get(walk.at("import_columns")).content.decode()
    assert "TCVN3" in page
    assert "Nguyễn Văn Hùng" in page


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.pdf", b"%PDF-1.4"),
        ("a.xls", xlsx([HEADS, [1, "CB1", "Lê A"]])),
        ("a.xlsx", xlsx([["Ghi nhớ"], ["abc"]])),
        ("a.xlsx", xlsx([HEADS])),
        ("a.xls", xls([HEADS], password=True)),
        ("a.csv", b"\x00\x01\x02"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(walk: Walk, name: str, data: bytes) -> None:
    response = walk.send(data, name)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not BulkChange.objects.exists()


def test_the_template_can_be_filled_in_and_sent(walk: Walk, cast: Cast) -> None:
    person("000123", "Lý Mỹ Lan", cast)
    address = reverse("enrolments:import_template", args=[walk.cohort.pk])
    book = load_workbook(io.BytesIO(walk.client.get(address).getvalue()))
    units = [cell.value for cell in book.worksheets[1]["A"]][1:]
    assert [name for name in units if name] == ["Phường Bến Thành"]
    sheet = book.worksheets[0]
    sheet.append([1, "000123", "Lý Mỹ Lan", "02/9/1981", "Nữ", "Phường Bến Thành"])
    data = io.BytesIO()
    book.save(data)
    walk.check(data.getvalue())
    assert walk.verdicts() == {2: "new"}


def test_the_file_comes_back_with_its_verdicts(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([["DANH SÁCH"], HEADS, [1, "CB01", "LÝ MỸ LAN"], [2, "CB02", "=HYPERLINK(1)"]])
    heads, first, second = walk.file()
    assert heads[4:] == tuple(HEADS)
    assert first[0] == 3
    assert first[4:7] == (1, "CB01", "LÝ MỸ LAN")
    assert second[6] in {"=HYPERLINK(1)", "'=HYPERLINK(1)", "1", None, 0, ""}
    walk.confirm()
    assert walk.file()[1][2] != first[2]


def test_the_unit_is_taken_from_the_title_or_from_the_officers_own_ward(
    walk: Walk, cast: Cast
) -> None:
    make_unit("Phòng Văn hóa - Xã hội", parent=cast.ward, kind="division")
    rows = [["ỦY BAN NHÂN DÂN"], ["PHƯỜNG BẾN THÀNH"], HEADS, [1, "", "Lê Hà"]]
    walk.send(rows[2:])
    assert walk.columns()["unit"] == cast.ward.pk
    grant(cast.administrator, Role.HR_OFFICER, cast.city)
    citywide = Walk(signed_in_as(cast.administrator), walk.cohort)
    citywide.send(rows)
    assert citywide.columns()["unit"] == cast.ward.pk
    citywide.send(rows[2:])
    assert citywide.columns()["unit"] == ""
