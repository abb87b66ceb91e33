"""Birth dates as people type them: day first, and a year stays a year."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final

from lms.sheets.reading import Cell

EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
YEARS: Final = range(1900, 2101)
SERIALS: Final = range(3_000, 60_000)  # 1908 to 2064
CENTURY: Final = 100
MONTHS: Final = 12
TYPED: Final = re.compile(r"(\d{1,2})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{4}|\d{2})\Z", re.ASCII)
FROM_YEAR: Final = re.compile(
    r"(\d{4})[./\-](\d{1,2})[./\-](\d{1,2})(?:[ T]00:00(?::00)?)?\Z", re.ASCII
)
DAY_FIRST, MONTH_FIRST = "day", "month"


def read_date(cell: Cell, *, today: dt.date, order: str = DAY_FIRST) -> dt.date | int | None:
    """Return the day, or only the year; None for what is neither, or not surely one.

    Without an `order` only those days are read that can be nothing else.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return _typed(cell.strip().lstrip("'"), today, order)
    is_whole = isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell)
    return _number(int(cell)) if is_whole and isinstance(cell, (int, float)) else None


def is_ambiguous_order(cells: Iterable[Cell]) -> bool:
    """Tell whether some dates of a column can only be month first, so that others are unsure."""
    found = (TYPED.match(cell.strip()) for cell in cells if isinstance(cell, str))
    return any(int(match[1]) <= MONTHS < int(match[2]) for match in found if match)


def _number(number: int) -> dt.date | int | None:
    if number in YEARS:
        return number
    return EXCEL_EPOCH + dt.timedelta(days=number) if number in SERIALS else None


def _typed(text: str, today: dt.date, order: str) -> dt.date | int | None:
    if text.isascii() and text.isdecimal():
        return _number(int(text))
    if match := FROM_YEAR.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = TYPED.match(text)
    if not match:
        return None
    first, second, year = (int(part) for part in match.groups())
    if year < CENTURY:
        # Two digits mean the last year that has passed: nobody is born in the future.
        year += today.year // CENTURY * CENTURY
        year -= CENTURY if year > today.year else 0
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if order:
        return day_first if order == DAY_FIRST else month_first
    sure = {day for day in (day_first, month_first) if day}
    return sure.pop() if len(sure) == 1 else None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
