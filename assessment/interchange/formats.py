"""The formats by name, and which of them a file is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _

from assessment.interchange import aiken, gift, gift_writer, moodle, moodle_writer, table
from assessment.interchange.base import Item, Read, UnreadableError, decoded

Writer = Callable[[list[Item]], tuple[str, list[tuple[Item, str]]]]

READERS: Final[dict[str, tuple[str, Callable[[str], Read]]]] = {
    "gift": ("GIFT", gift.read),
    "aiken": ("Aiken", aiken.read),
    "moodle": ("Moodle XML", moodle.read),
    "csv": ("CSV", table.read),
}
WRITERS: Final[dict[str, tuple[str, str, Writer]]] = {
    "gift": ("GIFT", "gift.txt", gift_writer.write),
    "moodle": ("Moodle XML", "xml", moodle_writer.write),
}
AIKEN_ANSWER: Final = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.MULTILINE | re.IGNORECASE)


def read_file(content: bytes, *, name: str = "", form: str = "") -> Read:
    """Return what a file holds; without a format it is guessed from name and text."""
    text = decoded(content)
    if not text.strip():
        raise UnreadableError(_("The file is empty."))
    found = READERS[form if form in READERS else _guess(text, name)][1](text)
    if not found.items and not found.skipped:
        raise UnreadableError(_("The file holds no question."))
    return found


def _guess(text: str, name: str) -> str:
    if text.lstrip().startswith("<"):
        return "moodle"
    if name.lower().endswith(".csv"):
        return "csv"
    return "aiken" if AIKEN_ANSWER.search(text) else "gift"
