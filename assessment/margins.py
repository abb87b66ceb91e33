"""A work as its readers see it: block by block, with the notes that stand beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import cached_property
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.models import MarginNote, Submission
from assessment.models.margin_notes import QUOTE_AT_MOST
from assessment.reading import blocks_of_text
from assessment.work_pages import ShownFile, files_for
from lms.html import plain

START: Final = 50  # characters of a block that tell it from others in a list of places
MINUTE: Final = 60
Key = tuple[int | None, int | None]


@dataclass(frozen=True)
class Place:
    """Where a note stands; of a file without any of the three, beside the whole of it."""

    file_id: int | None = None
    block: int | None = None
    page: int | None = None
    second: int | None = None
    quote: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the fields of a note here."""
        facts = {"file_id": self.file_id, "block": self.block, "page": self.page}
        return facts | {"second": self.second, "quote": self.quote[:QUOTE_AT_MOST]}


@dataclass(frozen=True)
class ShownNote:
    """A note with its number in the work."""

    number: int
    row: MarginNote
    file: ShownFile | None
    is_mine: bool

    @property
    def where(self) -> str:
        """Return the words for the place."""
        name = f"{self.file.name}, " if self.file else ""
        if self.row.block:
            return name + _("paragraph %(n)s") % {"n": self.row.block}
        if self.row.page:
            return name + _("page %(n)s") % {"n": self.row.page}
        if self.row.second is not None:
            return name + clock(self.row.second)
        return self.file.name if self.file else ""

    @property
    def link(self) -> str:
        """Return the address of the place: a block of this page, or a page of the file."""
        if self.row.block:
            return f"#{anchor(self.row.file_id, self.row.block)}"
        return f"{self.file.inline}#page={self.row.page}" if self.file and self.row.page else ""


@dataclass(frozen=True)
class ShownBlock:
    """A paragraph, list or table: `place` is its value in a list of places."""

    anchor: str
    place: str
    number: int
    words: str
    html: SafeString
    notes: list[ShownNote]

    @property
    def label(self) -> str:
        """Return the number of the block and how it begins."""
        start = Truncator(self.words).chars(START)
        return _("paragraph %(n)s") % {"n": self.number} + f": {start}"


@dataclass
class Margins:
    """All of a work: what was typed, and `files`, each with its blocks where it has any."""

    work: Submission
    files: list[ShownFile]
    notes: list[ShownNote] = field(default_factory=list)

    @cached_property
    def text(self) -> list[ShownBlock]:
        """Return the paragraphs that were typed, the quoted words marked."""
        found = []
        for number, text in enumerate(blocks_of_text(self.work.text), start=1):
            notes = self._beside[None, number]
            words = " ".join(text.split())
            found.append(_block(None, number, words, with_quotes(text, notes), notes))
        return found

    @cached_property
    def documents(self) -> list[tuple[ShownFile, list[ShownBlock]]]:
        """Return each file with its blocks; none where it is no document, or not read yet."""
        return [(file, self._blocks_of(file)) for file in self.files]

    def places(self) -> list[tuple[str, str]]:
        """Return what a note can be put beside: value and words of each place."""
        found = [(block.place, block.label) for block in self.text]
        for file, blocks in self.documents:
            found.append((f"{file.row.pk}:", file.name))
            found += [(block.place, f"{file.name}, {block.label}") for block in blocks]
        return found

    @cached_property
    def _beside(self) -> defaultdict[Key, list[ShownNote]]:
        found: defaultdict[Key, list[ShownNote]] = defaultdict(list)
        for note in self.notes:
            found[note.row.file_id, note.row.block].append(note)
        return found

    def _blocks_of(self, file: ShownFile) -> list[ShownBlock]:
        # Only `make_reading` writes blocks, and it cleans each of them.
        return [
            _block(file.row.pk, number, plain(html), mark_safe(html), beside)  # noqa: S308
            for number, html in enumerate(file.blocks, start=1)
            for beside in [self._beside[file.row.pk, number]]
        ]


def margins(
    work: Submission, files: list[ShownFile], notes: Iterable[MarginNote], *, reader_id: int
) -> Margins:
    """Return a work with the notes that its reader may see, in their order."""
    by_pk = {file.row.pk: file for file in files}
    shown = [
        ShownNote(number, row, by_pk.get(row.file_id or 0), row.author_id == reader_id)
        for number, row in enumerate(notes, start=1)
    ]
    return Margins(work, files, shown)


def own_margins(work: Submission, learner: User) -> Margins:
    """Return one's own work, with the notes beside it once the result is released."""
    notes = MarginNote.objects.filter(submission=work).released().in_order()
    return margins(work, files_for(work, learner), notes, reader_id=learner.pk)


def anchor(file_id: int | None, number: int) -> str:
    """Return the name of a block in the page."""
    return f"b-{file_id or 0}-{number}"


def clock(second: int) -> str:
    """Return a place in a recording as minutes and seconds."""
    return f"{second // MINUTE}:{second % MINUTE:02}"


def with_quotes(text: str, notes: list[ShownNote]) -> SafeString:
    """Return typed text as HTML with quoted words marked; of two that overlap, the first."""
    found = [(text.find(note.row.quote), note.row.quote) for note in notes if note.row.quote]
    pieces, at = [], 0
    for start, quote in sorted(found):
        if start >= at:
            pieces += [escape(text[at:start]), f"<mark>{escape(quote)}</mark>"]
            at = start + len(quote)
    pieces.append(escape(text[at:]))
    return mark_safe(linebreaks("".join(pieces)))  # noqa: S308 (each piece is escaped above)


def _block(
    file_id: int | None, number: int, words: str, html: SafeString, notes: list[ShownNote]
) -> ShownBlock:
    place = f"{file_id or 0}:{number}"
    return ShownBlock(anchor(file_id, number), place, number, words, html, notes)
