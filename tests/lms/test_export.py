import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from lms.export import Cell, csv_lines, csv_response, safe_text, write_xlsx


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "  ="])
def test_a_text_that_looks_like_a_formula_is_shown_as_text(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"


def test_an_ordinary_name_is_left_alone() -> None:
    assert safe_text("Nguyễn Thị Hồng Hạnh") == "Nguyễn Thị Hồng Hạnh"


def test_a_csv_file_keeps_numbers_and_writes_days_as_offices_do() -> None:
    rows: list[list[Cell]] = [["=1+1", -5, Decimal("7.5"), dt.date(2026, 9, 2), None]]
    lines = list(csv_lines(["Họ tên", "a", "b", "c", "d"], rows))
    assert lines[0] == "\ufeff"
    assert lines[1:] == ["Họ tên,a,b,c,d\r\n", "'=1+1,-5,7.5,02/09/2026,\r\n"]


def test_a_csv_file_is_written_while_it_is_sent() -> None:
    made: list[int] = []

    def rows() -> "object":
        for number in range(3):
            made.append(number)
            yield [number]

    response = csv_response("danh sách", ["n"], rows())  # type: ignore[arg-type]
    assert made == []
    assert "attachment" in response.headers["Content-Disposition"]
    assert b"".join(response.streaming_content).decode("utf-8-sig") == "n\r\n0\r\n1\r\n2\r\n"  # type: ignore[arg-type]


def test_a_workbook_holds_typed_cells_and_no_formula() -> None:
    target = io.BytesIO()
    cells: list[Cell] = [
        "=1+1",
        "https://x.example",
        10**15,
        7.5,
        dt.date(2026, 9, 2),
        float("nan"),
    ]
    write_xlsx(target, ["h"] * len(cells), [cells])
    row = openpyxl.load_workbook(target).active[2]
    assert [cell.data_type for cell in row] == ["s", "s", "s", "n", "d", "s"]
    assert row[0].value == "=1+1"
    assert row[4].number_format == "dd/mm/yyyy"
    assert row[1].hyperlink is None
