"""Files for spreadsheets: no cell of ours is ever run as a formula, however it was typed in."""

import csv
import datetime as dt
import io
import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Final, TypeGuard

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | Promise | None

BOM: Final = "\ufeff"  # without it Excel reads Vietnamese as Windows-1252
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The last four are the full-width forms that East Asian spreadsheets read alike.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
LONGEST_TEXT: Final = 32_767
SAFE_DIGITS: Final = 10**15  # a spreadsheet keeps fifteen digits
FIRST_DAY: Final = dt.date(1900, 3, 1)  # before it spreadsheets count a day that never was
SPOOL: Final = 2 * 1024 * 1024


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> StreamingHttpResponse:
    """Return `name.csv`, written while it is sent."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = FileResponse(
        io.BytesIO(), as_attachment=True, filename=f"{name}.csv"
    ).headers["Content-Disposition"]
    return response


def xlsx_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> FileResponse:
    """Return `name.xlsx`; memory does not grow with the rows."""
    target = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 (the response closes it)
    write_xlsx(target, header, rows)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV file."""
    yield BOM
    yield _csv_line(header)
    for row in rows:
        yield _csv_line(row)


def write_xlsx(
    target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str = ""
) -> None:
    """Write a workbook of one sheet, row by row."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    formats = {
        "head": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    page = book.add_worksheet(sheet or None)
    page.freeze_panes(1, 0)
    for column, title in enumerate(header):
        page.write_string(0, column, str(title), formats["head"])
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(page, number, column, cell, formats)
    book.close()


def safe_text(text: str) -> str:
    """Return a text that a spreadsheet shows instead of working out."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _csv_line(row: Sequence[Cell]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_csv_cell(cell) for cell in row])
    return line.getvalue()


def _csv_cell(cell: Cell) -> str:
    words = _words(cell)
    return words if _is_number(cell) else safe_text(words)


def _write_cell(
    page: "xlsxwriter.worksheet.Worksheet",
    row: int,
    column: int,
    cell: Cell,
    formats: dict[str, object],
) -> None:
    """Write a cell by its type: text is a string cell, never a formula or a link."""
    if type(cell) is str:  # most cells are text: asked first, and once
        page.write_string(row, column, cell[:LONGEST_TEXT])
    elif isinstance(cell, dt.datetime):
        naive = timezone.localtime(cell).replace(tzinfo=None) if timezone.is_aware(cell) else cell
        page.write_datetime(row, column, naive, formats["moment"])
    elif isinstance(cell, dt.date) and cell >= FIRST_DAY:
        page.write_datetime(row, column, cell, formats["day"])
    elif _is_number(cell) and abs(float(cell)) < SAFE_DIGITS:
        page.write_number(row, column, cell)
    elif cell is not None:
        page.write_string(row, column, _words(cell)[:LONGEST_TEXT])


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return gettext("Yes") if cell else gettext("No")
    if isinstance(cell, dt.datetime):
        local = timezone.localtime(cell) if timezone.is_aware(cell) else cell
        return local.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def _is_number(cell: Cell) -> TypeGuard[int | float | Decimal]:
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return False
    return math.isfinite(cell)
