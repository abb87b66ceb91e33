"""Finding the table between a title block and the signatures."""

import hashlib
from dataclasses import dataclass
from typing import Final

from lms.sheets.reading import Cell, Sheet
from lms.text import fold, nfc

LOOK_WITHIN: Final = 40
HEADINGS: Final = (
    "ho va ten", "ho ten", "ho va chu dem", "ho dem", "ma can bo", "ma so", "ma cbcc", "ngay sinh",
    "nam sinh", "don vi", "chuc vu", "e-mail", "email", "dien thoai", "so dien thoai", "stt", "tt",
    "ghi chu", "cccd", "gioi tinh", "ten", "ho", "full name", "staff code",
)  # fmt: skip
ENDS: Final = ("tong cong", "tong so", "nguoi lap", "tm.", "kt.", "tl.", "noi nhan", "thu truong")
ENOUGH: Final = 2


@dataclass(frozen=True)
class Table:
    """Headings and the rows below them, each with Excel's own number."""

    sheet: str
    header_row: int
    headings: list[str]
    rows: list[tuple[int, list[Cell]]]

    @property
    def fingerprint(self) -> str:
        """Return a key by which a layout is known again."""
        layout = "|".join(fold(heading) for heading in self.headings)
        return hashlib.sha256(layout.encode()).hexdigest()[:32]


def find_table(sheet: Sheet) -> Table | None:
    """Return the table of a sheet, or None where there is none."""
    scores = [_score(row) for row in sheet.rows[:LOOK_WITHIN]]
    if max(scores, default=0) < ENOUGH:
        return None
    top = scores.index(max(scores))
    headings = [nfc(str(cell)) for cell in sheet.rows[top]]
    below = sheet.rows[top + 1] if top + 1 < len(sheet.rows) else []
    start = top + 1
    if _continues(headings, below):
        headings, start = _joined(headings, below), top + 2
    return Table(sheet.name, top + 1, headings, _rows(sheet, start))


def _score(row: list[Cell]) -> int:
    return sum(fold(str(cell)).rstrip(".:*") in HEADINGS for cell in row)


def _continues(headings: list[str], below: list[Cell]) -> bool:
    """Tell whether the row holds second headings: words only, under a spanning or a blank one."""
    words = [(at, str(cell)) for at, cell in enumerate(below) if str(cell).strip()]
    under = [fold(word) in {"nam", "nu", *HEADINGS} for _at, word in words]
    return bool(words) and all(under) and any(not headings[at] for at, _word in words)


def _joined(headings: list[str], below: list[Cell]) -> list[str]:
    joined, above = [], ""
    for heading, cell in zip(headings, below, strict=False):
        above = heading or above
        word = nfc(str(cell))
        joined.append(f"{above} / {word}" if word else heading)
    return joined


def _rows(sheet: Sheet, start: int) -> list[tuple[int, list[Cell]]]:
    rows = []
    for number, row in enumerate(sheet.rows[start:], start=start + 1):
        texts = [fold(str(cell)) for cell in row if str(cell).strip()]
        if texts and texts[0].startswith(ENDS):
            break
        if texts:
            rows.append((number, row))
    return rows
