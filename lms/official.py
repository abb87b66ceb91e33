"""An administrative document in the layout of Decree 30/2020/NĐ-CP, as PDF and as an editable DOCX.

One description, two renditions: what an office signs and what it edits say the same. The layout
(A4, 13 pt Times, margins 20, 20, 30 and 15 mm) follows the decree's first annex.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from lms.pdf import render

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
BODY, SMALL = Pt(13), Pt(11)
LATE = 10  # Decree 30/2020: days below ten and the months 1 and 2 with a zero
EARLY_MONTHS = 2


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; `widths` are shares, `numeric` the columns of figures."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numeric: Sequence[int] = ()


@dataclass(frozen=True)
class Official:
    """What a document says. A part is a paragraph, a heading (`# …`) or a table."""

    agency: str
    title: str
    about: str
    place: str
    day: dt.date
    parts: Sequence[str | Table]
    superior: str = ""
    number: str = ""
    signer_title: str = ""
    signer_name: str = ""
    recipients: Sequence[str] = field(default_factory=tuple)

    @property
    def place_and_day(self) -> str:
        """Return `Thành phố Hồ Chí Minh, ngày 02 tháng 9 năm 2026`."""
        return f"{self.place}, {long_day(self.day)}"


def long_day(day: dt.date) -> str:
    """Return a date as documents write it: `ngày 02 tháng 9 năm 2026`."""
    month = f"{day.month:02d}" if day.month <= EARLY_MONTHS else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def as_pdf(paper: Official, *, made_at: dt.datetime | None = None) -> bytes:
    """Return the document as PDF."""
    data = {**asdict(paper), "day": "", "place_and_day": paper.place_and_day}
    data["parts"] = [_typst_part(part) for part in paper.parts]
    return render("papers/official.typ", data, made_at=made_at)


def _typst_part(part: str | Table) -> dict[str, object]:
    if isinstance(part, Table):
        return {"kind": "table", **asdict(part)}
    heading = part.startswith("# ")
    return {"kind": "heading" if heading else "text", "text": part.removeprefix("# ")}


def as_docx(paper: Official) -> bytes:
    """Return the document as DOCX, for the office's own editing."""
    document = Document()
    _page(document)
    _head(document, paper)
    _line(document, paper.title, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, paper.about, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    for part in paper.parts:
        if isinstance(part, Table):
            _table(document, part)
        else:
            heading = part.startswith("# ")
            _line(document, part.removeprefix("# "), bold=heading)
    _foot(document, paper)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: DocxDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, BODY
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(6)


def _head(document: DocxDocument, paper: Official) -> None:
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    words = [(paper.superior, False), (paper.agency, True), (paper.number, False)]
    for text, bold in words:
        if text:
            _cell_line(left, text, bold=bold)
    _cell_line(right, NATION, bold=True)
    _cell_line(right, MOTTO, bold=True)
    _cell_line(right, paper.place_and_day, italic=True)


def _foot(document: DocxDocument, paper: Official) -> None:
    document.add_paragraph()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    if paper.recipients:
        _cell_line(left, "Nơi nhận:", bold=True, italic=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    for text in paper.recipients:
        _cell_line(left, f"- {text};", size=SMALL, align=WD_ALIGN_PARAGRAPH.LEFT)
    _cell_line(right, paper.signer_title.upper(), bold=True)
    for _gap in range(4):
        right.add_paragraph()
    _cell_line(right, paper.signer_name, bold=True)


def _line(
    document: DocxDocument,
    text: str,
    *,
    bold: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.add_run(text).bold = bold


def _cell_line(
    cell: _Cell,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: Pt = BODY,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
) -> None:
    first = cell.paragraphs[0]
    paragraph = first if not first.runs else cell.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, size


def _table(document: DocxDocument, table: Table) -> None:
    grid = document.add_table(rows=1, cols=len(table.header), style="Table Grid")
    whole = 165 / sum(table.widths)
    for cell, title in zip(grid.rows[0].cells, table.header, strict=True):
        _cell_line(cell, title, bold=True, size=SMALL)
    _repeat(grid.rows[0]._tr)  # noqa: SLF001 (python-docx has no word for a repeated header)
    for row in table.rows:
        for column, (cell, text) in enumerate(zip(grid.add_row().cells, row, strict=True)):
            figures = column in table.numeric
            align = WD_ALIGN_PARAGRAPH.CENTER if figures else WD_ALIGN_PARAGRAPH.LEFT
            _cell_line(cell, text, size=SMALL, align=align)
    for column, width in zip(grid.columns, table.widths, strict=True):
        for cell in column.cells:
            cell.width = Mm(width * whole)
    document.add_paragraph()


def _repeat(row: object) -> None:
    """Repeat the row at the head of each page the table runs over."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]
