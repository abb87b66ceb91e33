import io
import time
from collections.abc import Callable, Sequence

import pytest
import xlwt
from openpyxl import Workbook as Book

from lms.sheets import SheetError, find_table, read_workbook
from tests.files.make import office

ROWS: list[list[object]] = [
    ["UBND PHƯỜNG SÀI GÒN"],
    [],
    ["DANH SÁCH CỬ HỌC VIÊN"],
    [],
    ["STT", "Họ và tên", "Năm sinh", "", "Chức vụ"],
    ["", "", "Nam", "Nữ", ""],
    [1, "Trần Quốc An", 1981, "", "Chuyên viên"],
    [2, "Lý Mỹ Lan", "", 1990, "Chuyên viên"],
    ["Tổng cộng: 2 người"],
    ["", "", "TM. ỦY BAN NHÂN DÂN"],
]


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book, data = Book(), io.BytesIO()
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                book.active.cell(number, column, value)
    book.save(data)
    return data.getvalue()


def xls(rows: Sequence[Sequence[object]]) -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("DS")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(("name", "make"), [("a.xlsx", xlsx), ("a.xls", xls)])
def test_a_title_block_a_two_row_header_and_signatures_are_seen(
    name: str, make: Callable[[Sequence[Sequence[object]]], bytes]
) -> None:
    table = find_table(read_workbook(make(ROWS), name).sheets[0])
    assert table is not None
    assert table.headings == ["STT", "Họ và tên", "Năm sinh / Nam", "Năm sinh / Nữ", "Chức vụ"]
    assert [number for number, _row in table.rows] == [7, 8]
    assert table.rows[1][1][1] == "Lý Mỹ Lan"


def test_a_sheet_without_a_table_has_none() -> None:
    assert find_table(read_workbook(xlsx([["Ghi nhớ"], ["abc"]]), "a.xlsx").sheets[0]) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_each_encoding_and_separator(encoding: str, separator: str) -> None:
    data = f"STT{separator}Họ và tên\n1{separator}Đỗ Hữu Đạt\n".encode(encoding)
    book = read_workbook(data, "a.csv")
    assert book.sheets[0].rows[1] == ["1", "Đỗ Hữu Đạt"]
    assert bool(book.notes) == (encoding == "utf-16")


def test_windows_1258_is_converted_and_said() -> None:
    book = read_workbook("TT;Ho\u0323\n1;Đô\u0303\n".encode("cp1258"), "a.csv")
    assert book.sheets[0].rows[1] == ["1", "Đỗ"]
    assert "Windows-1258" in book.notes[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.csv", b" \n"),
        ("a.xls", xlsx(ROWS)),
        ("a.xlsx", xls(ROWS)),
        ("a.csv", xlsx(ROWS)),
        ("a.xlsm", xlsx(ROWS)),
        ("a.pdf", b"%PDF-"),
        ("a.xlsx", xlsx(ROWS)[:900]),
        ("a.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin").getvalue()),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")),
        ("a.xlsx", office("xl/workbook.xml", content=b"0" * 200_000_000).getvalue()),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(SheetError, match=r"\.$"):
        read_workbook(data, name)


def test_fifty_thousand_rows_are_read() -> None:
    data = ("STT;Họ và tên\n" + "1;Lý Mỹ Lan\n" * 50_000).encode()
    began = time.monotonic()
    table = find_table(read_workbook(data, "a.csv").sheets[0])
    assert table is not None
    assert len(table.rows) == 50_000
    assert time.monotonic() - began < 5
