"""An office's own DOCX with named fields, filled with what an `Official` says.

A field is written `{{tieu_de}}`. Names are replaced by text and nothing else: a template holds no
conditions and no code, so what anybody sends cannot do anything but stand on paper. A name in
capitals gives the text in capitals.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from lms.official import Official
from lms.official_docx import add_parts, as_docx, cleaned

BODY: Final = "noi_dung"
BEHIND: Final = "phu_luc"
BULLET: Final = "- {{noi_nhan}};"
SIGNERS: Final = 3
FIELD: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What fetches or runs something when the file is opened.
REACHES_OUT: Final = re.compile(r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|MACROBUTTON)\b")
EMBEDS: Final = ("/oleObject", "/package", "/aFChunk", "/control")
BASED_ON: Final = "/attachedTemplate"

FIELDS: Final[Mapping[str, tuple[str | Promise, Callable[[Official], str]]]] = {
    "co_quan_cap_tren": (gettext_lazy("the agency above"), lambda paper: paper.superior),
    "co_quan": (gettext_lazy("the agency that issues the document"), lambda paper: paper.agency),
    "so_ky_hieu": (gettext_lazy("number and symbol"), lambda paper: paper.number),
    "dia_danh_ngay": (gettext_lazy("place and day"), lambda paper: paper.place_and_day),
    "tieu_de": (gettext_lazy("kind of document, or title of the list"), lambda paper: paper.title),
    "trich_yeu": (gettext_lazy("what it is about"), lambda paper: paper.about),
    "kem_theo": (gettext_lazy("the decision a list belongs to"), lambda paper: paper.note),
    "noi_nhan": (
        gettext_lazy("recipients, one on a line"),
        lambda paper: "\n".join(f"- {text};" for text in paper.recipients),
    ),
}


def signer_fields(paper: Official) -> dict[str, str]:
    """Return title and name of each signer: `chuc_danh`, `nguoi_ky`, then with 2 and 3 behind."""
    signers = list(paper.all_signers)
    found = {}
    for at in range(SIGNERS):
        signer = signers[at] if at < len(signers) else None
        behind = f"_{at + 1}" if at else ""
        found[f"chuc_danh{behind}"] = signer.title if signer else ""
        found[f"nguoi_ky{behind}"] = signer.name if signer else ""
    return found


def values_of(paper: Official) -> dict[str, str]:
    """Return the text of every field but the two that hold paragraphs and tables."""
    return {name: value(paper) for name, (_words, value) in FIELDS.items()} | signer_fields(paper)


def starting_template(sample: Official) -> bytes:
    """Return the built-in layout with fields in place of words, to begin an own one from."""
    names = {name: f"{{{{{name}}}}}" for name in values_of(sample)}
    outline = Official(
        agency=names["co_quan"],
        superior=names["co_quan_cap_tren"],
        title=names["tieu_de"],
        about=names["trich_yeu"],
        note=names["kem_theo"],
        number=names["so_ky_hieu"],
        place=sample.place,
        day=sample.day,
        place_and_day_text=names["dia_danh_ngay"],
        parts=[f"{{{{{BODY}}}}}"],
        signer_title=names["chuc_danh"],
        signer_name=names["nguoi_ky"],
        recipients=[names["noi_nhan"]],
        behind=[f"{{{{{BEHIND}}}}}"],
        is_landscape=sample.is_landscape,
    )
    document = Document(io.BytesIO(as_docx(outline)))
    for paragraph in _paragraphs(document):
        if BULLET in paragraph.text:  # the field brings its own
            paragraph.runs[0].text = names["noi_nhan"]
    return _saved(document)


def checked_template(content: bytes, sample: Official) -> bytes:
    """Return the template to keep: without the link to the author's own `Normal.dotm`.

    Raises `ValidationError` for a file that cannot serve as a template or that reaches out.
    """
    try:
        document = Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:  # lxml's is one
        raise ValidationError(_("The file is damaged and cannot be opened.")) from error
    _forget_base(document)
    if _reaches_out(document):
        raise ValidationError(
            _("The file fetches or embeds other files. Take these out and send it again.")
        )
    named = [name for paragraph in _paragraphs(document) for name in _names(paragraph)]
    unknown = sorted(set(named) - {BODY, BEHIND, *values_of(sample)})
    if unknown:
        raise ValidationError(
            _("These fields do not exist: %(names)s.") % {"names": _list(unknown)}
        )
    if named.count(BODY) != 1:
        raise ValidationError(
            _("The field {{noi_dung}} must stand once: the text and the list come in its place.")
        )
    return _saved(document)


def fill(content: bytes, paper: Official) -> bytes:
    """Return the template as DOCX with its fields filled."""
    document = Document(io.BytesIO(content))
    values = values_of(paper)
    blocks = {BODY: paper.parts, BEHIND: paper.behind}
    has_annex = False
    for paragraph in list(_paragraphs(document)):
        block = next((name for name in _names(paragraph) if name in blocks), None)
        has_annex = has_annex or block == BEHIND
        if block is None:
            _replace(paragraph, values)
        else:
            _put_before(document, paragraph, blocks[block])
    if not has_annex:
        add_parts(document, paper.behind, _width(document))
    return _saved(document)


def _saved(document: DocxDocument) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _list(names: list[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def _names(paragraph: Paragraph) -> list[str]:
    """Return the fields of a paragraph, in small letters."""
    return [match.casefold() for match in FIELD.findall(_text(paragraph))]


def _text(paragraph: Paragraph) -> str:
    return "".join(run.text for run in _runs(paragraph))


def _runs(paragraph: Paragraph) -> list[Run]:
    """Return the runs, those within links too."""
    return [Run(element, paragraph) for element in paragraph._p.iter(qn("w:r"))]  # noqa: SLF001


def _paragraphs(document: DocxDocument) -> Iterator[Paragraph]:
    """Return all paragraphs: of the text, tables, boxes, headers and footers."""
    for part in document.part.package.iter_parts():
        root: Any = getattr(part, "element", None)
        if root is not None and part.partname.startswith("/word/"):
            for element in root.iter(qn("w:p")):
                yield Paragraph(element, part)  # a part serves as parent


def _replace(paragraph: Paragraph, values: Mapping[str, str]) -> None:
    """Put values in place of fields. Word may break a field over runs: the first one takes it."""
    while match := FIELD.search(_text(paragraph)):
        value = cleaned(values[match[1].casefold()]).replace("{{", "{\u200b{")
        value = value.upper() if match[1].isupper() else value
        at = 0
        for run in _runs(paragraph):
            words = run.text
            start, end = match.start() - at, match.end() - at
            at += len(words)
            if start < len(words) and end > 0:
                run.text = words[: max(start, 0)] + (value if start >= 0 else "") + words[end:]


def _put_before(document: DocxDocument, marker: Paragraph, parts: Any) -> None:
    """Put paragraphs and tables where the marker stands, and take it away."""
    body = document.element.body
    end = len(body) - (1 if body.sectPr is not None else 0)
    add_parts(document, parts, _width(document))
    place = marker._p  # noqa: SLF001 (python-docx has no word for moving a block)
    for element in list(body)[end : len(body) - (1 if body.sectPr is not None else 0)]:
        place.addprevious(element)
    if place.getparent() is body:
        body.remove(place)
    else:  # a cell ends with a paragraph
        marker.text = ""


def _width(document: DocxDocument) -> int:
    """Return the millimetres between the margins."""
    section = document.sections[0]
    margins = (section.left_margin or 0) + (section.right_margin or 0)
    return int(((section.page_width or 0) - margins) / 36_000)


def _forget_base(document: DocxDocument) -> None:
    """Take away the link Word would follow to the template this file was once begun from."""
    for part in document.part.package.iter_parts():
        for key in [key for key, link in part.rels.items() if link.reltype.endswith(BASED_ON)]:
            part.rels.pop(key)
            root: Any = getattr(part, "element", None)
            for element in list(root.iter(qn("w:attachedTemplate"))) if root is not None else ():
                element.getparent().remove(element)


def _reaches_out(document: DocxDocument) -> bool:
    """Tell whether opening the file would fetch, embed or run anything."""
    for part in document.part.package.iter_parts():
        for link in part.rels.values():
            outside = link.is_external and link.reltype != RELATIONSHIP_TYPE.HYPERLINK
            if outside or link.reltype.endswith(EMBEDS):
                return True
        root: Any = getattr(part, "element", None)
        if root is not None and any(REACHES_OUT.match(words) for words in _instructions(root)):
            return True
    return False


def _instructions(root: Any) -> Iterator[str]:
    for element in root.iter(qn("w:instrText"), qn("w:fldSimple")):
        yield (element.text or element.get(qn("w:instr")) or "").upper()
