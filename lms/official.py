"""An administrative document in the layout of Decree 30/2020/NĐ-CP, as PDF and as an editable DOCX.

One description, two renditions: what an office signs and what it edits say the same. The layout
(A4, 13 pt Times, margins 20, 20, 30 and 15 mm) follows the decree's first annex. The DOCX half is
`lms.official_docx`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lms.pdf import render

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PLACE = "Thành phố Hồ Chí Minh"
BY_HAND = "(Ký, ghi rõ họ tên)"
DOTS = "…………"
EARLY_MONTHS = 2  # Decree 30/2020: days below ten and the months 1 and 2 with a zero


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; `widths` are shares, `numeric` the columns of figures.

    `row_height` in millimetres leaves room to sign; 0 is as high as the words.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numeric: Sequence[int] = ()
    row_height: int = 0


@dataclass(frozen=True)
class Centred:
    """A line in the middle: to whom a letter goes, the title of a list behind it."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Signer:
    """Somebody who signs: title, name where it is known, and what stands between."""

    title: str
    name: str = ""
    note: str = ""


Part = str | Table | Centred | PageBreak


@dataclass(frozen=True)
class Official:
    """What a document says. A part is a paragraph, a heading (`# …`), a table, a line, a new page.

    An annex stands behind a decision: it has neither head nor signature of its own. Its `note`
    names the decision. With `signers` several sign side by side.
    """

    agency: str
    title: str
    about: str
    place: str
    day: dt.date
    parts: Sequence[Part]
    superior: str = ""
    number: str = ""
    note: str = ""
    signer_title: str = ""
    signer_name: str = ""
    signers: Sequence[Signer] = ()
    recipients: Sequence[str] = field(default_factory=tuple)
    # Parts behind the signature: the list a letter speaks of.
    behind: Sequence[Part] = ()
    is_annex: bool = False
    is_landscape: bool = False
    # Left open where the document is dated by hand.
    is_undated: bool = False
    # Stands instead of place and day, in the outline of a template.
    place_and_day_text: str = ""

    @property
    def place_and_day(self) -> str:
        """Return `Thành phố Hồ Chí Minh, ngày 02 tháng 9 năm 2026`."""
        if self.place_and_day_text:
            return self.place_and_day_text
        return f"{self.place}, {open_day(self.day) if self.is_undated else long_day(self.day)}"

    @property
    def all_signers(self) -> Sequence[Signer]:
        """Return who signs, from the left."""
        return self.signers or [Signer(self.signer_title, self.signer_name)]


def long_day(day: dt.date) -> str:
    """Return a date as documents write it: `ngày 02 tháng 9 năm 2026`."""
    return f"ngày {day.day:02d} tháng {_month(day)} năm {day.year}"


def open_day(day: dt.date) -> str:
    """Return a date whose day and month are written by hand."""
    return f"ngày … tháng … năm {day.year}"


def short_day(day: dt.date) -> str:
    """Return a date as tables of documents write it: `02/9/2026`."""
    return f"{day.day:02d}/{_month(day)}/{day.year}"


def _month(day: dt.date) -> str:
    return f"{day.month:02d}" if day.month <= EARLY_MONTHS else str(day.month)


def as_pdf(paper: Official, *, made_at: dt.datetime | None = None) -> bytes:
    """Return the document as PDF."""
    data = {**asdict(paper), "day": "", "place_and_day": paper.place_and_day}
    data["parts"] = [_typst_part(part) for part in paper.parts]
    data["behind"] = [_typst_part(part) for part in paper.behind]
    data["signers"] = [asdict(signer) for signer in paper.all_signers]
    return render("papers/official.typ", data, made_at=made_at)


def _typst_part(part: Part) -> dict[str, Any]:
    if isinstance(part, Table):
        return {"kind": "table", **asdict(part)}
    if isinstance(part, Centred):
        return {"kind": "centred", **asdict(part)}
    if isinstance(part, PageBreak):
        return {"kind": "break"}
    heading = part.startswith("# ")
    return {"kind": "heading" if heading else "text", "text": part.removeprefix("# ")}
