"""A first look into .xlsx and .ods, before their cells are laid out in memory: how far the sheets
reach and which rows are hidden. A small file can claim a cell at the far end of the grid."""

import re
import zipfile
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import IO, Any, Final
from xml.parsers import expat  # document types are refused below, so nothing can expand

from defusedxml.ElementTree import parse
from django.utils.translation import gettext as _

CELLS_AT_MOST: Final = 3_000_000
CHUNK: Final = 256 * 1024
REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")
LETTERS: Final = 26
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ODS_HIDDEN: Final = {"collapse", "filter"}


class SheetError(Exception):
    """A file that cannot be read; its text is a sentence for the person who sent it."""


@dataclass
class Extent:
    """How far the filled cells of a sheet reach, and its hidden rows."""

    rows: int = 0
    columns: int = 0
    hidden: set[int] = field(default_factory=set)


def scan(content: IO[bytes], extension: str, *, rows_at_most: int) -> dict[str, Extent]:
    """Return the extent of each sheet, or refuse a file that reaches too far."""
    with zipfile.ZipFile(content) as archive:
        try:
            if extension == "ods":
                return _OpenDocument(rows_at_most).read(archive)
            parts = _parts(archive)
            return {name: _Office(rows_at_most).read(archive, part) for name, part in parts.items()}
        except (expat.ExpatError, KeyError, ValueError) as error:
            raise SheetError(_("The file is damaged and cannot be opened.")) from error


def too_many_rows(limit: int) -> SheetError:
    """Return the refusal of a file that is too long."""
    return SheetError(_("The file has more than %(limit)d rows. Split it.") % {"limit": limit})


def check_extent(rows: int, columns: int, *, rows_at_most: int) -> None:
    """Refuse a sheet with more rows or cells than an office would send."""
    if rows > rows_at_most:
        raise too_many_rows(rows_at_most)
    if rows * columns > CELLS_AT_MOST:
        raise SheetError(
            _("The sheet reaches too far to the right. Remove the stray cells and send it again.")
        )


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return, by the name of the sheet, where it lies in the archive."""
    with archive.open("xl/_rels/workbook.xml.rels") as rels:
        relations = [item for item in parse(rels).iter() if item.tag.endswith("}Relationship")]
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    with archive.open("xl/workbook.xml") as book:
        sheets = [item for item in parse(book).iter() if item.tag.endswith("}sheet")]
    found = {sheet.get("name", ""): targets.get(sheet.get(RELATION), "") for sheet in sheets}
    paths = {name: normpath(join("/xl", target)).lstrip("/") for name, target in found.items()}
    return {name: path for name, path in paths.items() if path in archive.namelist()}


def _walk(source: IO[bytes], begin: Any, end: Any = None) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse
    while chunk := source.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse(*_declaration: object) -> None:
    raise ValueError("A document type has no place in a sheet.")


class _Office:
    """One worksheet part of an .xlsx file."""

    def __init__(self, rows_at_most: int) -> None:
        self.extent, self.rows_at_most = Extent(), rows_at_most
        self.row, self.cell = 0, ""

    def read(self, archive: zipfile.ZipFile, part: str) -> Extent:
        with archive.open(part) as source:
            _walk(source, self._begin)
        return self.extent

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self.cell = attributes.get("r", "")
        elif name in {"v", "is", "f"}:
            self._reach()
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            if attributes.get("hidden") in {"1", "true"}:
                self.extent.hidden.add(self.row)

    def _reach(self) -> None:
        found = REFERENCE.match(self.cell)
        row, column = (int(found[2]), _column(found[1])) if found else (self.row, 1)
        if row > self.extent.rows or column > self.extent.columns:
            self.extent.rows = max(self.extent.rows, row)
            self.extent.columns = max(self.extent.columns, column)
            check_extent(self.extent.rows, self.extent.columns, rows_at_most=self.rows_at_most)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number


class _OpenDocument:
    """All the sheets of an .ods file, where one element may stand for many rows or cells."""

    def __init__(self, rows_at_most: int) -> None:
        self.sheets: dict[str, Extent] = {}
        self.extent, self.rows_at_most = Extent(), rows_at_most
        self.row = self.column = self.span = self.width = 0
        self.is_filled = self.is_hidden = False

    def read(self, archive: zipfile.ZipFile) -> dict[str, Extent]:
        with archive.open("content.xml") as source:
            _walk(source, self._begin, self._end)
        return self.sheets

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.extent = self.sheets[attributes.get("table:name", "")] = Extent()
            self.row = 0
        elif tag == "table:table-row":
            self.span = int(attributes.get("table:number-rows-repeated", 1))
            self.is_hidden = attributes.get("table:visibility") in ODS_HIDDEN
            self.column = self.width = 0
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self.column += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self.width = self.column

    def _end(self, tag: str) -> None:
        if tag != "table:table-row":
            return
        first, self.row = self.row + 1, self.row + self.span
        if self.width:
            self.extent.rows = self.row
            self.extent.columns = max(self.extent.columns, self.width)
            check_extent(self.row, self.extent.columns, rows_at_most=self.rows_at_most)
            if self.is_hidden:
                self.extent.hidden.update(range(first, self.row + 1))
