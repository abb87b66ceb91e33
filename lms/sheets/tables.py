"""Finding the table between a title block and the signatures."""

import hashlib
import re
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Final

from lms.sheets.fields import KNOWN, ROW_NUMBERS, heading_key, shown
from lms.sheets.reading import Cell, Sheet, Workbook
from lms.text import fold, nfc

LOOK_WITHIN: Final = 40
ENOUGH: Final = 2
LONGEST_NOTE: Final = 3  # cells of a line that may stand below a table
# A total by its marks, or without any and with nothing but a figure behind it: Tống Công Minh
# (`tong cong minh` when folded) is a person.
TOTAL_WITH_MARKS: Final = re.compile(
    r"(?:tổng\s+(?:cộng|số)|cộng)(?:\s*[:(.\d]|\s+\D{0,30}\d|\s*\Z)", re.IGNORECASE
)
TOTAL_BARE: Final = re.compile(r"(?:tong cong|tong so|cong|total)\s*(?:[:.(]|\d|\Z)", re.IGNORECASE)
SIGNATURE: Final = re.compile(
    r"(?:TM|KT|TL|TUQ)\.\s?\w|(?i:người\s+lập|thủ\s+trưởng|nơi\s+nhận|lập\s+biểu|xác\s+nhận"
    r"|danh\s+sách\s+(?:này|có|gồm))\b"
)
FOOTNOTE: Final = re.compile(r"\(?\*+\)?\s*\S|(?i:ghi\s+chú|lưu\s+ý)\s*:")
# `II | Trung tâm Phục vụ hành chính công` above the people of that body.
GROUP_MARK: Final = re.compile(r"(?:[IVX]{1,4}|[A-ZĐ])[.)]?\Z")
GROUP_NAME: Final = re.compile(
    r"(?:(?:[IVX]{1,4}|[A-ZĐ])[.)]\s+\S|(?i:phòng|văn\s+phòng|trung\s+tâm|khối|đơn\s+vị|ubnd|sở)\s)"
)
NUMBERING: Final = re.compile(r"\(?(\d{1,2}|[A-Z])\)?\Z")


@dataclass(frozen=True)
class Table:
    """Headings and the rows below them, each with Excel's own number."""

    sheet: str
    header_row: int
    headings: list[str]
    rows: list[tuple[int, list[Cell]]]
    # Totals, names of groups and signatures: said, not read.
    left_out: list[int] = field(default_factory=list)
    # What stands above the headings: an agency, the name of the list.
    titles: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Return a key by which a layout is known again."""
        layout = "|".join(fold(heading) for heading in self.headings)
        return hashlib.sha256(layout.encode()).hexdigest()[:32]

    def column(self, at: int) -> list[Cell]:
        """Return the cells of a column."""
        return [row[at] if at < len(row) else "" for _number, row in self.rows]


def find_tables(book: Workbook) -> list[Table]:
    """Return the tables of the visible sheets, the one with most rows first."""
    found = [find_table(sheet) for sheet in book.sheets if not sheet.is_hidden]
    return sorted((table for table in found if table), key=lambda table: -len(table.rows))


def find_table(sheet: Sheet) -> Table | None:
    """Return the table of a sheet, or None where there is none."""
    scores = [_score(row) for row in sheet.rows[:LOOK_WITHIN]]
    if max(scores, default=0) < ENOUGH:
        return None
    top = scores.index(max(scores))
    headings = [nfc(str(cell)) for cell in sheet.rows[top]]
    start = top + 1
    below = sheet.rows[start] if start < len(sheet.rows) else []
    if _continues(headings, below):
        headings, start = _joined(headings, below), start + 1
    if start < len(sheet.rows) and _is_numbering(sheet.rows[start]):
        start += 1
    rows, left_out = _rows(sheet, start, headings)
    titles = [nfc(str(cell)) for row in sheet.rows[:top] for cell in row if str(cell).strip()]
    return Table(sheet.name, top + 1, headings, rows, left_out, titles)


def _score(row: list[Cell]) -> int:
    return sum(heading_key(str(cell)) in KNOWN for cell in row)


def _continues(headings: list[str], below: list[Cell]) -> bool:
    """Tell whether the row holds second headings: words only, under a spanning or a blank one."""
    words = [(at, str(cell)) for at, cell in enumerate(below) if str(cell).strip()]
    under = all(heading_key(word) in KNOWN for _at, word in words)
    return bool(words) and under and any(not _at(headings, at) for at, _word in words)


def _at(headings: list[str], at: int) -> str:
    return headings[at] if at < len(headings) else ""


def _joined(headings: list[str], below: list[Cell]) -> list[str]:
    joined, above = [], ""
    for heading, cell in zip_longest(headings, below, fillvalue=""):
        above = str(heading) or above
        word = nfc(str(cell))
        joined.append(f"{above} / {word}" if word and above else word or str(heading))
    return joined


def _is_numbering(row: list[Cell]) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3), or A B 1 2."""
    found = [NUMBERING.match(shown(cell)) for cell in row if str(cell).strip()]
    numbers = [int(match[1]) for match in found if match and match[1].isdigit()]
    in_order = all(after == before + 1 for before, after in pairwise(numbers))
    return len(found) > ENOUGH and all(found) and len(numbers) > 1 and in_order


def _rows(
    sheet: Sheet, start: int, headings: list[str]
) -> tuple[list[tuple[int, list[Cell]]], list[int]]:
    """Return the rows of the table, and the numbers of the lines that are none."""
    counter = next((at for at, name in enumerate(headings) if heading_key(name) in ROW_NUMBERS), -1)
    rows, left_out, is_below = [], [], False
    for number, row in enumerate(sheet.rows[start:], start=start + 1):
        texts = [shown(cell) for cell in row if str(cell).strip()]
        if not texts:
            continue
        counted = 0 <= counter < len(row) and shown(row[counter]).rstrip(".)").isdigit()
        group = counter >= 0 and not counted and _names_group(texts)
        closing = not counted and len(texts) <= LONGEST_NOTE and is_closing(texts)
        is_below = closing or (is_below and not counted and len(texts) <= LONGEST_NOTE)
        if is_below or group:
            left_out.append(number)
        else:
            rows.append((number, row))
    return rows, left_out


def _names_group(texts: list[str]) -> bool:
    """Tell whether a line without a number only names the body whose people follow."""
    if len(texts) == 1:
        return GROUP_NAME.match(texts[0]) is not None
    return len(texts) == ENOUGH and GROUP_MARK.match(texts[0]) is not None


def is_closing(texts: list[str]) -> bool:
    """Tell whether a line is a total, a footnote or the head of a signature, and not a person."""
    return any(
        TOTAL_WITH_MARKS.match(text)
        or (text.isascii() and TOTAL_BARE.match(text))
        or SIGNATURE.match(text)
        or FOOTNOTE.match(text)
        for text in texts
    )
