"""A work as blocks that a page can show: what was typed, and documents as HTML.

Documents come from anybody: their archive was judged when they were taken (`lms.archives`); here
no part may declare entities, and of the HTML only what `lms.html` allows is kept.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, ParseError

import mammoth
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse
from django.utils.html import escape
from django.utils.translation import gettext as _
from lxml import html

from lms.html import clean, plain

BLOCKS_AT_MOST: Final = 2_000
# 20 pages take 0.1 s; a document past this size is no essay.
PART_AT_MOST: Final = 8 * 1024 * 1024
# What readers raise over a document that is not as it should be, however deeply it is nested.
BROKEN: Final = (
    DefusedXmlException,
    ParseError,
    zipfile.BadZipFile,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
)
TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
# A page has its h1 and its parts an h2, as in `lms.html`.
STYLES: Final = "\n".join(f"p.Heading{n} => h{min(n + 2, 5)}:fresh" for n in range(1, 7))
SHAPES: Final = {f"{TEXT}h": "h4", f"{TEXT}p": "p"}


class ReadingError(Exception):
    """A document that cannot be shown; its text is a sentence for who wanted to read it."""


def blocks_of_text(text: str) -> list[str]:
    """Return the paragraphs of what was typed, as plain text."""
    parts = (part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return [part for part in parts if part.strip()]


def blocks_of_document(content: IO[bytes], extension: str) -> list[str]:
    """Return a document as clean HTML blocks, or raise `ReadingError`."""
    try:
        blocks = READERS[extension](content)
    except BROKEN as error:
        raise ReadingError(_("The file is damaged and cannot be opened.")) from error
    if len(blocks) > BLOCKS_AT_MOST:
        raise ReadingError(_("The document is too long to be shown here."))
    if not blocks:
        raise ReadingError(_("The document holds no text that could be shown here."))
    return blocks


def _docx(content: IO[bytes]) -> list[str]:
    _refuse_entities(content)
    content.seek(0)
    result = mammoth.convert_to_html(
        content,
        style_map=STYLES,
        include_embedded_style_map=False,
        external_file_access=False,
        ignore_empty_paragraphs=True,
        convert_image=mammoth.images.img_element(lambda _image: {"src": ""}),
    )
    return list(_top_blocks(result.value))


def _refuse_entities(content: IO[bytes]) -> None:
    """Read every part once with a parser that refuses document types, and bound its size."""
    with zipfile.ZipFile(content) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                _refuse_large(entry)
                with archive.open(entry) as part:
                    parse(part, forbid_dtd=True)


def _refuse_large(entry: zipfile.ZipInfo) -> None:
    if entry.file_size > PART_AT_MOST:
        raise ReadingError(_("The document is too long to be shown here."))


def _top_blocks(markup: str) -> Iterator[str]:
    """Yield the outermost elements that say something."""
    for piece in html.fragments_fromstring(markup):
        text = piece if isinstance(piece, str) else html.tostring(piece, encoding="unicode")
        shown = f"<p>{escape(text)}</p>" if isinstance(piece, str) else text
        if plain(shown):
            yield clean(shown)


def _odt(content: IO[bytes]) -> list[str]:
    with zipfile.ZipFile(content) as archive:
        _refuse_large(archive.getinfo("content.xml"))
        with archive.open("content.xml") as part:
            tree = parse(part, forbid_dtd=True)
    body = tree.find(f"{OFFICE}body/{OFFICE}text")
    rows = body.iter() if body is not None else ()
    return [block for row in rows if row.tag in SHAPES for block in _paragraph(row)]


def _paragraph(row: Element) -> list[str]:
    words = " ".join("".join(row.itertext()).split())
    shape = SHAPES[row.tag]
    return [f"<{shape}>{escape(words)}</{shape}>"] if words else []


READERS: Final[dict[str, Callable[[Any], list[str]]]] = {"docx": _docx, "odt": _odt}


def is_readable(name: str) -> bool:
    """Return whether a file of this name is a document that can be shown as blocks."""
    return extension_of(name) in READERS


def extension_of(name: str) -> str:
    """Return the ending of a file's name, in small letters, without its dot."""
    return name.rpartition(".")[2].casefold()
