from typing import Any

import pytest

from lms.sheets import (
    PEOPLE,
    Sheet,
    Table,
    find_table,
    find_tables,
    guess_mapping,
    read_workbook,
    samples,
)
from tests.lms.sheets.make import ods, xlsx


def table_of(*rows: list[Any]) -> Table:
    found = find_table(read_workbook(xlsx(rows), "a.xlsx").sheets[0])
    assert found is not None
    return found


def guessed(*rows: list[Any]) -> dict[str, int]:
    return guess_mapping(table_of(*rows), PEOPLE)


def test_columns_are_known_by_many_headings() -> None:
    assert guessed(
        ["TT", "Mã CBCCVC (*)", "HỌ VÀ TÊN", "Ngày, tháng, năm sinh", "Giới tính",
         "Cơ quan, đơn vị", "Chức vụ/Chức danh", "Đối tượng", "Thư điện tử",
         "SĐT", "Số CCCD:", "Ghi chú"],
        [1, "CB01", "Lý Mỹ Lan"],
    ) == {
        "staff_code": 1, "full_name": 2, "birth": 3, "gender": 4, "unit": 5, "position": 6,
        "category": 7, "email": 8, "mobile": 9, "identity_number": 10, "note": 11,
    }  # fmt: skip


def test_years_under_nam_and_nu_are_two_columns() -> None:
    mapping = guessed(
        ["STT", "Họ và tên", "Năm sinh", "", "Đơn vị"],
        ["", "", "Nam", "Nữ", ""],
        [1, "Trần Quốc An", 1981, "", "A"],
    )
    assert mapping == {"full_name": 1, "birth_male": 2, "birth_female": 3, "unit": 4}


@pytest.mark.parametrize(
    "heads", [["Họ và chữ đệm", "Tên"], ["Họ và tên", "Tên"], ["Họ và tên", ""]]
)
def test_family_and_given_name_in_two_columns(heads: list[object]) -> None:
    mapping = guessed(["STT", *heads, "Đơn vị"], [1, "Trần Quốc", "An", "A"], [2, "Lý", "Lan", "A"])
    assert mapping == {"family_name": 1, "given_name": 2, "unit": 3}


def test_columns_without_a_known_heading_are_known_by_their_cells() -> None:
    mapping = guessed(
        ["STT", "Họ tên", "Cột 1", "Cột 2", "Cột 3", "Cột 4", "Cột 5", "Đơn vị"],
        [1, "Trần Quốc An", "a@b.vn", "0901234567", "079181000123", "CB-001", "02/9/1981", "A"],
        [2, "Lý Mỹ Lan", "l@b.vn", "0911234567", "079181000124", "CB-002", "1990", "A"],
    )
    assert mapping == {
        "full_name": 1, "email": 2, "mobile": 3, "identity_number": 4, "staff_code": 5,
        "birth": 6, "unit": 7,
    }  # fmt: skip


def test_only_the_fields_asked_for_are_guessed() -> None:
    table = table_of(["STT", "Họ và tên", "Đơn vị"], [1, "Lý Mỹ Lan", "A"])
    assert guess_mapping(table, [field for field in PEOPLE if field.key == "unit"]) == {"unit": 2}


def test_samples_are_the_first_different_cells() -> None:
    table = table_of(["STT", "Đơn vị"], [1, "A"], [2, ""], [3, "A"], [4, "B"], [5, "C"], [6, "D"])
    assert samples(table, 1) == ["A", "B", "C"]


def test_the_same_layout_has_the_same_fingerprint() -> None:
    one = table_of(["STT", "Họ và tên"], [1, "Lý Mỹ Lan"])
    other = table_of(["Danh sách"], [], ["stt", "HỌ VÀ TÊN"], [1, "Trần Quốc An"])
    third = table_of(["STT", "Họ và tên", "Đơn vị"], [1, "Trần Quốc An"])
    assert one.fingerprint == other.fingerprint != third.fingerprint


@pytest.mark.parametrize("code", ["", "CB7"])
def test_a_table_does_not_end_at_a_persons_name(code: str) -> None:
    people = ["Tống Công Minh", "Cộng Thị Lan", "Tổng Văn Nam", "TỐNG CÔNG", "Thu Trương Lan"]
    table = table_of(["Mã", "Họ và tên"], *[[code, name] for name in people])
    assert [row[1] for _number, row in table.rows] == people
    assert table.left_out == []


@pytest.mark.parametrize(
    "line",
    ["Tổng cộng: 2 người", "TỔNG SỐ", "Cộng: 02", "Tong cong: 2", "Tổng cộng danh sách có 2 người",
     "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "Người lập biểu", "Danh sách này có 2 người./."],
)  # fmt: skip
def test_totals_and_signatures_are_left_out_and_listed(line: str) -> None:
    table = table_of(
        ["STT", "Họ và tên", "Đơn vị"],
        [1, "Trần Quốc An", "A"],
        ["", line],
        ["", "", "(Ký tên)"],
        ["", "", "Nguyễn Văn Ký"],
    )
    assert [number for number, _row in table.rows] == [2]
    assert table.left_out == [3, 4, 5]


def test_people_below_a_subtotal_are_read() -> None:
    table = table_of(
        ["STT", "Họ và tên", "Đơn vị"],
        [1, "Trần Quốc An", "A"],
        ["", "Cộng: 1 người"],
        [2, "Lý Mỹ Lan", "B"],
    )
    assert [number for number, _row in table.rows] == [2, 4]
    assert table.left_out == [3]


def test_a_row_that_numbers_the_columns_is_passed_over() -> None:
    table = table_of(
        ["STT", "Họ và tên", "Năm sinh", "", "Đơn vị"], ["", "", "Nam", "Nữ"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"], [1, "Trần Quốc An", 1981, "", "A"],
    )  # fmt: skip
    assert [number for number, _row in table.rows] == [4]


def test_the_sheet_with_most_rows_comes_first_and_hidden_ones_do_not() -> None:
    rows = [["STT", "Họ và tên"], [1, "Trần Quốc An"]]
    book = read_workbook(
        xlsx([["Hướng dẫn"]], more={"Phòng A": rows, "Phòng B": [*rows, [2, "Lý Mỹ Lan"]]}),
        "a.xlsx",
    )
    assert [table.sheet for table in find_tables(book)] == ["Phòng B", "Phòng A"]
    book.sheets[2] = Sheet("Phòng B", book.sheets[2].rows, is_hidden=True)
    assert [table.sheet for table in find_tables(book)] == ["Phòng A"]


def test_hidden_rows_are_counted() -> None:
    rows = [["STT", "Họ và tên"], [1, "Trần Quốc An"], [2, "Lý Mỹ Lan"]]
    assert read_workbook(xlsx(rows, hidden=[3]), "a.xlsx").sheets[0].hidden_rows == {3}
    assert read_workbook(ods(rows, hidden=[2]), "a.ods").sheets[0].hidden_rows == {2}
    assert read_workbook(xlsx(rows), "a.xlsx").sheets[0].hidden_rows == frozenset()


def test_ods_is_read() -> None:
    rows = [["Danh sách"], ["STT", "Họ và tên"], [1, "Trần Quốc An"]]
    table = find_table(read_workbook(ods(rows), "a.ods").sheets[0])
    assert table is not None
    assert (table.header_row, table.rows) == (2, [(3, ["1", "Trần Quốc An"])])
