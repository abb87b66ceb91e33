"""From the bytes of a file to sheets of rows, numbered as Excel numbers them."""

import csv
import datetime as dt
import io
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from lms.archives import check_archive
from lms.sheets import legacy
from lms.sheets.scanning import Extent, SheetError, check_extent, scan, too_many_rows

Cell = str | int | float | bool | dt.date | dt.time | dt.datetime | dt.timedelta
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
BOOK_BEGINS: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # BOF of a workbook, BIFF8
BOF_SIZE: Final = 20
WRITE_PROTECT, FILE_PASS = 0x86, 0x2F
SEPARATORS: Final = ",;\t"
BYTE_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Sheet:
    """One sheet; `rows[0]` is row 1 of Excel. The other numbers are Excel's own too."""

    name: str
    rows: list[list[Cell]]
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    converted_rows: frozenset[int] = frozenset()
    converted_from: str = ""


@dataclass(frozen=True)
class Workbook:
    """A file that was read, and what had to be done to read it."""

    sheets: list[Sheet]
    notes: list[str] = field(default_factory=list)


def read_workbook(data: bytes, name: str) -> Workbook:
    """Read .xlsx, .xls, .ods or .csv, or say in a sentence why not."""
    extension = name.rpartition(".")[2].casefold()
    if not data.strip():
        raise SheetError(_("The file is empty."))
    if extension in {"xlsm", "xltm", "xlsb"}:
        raise SheetError(_("Files with macros are not taken. Save it as .xlsx and send it again."))
    if extension not in {"xlsx", "xls", "ods", "csv"}:
        raise SheetError(_("Only .xlsx, .xls, .ods and .csv files can be read."))
    _check_container(data, extension)
    book = _read_csv(data, name) if extension == "csv" else _read_binary(data, extension)
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetError(_("The file holds no rows."))
    return book


def _check_container(data: bytes, extension: str) -> None:
    if data.startswith(OLE) and (ENCRYPTED in data or _has_file_pass(data)):
        raise SheetError(
            _("The file is protected by a password. Remove the password and send it again.")
        )
    if data.startswith(OLE) and MACROS in data:
        raise SheetError(_("Files with macros are not taken. Save it as .xlsx and send it again."))
    expected = {"xlsx": ZIP, "ods": ZIP, "xls": OLE}.get(extension)
    fits = not data.startswith((ZIP, OLE)) if expected is None else data.startswith(expected)
    if not fits:
        raise SheetError(
            _("The content of the file is not that of a .%(kind)s file.") % {"kind": extension}
        )
    if expected == ZIP:
        try:
            check_archive(io.BytesIO(data))
        except ValidationError as error:
            raise SheetError(error.messages[0]) from error


def _has_file_pass(data: bytes) -> bool:
    """Tell whether an .xls begins as encrypted ones do; the reader only says it is damaged."""
    at = data.find(BOOK_BEGINS) + BOF_SIZE
    if at < BOF_SIZE or at + 4 > len(data):
        return False
    kind, size = struct.unpack_from("<HH", data, at)
    if kind == WRITE_PROTECT and at + size + 8 <= len(data):
        kind = struct.unpack_from("<H", data, at + 4 + size)[0]
    return bool(kind == FILE_PASS)


def _read_binary(data: bytes, extension: str) -> Workbook:
    limit = settings.SHEET_ROWS_AT_MOST
    extents: dict[str, Extent] = {}
    if extension != "xls":
        extents = scan(io.BytesIO(data), extension, rows_at_most=limit)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = [
                Sheet(
                    name=meta.name,
                    rows=_cells(book.get_sheet_by_name(meta.name), limit),
                    is_hidden=meta.visible != SheetVisibleEnum.Visible,
                    hidden_rows=frozenset(extents.get(meta.name, Extent()).hidden),
                )
                for meta in book.sheets_metadata
            ]
    except PasswordError as error:
        raise SheetError(
            _("The file is protected by a password. Remove the password and send it again.")
        ) from error
    except CalamineError as error:
        raise SheetError(_("The file is damaged and cannot be opened.")) from error
    sheets = [_in_unicode(sheet) for sheet in sheets]
    return Workbook(sheets, _notes(sheets))


def _cells(sheet: CalamineSheet, limit: int) -> list[list[Cell]]:
    if sheet.end is None:
        return []
    last_row, last_column = sheet.end
    check_extent(last_row + 1, last_column + 1, rows_at_most=limit)
    return sheet.to_python(skip_empty_area=False)


def _in_unicode(sheet: Sheet) -> Sheet:
    """Return the sheet with the text of old fonts converted, and which rows it concerned."""
    encoding = legacy.recognise(_texts(sheet.rows))
    if encoding is None:
        return sheet
    changed = set()
    for number, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            after = legacy.converted(cell, encoding) if isinstance(cell, str) else cell
            if after != cell:
                row[column] = after
                changed.add(number)
    return replace(sheet, converted_rows=frozenset(changed), converted_from=encoding.name)


def _texts(rows: Iterable[list[Cell]]) -> Iterable[str]:
    return (cell for row in rows for cell in row if isinstance(cell, str))


def _notes(sheets: list[Sheet]) -> list[str]:
    hidden = [sheet.name for sheet in sheets if sheet.is_hidden]
    unread = _("Hidden sheets are not read: %(names)s.")
    notes = [unread % {"names": ", ".join(hidden)}] if hidden else []
    sentence = _("Text of sheet %(sheet)s was converted from %(encoding)s. Check the names.")
    notes += [
        sentence % {"sheet": sheet.name, "encoding": sheet.converted_from}
        for sheet in sheets
        if sheet.converted_from
    ]
    return notes


def _read_csv(data: bytes, name: str) -> Workbook:
    text, notes = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if len(rows) >= settings.SHEET_ROWS_AT_MOST:
                raise too_many_rows(settings.SHEET_ROWS_AT_MOST)
            rows.append([*row])
    except csv.Error as error:
        raise SheetError(_("The file is damaged and cannot be opened.")) from error
    return Workbook([Sheet(name, rows)], notes)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    encoding = BYTE_MARKS.get(data[:2], "utf-8-sig")
    try:
        text, shown = data.decode(encoding), "UTF-16" if encoding == "utf-16" else ""
    except UnicodeDecodeError:
        text, shown = _of_one_byte(data)
    if "\x00" in text:
        raise _unrecognised()
    note = _("The text was converted from %(encoding)s. Check the names.") % {"encoding": shown}
    return unicodedata.normalize("NFC", text), [note] if shown else []


def _of_one_byte(data: bytes) -> tuple[str, str]:
    """Return the text in the one-byte encoding in which it makes most sense as Vietnamese."""
    plain = data.decode("latin-1")
    readings = {encoding.name: encoding.convert(plain) for encoding in legacy.LEGACY}
    readings["Windows-1258"] = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    scores = {name: legacy.score(text) for name, text in readings.items()}
    best = max(reversed(readings), key=scores.__getitem__)  # Windows-1258 wins a draw
    if scores[best] <= 0:
        raise _unrecognised()
    return readings[best], best


def _unrecognised() -> SheetError:
    return SheetError(_("The letters of the file cannot be recognised. Save it as .xlsx."))
