"""Birth dates as people type them: day first, and a year stays a year."""

import datetime as dt
import re
from typing import Final

from lms.sheets.reading import Cell

EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
YEARS: Final = range(1900, 2101)
SERIALS: Final = range(3_000, 60_000)  # 1908 to 2064
CENTURY: Final = 100
TYPED: Final = re.compile(r"(\d{1,2})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{4}|\d{2})\Z", re.ASCII)


def read_date(cell: Cell, *, today: dt.date) -> dt.date | int | None:
    """Return the day, or only the year; None for what is neither."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return _typed(cell.strip(), today)
    is_whole = isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell)
    return _number(int(cell)) if is_whole and isinstance(cell, (int, float)) else None


def _number(number: int) -> dt.date | int | None:
    if number in YEARS:
        return number
    return EXCEL_EPOCH + dt.timedelta(days=number) if number in SERIALS else None


def _typed(text: str, today: dt.date) -> dt.date | int | None:
    if text.isascii() and text.isdecimal():
        return _number(int(text))
    match = TYPED.match(text)
    if not match:
        return None
    day, month, year = (int(part) for part in match.groups())
    if year < CENTURY:
        # Two digits mean the last year that has passed: nobody is born in the future.
        year += today.year // CENTURY * CENTURY
        year -= CENTURY if year > today.year else 0
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
