"""Makers of documents as learners send them."""

from __future__ import annotations

import io
import zipfile

from docx import Document

ODT = "application/vnd.oasis.opendocument.text"
CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?>{declared}'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "{body}</office:text></office:body></office:document-content>"
)


def docx(*paragraphs: str, heading: str = "") -> bytes:
    """Return a .docx with a heading, paragraphs and one table."""
    document = Document()
    if heading:
        document.add_heading(heading, level=1)
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Năm", "Hồ sơ"
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def odt(*paragraphs: str, declared: str = "") -> bytes:
    """Return a .odt; `declared` stands where a document type would be."""
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODT)
        archive.writestr("content.xml", CONTENT.format(declared=declared, body=body))
    return content.getvalue()


def with_part(document: bytes, name: str, text: str) -> bytes:
    """Return a document with one of its parts replaced or added."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(content, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, text)
    return content.getvalue()
