"""Workbooks as offices send them, built in the test."""

import io
import struct
from collections.abc import Sequence
from typing import Any

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook as Book

Rows = Sequence[Any]


def xlsx(rows: Rows, *, hidden: Sequence[int] = (), more: dict[str, Rows] | None = None) -> bytes:
    book, data = Book(), io.BytesIO()
    _fill(book.active, rows)
    for number in hidden:
        book.active.row_dimensions[number].hidden = True
    for name, others in (more or {}).items():
        _fill(book.create_sheet(name), others)
    book.save(data)
    return bytes(data.getvalue())


def _fill(sheet: object, rows: Rows) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                sheet.cell(number, column, value)  # type: ignore[attr-defined]


def xls(rows: Rows, *, password: bool = False) -> bytes:
    book = xlwt.Workbook()
    data = io.BytesIO()
    sheet = book.add_sheet("DS")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(data)
    content: bytes = data.getvalue()
    return _with_file_pass(content) if password else content


def _with_file_pass(data: bytes) -> bytes:
    """Put the record with which Excel begins an encrypted workbook over one that may go."""
    begin = data.index(b"\x09\x08\x10\x00")  # BOF of the workbook
    after = begin + 4 + 16
    size = int(struct.unpack_from("<H", data, after + 2)[0])
    record = struct.pack("<HHH", 0x2F, size, 1) + b"\x00" * (size - 2)  # 1: RC4
    return data[:after] + record + data[after + 4 + size :]


def ods(rows: Rows, *, hidden: Sequence[int] = ()) -> bytes:
    book, data = OpenDocumentSpreadsheet(), io.BytesIO()
    table = Table(name="DS")
    for number, row in enumerate(rows, start=1):
        line = TableRow(visibility="collapse") if number in hidden else TableRow()
        for value in row:
            cell = TableCell(valuetype="string") if value != "" else TableCell()
            if value != "":
                cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(data)
    return bytes(data.getvalue())


def encrypted() -> bytes:
    """Return the container in which Office keeps an encrypted .xlsx (MS-CFB, version 3)."""
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    fat = struct.pack("<128I", fat_sector, end, *range(3, 10), end, *[free] * 118)
    entries = [_entry("Root Entry", 5, end, 0, child=1)]
    entries += [_entry("EncryptedPackage", 2, 2, 4096), _entry("EncryptionInfo", 2, end, 0)]
    directory = b"".join(entries).ljust(512, b"\x00")
    return header + fat + directory + b"\x8e" * 4096


def _entry(name: str, kind: int, start: int, size: int, *, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    none = 0xFFFFFFFF
    head = text.ljust(64, b"\x00") + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return head + b"\x00" * 36 + struct.pack("<IQ", start, size)
