import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence

import pytest
from pytest_django.fixtures import Settings

from lms.sheets import PEOPLE, SheetError, find_table, guess_mapping, read_workbook, values
from tests.files.make import office
from tests.lms.sheets.make import encrypted, ods, xls, xlsx

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
        ("a.xlsx", encrypted()),
        ("a.xls", xls(ROWS, password=True)),
        ("a.csv", bytes(range(128, 256)) * 3),
        ("a.xlsx", office("xl/workbook.xml", content=b"0" * 200_000_000).getvalue()),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(SheetError, match=r"\.$"):
        read_workbook(data, name)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_fifty_thousand_rows_are_read(kind: str) -> None:
    heads: list[object] = ["STT", "Họ và tên", "Năm sinh"]
    rows: list[list[object]] = [heads, *([n, "LÝ MỸ LAN", 1981] for n in range(50_000))]
    text = "\n".join(";".join(str(cell) for cell in row) for row in rows)
    data = text.encode() if kind == "csv" else xlsx(rows)
    began = time.monotonic()
    table = find_table(read_workbook(data, f"a.{kind}").sheets[0])
    assert table is not None
    assert len(values(table, guess_mapping(table, PEOPLE))) == 50_000
    assert time.monotonic() - began < 15


def test_the_protected_say_so() -> None:
    for name, data in (("a.xlsx", encrypted()), ("a.xls", xls(ROWS, password=True))):
        with pytest.raises(SheetError, match=r"(?i)password|mật khẩu"):
            read_workbook(data, name)


def test_reading_stops_at_the_row_limit(settings: Settings) -> None:
    settings.SHEET_ROWS_AT_MOST = 1_000
    line = "1;Lý Mỹ Lan\n".encode()
    tracemalloc.start()
    with pytest.raises(SheetError, match="1000"):
        read_workbook("STT;Họ và tên\n".encode() + line * 200_000, "a.csv")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
    rows: list[list[object]] = [["STT", "Họ và tên"], *[[1, "Lý Mỹ Lan"]] * 1_000]
    for name, data in (("a.xlsx", xlsx(rows)), ("a.ods", ods(rows)), ("a.xls", xls(rows))):
        with pytest.raises(SheetError, match="1000"):
            read_workbook(data, name)


@pytest.mark.parametrize("cell", ["XFD40000", "A1048576"])
def test_a_cell_at_the_end_of_the_grid_is_refused_before_it_is_laid_out(cell: str) -> None:
    data = _replaced(xlsx(ROWS), "xl/worksheets/sheet1.xml", 'r="B7"', f'r="{cell}"')
    with pytest.raises(SheetError, match=r"\.$"):
        read_workbook(data, "a.xlsx")


def test_repeated_cells_of_ods_are_refused_before_they_are_laid_out() -> None:
    old, new = "<table:table-row>", '<table:table-row table:number-rows-repeated="900000">'
    with pytest.raises(SheetError, match=r"\.$"):
        read_workbook(_replaced(ods(ROWS), "content.xml", old, new), "a.ods")


def test_a_document_type_is_refused() -> None:
    old = "<worksheet"
    new = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><worksheet'
    with pytest.raises(SheetError, match=r"\.$"):
        read_workbook(_replaced(xlsx(ROWS), "xl/worksheets/sheet1.xml", old, new), "a.xlsx")


def _replaced(data: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.infolist():
            text = before.read(item)
            if item.filename == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            after.writestr(item, text, zipfile.ZIP_DEFLATED)
    return out.getvalue()
