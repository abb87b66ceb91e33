import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
import time_machine

from lms.sheets import PEOPLE, Row, ask_order, find_table, guess_mapping, read_workbook, values
from tests.lms.sheets.make import xlsx

HEADS = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị", "Email", "Di động", "CCCD"]
KEYS = ["staff_code", "full_name", "birth", "unit", "email", "mobile", "identity_number"]


@pytest.fixture(autouse=True)
def _late_in_2026() -> Iterator[None]:
    with time_machine.travel("2026-11-22 05:00", tick=False):
        yield


def read(*people: dict[str, object], heads: Sequence[object] = HEADS, order: str = "") -> list[Row]:
    rows = [
        [number, *(person.get(key, "") for key in KEYS)] for number, person in enumerate(people)
    ]
    table = find_table(read_workbook(xlsx([heads, *rows]), "a.xlsx").sheets[0])
    assert table is not None
    return values(table, guess_mapping(table, PEOPLE), order=order)


def test_a_plain_row_says_what_it_says() -> None:
    row = read(
        {
            "staff_code": "CB01",
            "full_name": "Lý  Mỹ Lan",
            "birth": "02/9/1981",
            "unit": "A",
            "email": "Lan@B.vn",
            "mobile": "+84 901 234 567",
            "identity_number": "099 181 000 123",
        }
    )[0]
    assert row.number == 2
    assert row.fields == {
        "staff_code": "CB01", "full_name": "Lý Mỹ Lan", "unit": "A", "email": "lan@b.vn",
        "mobile": "0901234567", "identity_number": "099181000123",
    }  # fmt: skip
    assert (row.birth_date, row.birth_year) == (dt.date(1981, 9, 2), 1981)
    assert (row.problems, row.notes) == ([], [])


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("NGUYỄN THỊ HẠNH", "Nguyễn Thị Hạnh"),
        ("nguyễn thị hạnh", "Nguyễn Thị Hạnh"),
        ("H'LINH AYUN", "H'Linh Ayun"),
        ("ĐỖ HỮU ĐẠT", "Đỗ Hữu Đạt"),
        ("Nguyễn Thị ánh", "Nguyễn Thị Ánh"),
    ],
)
def test_names_in_one_case_are_rewritten_and_shown(typed: str, written: str) -> None:
    row = read({"full_name": typed})[0]
    assert row.get("full_name") == written
    assert typed in row.notes[0]
    assert written in row.notes[0]


def test_names_in_decomposed_letters_are_composed() -> None:
    row = read({"full_name": "Nguye\u0302\u0303n Thi\u0323 Ha\u0323nh"})[0]
    assert (row.get("full_name"), row.notes) == ("Nguyễn Thị Hạnh", [])


@pytest.mark.parametrize(
    ("cell", "date", "year"),
    [
        ("1981", None, 1981),
        (1981, None, 1981),
        ("2.9.81", dt.date(1981, 9, 2), 1981),
        (29831, dt.date(1981, 9, 2), 1981),
        (dt.date(1981, 9, 2), dt.date(1981, 9, 2), 1981),
        ("1981-09-02", dt.date(1981, 9, 2), 1981),
    ],
)
def test_birth_dates_are_read_as_typed(cell: object, date: dt.date | None, year: int) -> None:
    row = read({"full_name": "Lý Mỹ Lan", "birth": cell})[0]
    assert (row.birth_date, row.birth_year, row.problems) == (date, year, [])


@pytest.mark.parametrize("cell", ["khoảng 1981", "31/2/1981", "2020", "1901"])
def test_a_birth_date_that_cannot_be_is_a_problem(cell: str) -> None:
    row = read({"full_name": "Lý Mỹ Lan", "birth": cell})[0]
    assert (row.birth_date, row.birth_year) == (None, None)
    assert cell in row.problems[0]


def test_dates_that_may_be_month_first_are_asked_and_never_guessed() -> None:
    rows = [["Họ và tên", "Ngày sinh"], ["Lý A", "09/13/1981"], ["Lý B", "2/9/81"]]
    table = find_table(read_workbook(xlsx(rows), "a.xlsx").sheets[0])
    assert table is not None
    mapping = guess_mapping(table, PEOPLE)
    assert ask_order(table, mapping)
    asked = values(table, mapping)
    assert [row.birth_date for row in asked] == [dt.date(1981, 9, 13), None]
    assert "2/9/81" in asked[1].problems[0]
    assert values(table, mapping, order="month")[1].birth_date == dt.date(1981, 2, 9)
    assert values(table, mapping, order="day")[1].birth_date == dt.date(1981, 9, 2)


def test_years_under_nam_and_nu_give_the_gender() -> None:
    rows = [["Họ và tên", "Năm sinh", ""], ["", "Nam", "Nữ"], ["Trần Quốc An", 1981, ""],
            ["Lý Mỹ Lan", "", "5.6.1990"], ["Lê Hà", 1980, 1981]]  # fmt: skip
    table = find_table(read_workbook(xlsx(rows), "a.xlsx").sheets[0])
    assert table is not None
    an, lan, ha = values(table, guess_mapping(table, PEOPLE))
    assert (an.get("gender"), an.birth_year) == ("male", 1981)
    assert (lan.get("gender"), lan.birth_date) == ("female", dt.date(1990, 6, 5))
    assert ha.problems


def test_two_columns_make_one_name_with_its_parts() -> None:
    rows = [["Họ và đệm", "Tên"], ["ÂU DƯƠNG KHÁNH", "ƯNG"]]
    table = find_table(read_workbook(xlsx(rows), "a.xlsx").sheets[0])
    assert table is not None
    row = values(table, guess_mapping(table, PEOPLE))[0]
    assert row.get("full_name") == "Âu Dương Khánh Ưng"
    assert (row.get("family_name"), row.get("given_name")) == ("Âu Dương Khánh", "Ưng")


def test_lost_leading_zeros_are_put_back_where_the_file_shows_them() -> None:
    lost, kept = read(
        {
            "staff_code": 123,
            "full_name": "Lý A",
            "mobile": 901234567,
            "identity_number": 79181000123,
        },
        {"staff_code": "000124", "full_name": "Lý B", "identity_number": "079181000124"},
    )
    assert (lost.get("staff_code"), kept.get("staff_code")) == ("000123", "000124")
    assert lost.get("mobile") == "0901234567"
    assert lost.get("identity_number") == "079181000123"
    assert len(lost.notes) == 2
    assert kept.notes == []


def test_numbers_are_read_as_their_digits() -> None:
    assert read({"staff_code": 1234567.0, "full_name": "Lý A"})[0].get("staff_code") == "1234567"


def test_a_row_that_names_nobody_is_a_problem() -> None:
    assert read({"unit": "Sở Nội vụ"})[0].problems


@pytest.mark.parametrize("number", ["123", "07918100012X"])
def test_a_wrong_identity_number_is_a_problem(number: str) -> None:
    assert "12" in read({"full_name": "Lý A", "identity_number": number})[0].problems[0]


def test_the_same_code_or_number_twice_is_one_person() -> None:
    rows = read(
        {"staff_code": "CB01", "full_name": "Lý A"},
        {"staff_code": "cb01", "full_name": "Lý Á"},
        {"full_name": "Lê B", "identity_number": "099181000123"},
        {"full_name": "Lê C", "identity_number": "099181000123"},
        {"full_name": "Lê D", "birth": "2/9/1981"},
        {"full_name": "LÊ D", "birth": 29831},
    )
    assert [row.repeats for row in rows] == [None, 2, None, 4, None, 6]


def test_two_of_one_name_and_year_may_be_two_people() -> None:
    one, two = read({"full_name": "Lê D", "birth": 1981}, {"full_name": "Lê D", "birth": 1981})
    assert (one.repeats, two.repeats) == (None, None)
    assert "2" in two.notes[0]


def test_a_shared_address_is_said_on_each_row() -> None:
    rows = read(
        {"full_name": "Lê D", "email": "vp@b.vn"}, {"full_name": "Lý E", "email": "VP@b.vn"}
    )
    assert all("vp@b.vn" in row.notes[0] for row in rows)
    assert all(row.repeats is None for row in rows)
