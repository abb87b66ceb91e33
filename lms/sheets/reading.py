"""From the bytes of a file to sheets of rows, numbered as Excel numbers them."""

import csv
import datetime as dt
import io
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from lms.archives import check_archive

Cell = str | int | float | bool | dt.date | dt.time | dt.datetime | dt.timedelta
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
SEPARATORS: Final = ",;\t"


class SheetError(Exception):
    """A file that cannot be read; its text is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Sheet:
    """One sheet; `rows[0]` is row 1 of Excel."""

    name: str
    rows: list[list[Cell]]
    is_hidden: bool = False


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
    book = _read_csv(data, name) if extension == "csv" else _read_binary(data)
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetError(_("The file holds no rows."))
    if any(len(sheet.rows) > settings.SHEET_ROWS_AT_MOST for sheet in book.sheets):
        limit = settings.SHEET_ROWS_AT_MOST
        raise SheetError(_("The file has more than %(limit)d rows. Split it.") % {"limit": limit})
    return book


def _check_container(data: bytes, extension: str) -> None:
    if data.startswith(OLE) and ENCRYPTED in data:
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


def _read_binary(data: bytes) -> Workbook:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = [
                Sheet(
                    name=meta.name,
                    rows=book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False),
                    is_hidden=meta.visible != SheetVisibleEnum.Visible,
                )
                for meta in book.sheets_metadata
            ]
    except PasswordError as error:
        raise SheetError(
            _("The file is protected by a password. Remove the password and send it again.")
        ) from error
    except CalamineError as error:
        raise SheetError(_("The file is damaged and cannot be opened.")) from error
    hidden = [sheet.name for sheet in sheets if sheet.is_hidden]
    note = _("Hidden sheets: %(names)s.") % {"names": ", ".join(hidden)}
    return Workbook(sheets, [note] if hidden else [])


def _read_csv(data: bytes, name: str) -> Workbook:
    text, notes = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    try:
        rows: list[list[Cell]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error as error:
        raise SheetError(_("The file is damaged and cannot be opened.")) from error
    return Workbook([Sheet(name, rows)], notes)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    encodings = ["utf-16"] if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        shown = {"utf-16": "UTF-16", "cp1258": "Windows-1258"}.get(encoding)
        note = _("The text was converted from %(encoding)s.") % {"encoding": shown}
        return unicodedata.normalize("NFC", text), [note] if shown else []
    raise SheetError(_("The letters of the file cannot be recognised. Save it as .xlsx."))
