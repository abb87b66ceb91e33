"""What a ward really sends, as .xls and .xlsx, and its clean twin."""

from __future__ import annotations

import io
from typing import Final

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font

from scripts.demo_files.people import WARD, Person, everybody

TITLE: Final = "DANH SÁCH CỬ HỌC VIÊN THAM GIA LỚP BỒI DƯỠNG"
HEADS: Final = [
    ("STT", 1),
    ("Họ và tên", 1),
    ("Năm sinh", 0),
    ("", 0),
    ("Chức vụ", 1),
    ("Ghi chú", 1),
]
CLEAN: Final = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Giới tính", "Đơn vị", "Chức vụ",
                "Nhóm nhân sự"]  # fmt: skip
HEAD_ROW: Final = 5


def _cells(number: int, person: Person) -> list[object]:
    born: object = int(person.birth) if person.birth.isdigit() else person.birth
    cells: list[object] = [number, person.name.upper(), born, "", person.position, ""]
    if person.gender == "Nữ":
        cells[2], cells[3] = "", born
    return cells


def _closing(count: int) -> list[str]:
    return [f"Tổng cộng: {count} người", "", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]


def as_xls() -> bytes:
    """Return title block, two-row header, years under Nam and Nữ, capitals, total, signature."""
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("DS CU HOC VIEN")
    bold = xlwt.easyxf("font: bold on; align: horiz center, vert center, wrap on")
    sheet.write_merge(0, 0, 0, 2, "ỦY BAN NHÂN DÂN", bold)
    sheet.write_merge(1, 1, 0, 2, WARD.upper(), bold)
    sheet.write_merge(3, 3, 0, 5, TITLE, bold)
    for column, (heading, rows) in enumerate(HEADS):
        if heading:
            right = column + (heading == "Năm sinh")
            sheet.write_merge(HEAD_ROW, HEAD_ROW + rows, column, right, heading, bold)
    sheet.write(HEAD_ROW + 1, 2, "Nam", bold)
    sheet.write(HEAD_ROW + 1, 3, "Nữ", bold)
    people = everybody()
    for number, person in enumerate(people, start=1):
        for column, cell in enumerate(_cells(number, person)):
            sheet.write(HEAD_ROW + 1 + number, column, cell)
    for down, line in enumerate(_closing(len(people)), start=HEAD_ROW + 2 + len(people)):
        if line:
            sheet.write_merge(down, down, 0 if ":" in line else 3, 5, line, bold)
    sheet.col(1).width = 9_000
    book.save(data)
    return bytes(data.getvalue())


def as_xlsx() -> bytes:
    """Return the same list as newer programs save it."""
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "DS CU HOC VIEN"
    for row, line, right in ((1, "ỦY BAN NHÂN DÂN", 3), (2, WARD.upper(), 3), (4, TITLE, 6)):
        sheet.cell(row, 1, line).font = Font(bold=True)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=right)
    top = HEAD_ROW + 1
    for column, (heading, rows) in enumerate(HEADS, start=1):
        if heading:
            sheet.cell(top, column, heading)
            right = column + (heading == "Năm sinh")
            sheet.merge_cells(
                start_row=top, end_row=top + rows, start_column=column, end_column=right
            )
    sheet.cell(top + 1, 3, "Nam")
    sheet.cell(top + 1, 4, "Nữ")
    people = everybody()
    for number, person in enumerate(people, start=1):
        for column, cell in enumerate(_cells(number, person), start=1):
            sheet.cell(top + 1 + number, column, cell or None)
    for down, line in enumerate(_closing(len(people)), start=top + 2 + len(people)):
        sheet.cell(down, 1 if ":" in line else 4, line or None)
    book.save(data)
    return data.getvalue()


def clean_twin() -> bytes:
    """Return the same people as the template would have them."""
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "Học viên"
    sheet.append(CLEAN)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, one in enumerate(everybody(), start=1):
        sheet.append(
            [number, one.code, one.name, one.day, one.gender, WARD, one.position, one.category]
        )
    sheet.column_dimensions["C"].width = 28
    sheet.freeze_panes = "A2"
    book.save(data)
    return data.getvalue()
