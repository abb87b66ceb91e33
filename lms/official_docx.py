"""The editable rendition of an `Official`: a DOCX that the office takes into its own system."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from lms.official import MOTTO, NATION, Centred, Official, PageBreak, Part, Signer, Table

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT: Final = "Times New Roman"
BODY, HEAD, SMALL, TITLE, HAIR = Pt(13), Pt(12), Pt(11), Pt(14), Pt(2)
HEAD_LEFT: Final = 0.4
INSET: Final = 70  # twips between the words of a cell and its border
SHORT, LONG, LEFT, RIGHT = 210, 297, 30, 15
MIDDLE, BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
# Said here too: the template of an office may not have the style of the grid.
BORDERS: Final = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def as_docx(paper: Official) -> bytes:
    """Return the document as DOCX, for the office's own editing."""
    document = Document()
    _page(document, paper)
    if not paper.is_annex:
        _head(document, paper)
    _title(document, paper)
    add_parts(document, paper.parts, _width(paper))
    if not paper.is_annex:
        _foot(document, paper)
    add_parts(document, paper.behind, _width(paper))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def add_parts(document: DocxDocument, parts: Sequence[Part], width: int) -> None:
    """Add paragraphs and tables at the end; `width` is that between the margins, in mm."""
    for part in parts:
        _part(document, part, width)


def _width(paper: Official) -> int:
    """Return the millimetres between the margins."""
    return (LONG if paper.is_landscape else SHORT) - LEFT - RIGHT


def _page(document: DocxDocument, paper: Official) -> None:
    section = document.sections[0]
    if paper.is_landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(LONG), Mm(SHORT)
    else:
        section.page_width, section.page_height = Mm(SHORT), Mm(LONG)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = Mm(10)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, BODY
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(6)
    # The number of the page stands above all but the first.
    section.different_first_page_header_footer = True
    above = section.header.paragraphs[0]
    above.alignment = MIDDLE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    above._p.append(field)  # noqa: SLF001 (python-docx has no word for a field)


def _head(document: DocxDocument, paper: Official) -> None:
    left, right = _side_by_side(document, [HEAD_LEFT, 1 - HEAD_LEFT], _width(paper))
    if paper.superior:
        _cell_line(left, paper.superior.upper(), size=HEAD)
    _cell_line(left, paper.agency.upper(), bold=True, size=HEAD)
    _rule(left.add_paragraph(), 0.36, _width(paper) * HEAD_LEFT)
    if paper.number:
        _cell_line(left, paper.number)
    _cell_line(right, NATION, bold=True, size=HEAD)
    _cell_line(right, MOTTO, bold=True)
    _rule(right.add_paragraph(), 0.55, _width(paper) * (1 - HEAD_LEFT))
    _cell_line(right, paper.place_and_day, italic=True)


def _title(document: DocxDocument, paper: Official) -> None:
    first = _line(document, paper.title, bold=True, align=MIDDLE, size=TITLE)
    if not paper.is_annex:
        first.paragraph_format.space_before = Pt(14)
    first.paragraph_format.space_after = Pt(2)
    about = _line(document, paper.about, bold=True, align=MIDDLE)
    about.paragraph_format.space_after = Pt(2)
    if paper.note:
        _line(document, paper.note, italic=True, align=MIDDLE)
    _rule(document.add_paragraph(), 0.24, _width(paper))


def _part(document: DocxDocument, part: Part, width: int) -> None:
    if isinstance(part, Table):
        _table(document, part, width)
    elif isinstance(part, PageBreak):
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif isinstance(part, Centred):
        _line(document, part.text, bold=part.bold, italic=part.italic, align=MIDDLE)
    elif part.startswith("# "):
        _line(document, part.removeprefix("# "), bold=True).paragraph_format.keep_with_next = True
    else:
        _line(document, part).paragraph_format.first_line_indent = Mm(10)


def _foot(document: DocxDocument, paper: Official) -> None:
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    signers = paper.all_signers
    columns = len(signers) if len(signers) > 1 else 2
    cells = _side_by_side(document, [1 / columns] * columns, _width(paper))
    if len(signers) == 1:
        _recipients(cells[0], paper.recipients)
    for cell, signer in zip(cells[-len(signers) :], signers, strict=True):
        _signature(cell, signer)


def _recipients(cell: _Cell, recipients: Sequence[str]) -> None:
    left = WD_ALIGN_PARAGRAPH.LEFT
    if recipients:
        _cell_line(cell, "Nơi nhận:", bold=True, italic=True, size=HEAD, align=left)
    for text in recipients:
        _cell_line(cell, f"- {text};", size=SMALL, align=left)


def _signature(cell: _Cell, signer: Signer) -> None:
    _cell_line(cell, signer.title.upper(), bold=True)
    if signer.note:
        _cell_line(cell, signer.note, italic=True)
    for _gap in range(3 if signer.note else 4):
        cell.add_paragraph().paragraph_format.space_after = Pt(0)
    _cell_line(cell, signer.name, bold=True)


def _side_by_side(document: DocxDocument, shares: Sequence[float], width: int) -> Sequence[_Cell]:
    grid = document.add_table(rows=1, cols=len(shares))
    grid.autofit = False
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 (no word)
    for column, share in zip(grid.columns, shares, strict=True):
        column.width = column.cells[0].width = Mm(width * share)
    return list(grid.rows[0].cells)


def _rule(paragraph: Paragraph, share: float, width: float) -> None:
    """Draw a line over the middle share of the width."""
    aside = Mm(width * (1 - share) / 2)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = aside
    form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(6), HAIR
    border = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1"/></w:pBdr>'
    # The schema wants the border before spacing and indent.
    paragraph._p.get_or_add_pPr().insert(0, parse_xml(border))  # noqa: SLF001 (no word for it)


def _line(
    document: DocxDocument,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: Length = BODY,
    align: WD_ALIGN_PARAGRAPH = BOTH,
) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(cleaned(text))
    run.bold, run.italic, run.font.size = bold, italic, size
    return paragraph


def _cell_line(
    cell: _Cell,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: Length = BODY,
    align: WD_ALIGN_PARAGRAPH = MIDDLE,
) -> None:
    first = cell.paragraphs[0]
    paragraph = first if len(cell.paragraphs) == 1 and not first.runs else cell.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(cleaned(text))
    run.bold, run.italic, run.font.size = bold, italic, size


def _table(document: DocxDocument, table: Table, width: int) -> None:
    """Add a table written as one piece of XML: cell by cell, thousands of rows take minutes."""
    whole = width / sum(table.widths)
    widths = [int(Mm(share * whole).twips) for share in table.widths]
    head = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    height = int(Mm(table.row_height).twips)
    high = f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
    rows = [_row(table.header, widths, head, range(len(widths)), bold=True)]
    rows += [
        _row(row, widths, f"<w:trPr><w:cantSplit/>{high}</w:trPr>", table.numeric)
        for row in table.rows
    ]
    columns = "".join(f'<w:gridCol w:w="{size}"/>' for size in widths)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{INSET}" w:type="dxa"/>{BORDERS}<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{INSET}" w:type="dxa"/><w:right w:w="{INSET}" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    after: Any = document.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after._p.addprevious(parse_xml(xml))  # noqa: SLF001 (a table from XML has no other way in)


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    properties: str,
    centred: Sequence[int],
    *,
    bold: bool = False,
) -> str:
    run = f'<w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="22"/><w:szCs w:val="22"/></w:rPr>'
    cells = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20"/>'
        f'<w:jc w:val="{"center" if column in centred else "left"}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">{escape(cleaned(text))}</w:t></w:r></w:p></w:tc>'
        for column, (text, width) in enumerate(zip(texts, widths, strict=True))
    ]
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def cleaned(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return NOT_IN_XML.sub("", text)
