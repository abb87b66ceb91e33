"""Aiken: a question, its options `A. …`, and `ANSWER: A`."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from assessment.interchange.base import FaultError, Item, Read, choice_data, words_of
from lms.text import nfc

OPTION: Final = re.compile(r"^([A-Z])[.)]\s+(.*)$")
ANSWER: Final = re.compile(r"^ANSWER:\s*([A-Z])\s*$", re.IGNORECASE)


def read(text: str) -> Read:
    """Return the questions; an answer line ends each."""
    found = Read()
    held: list[str] = []
    began = 0
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.strip()
        if not words:
            continue
        began = began if held else number
        held.append(words)
        if ANSWER.match(words):
            rows, held = held, []
            found.take(began, rows[0], partial(_item, rows))
    if held:
        found.take(began, held[0], partial(_item, held))
    return found


def _item(rows: list[str]) -> Item:
    answer = ANSWER.match(rows[-1])
    if answer is None:
        raise FaultError(_("The line ANSWER: is missing."))
    options = [match.groups() for row in rows[:-1] if (match := OPTION.match(row))]
    body = [row for row in rows[:-1] if not OPTION.match(row)]
    right = answer[1].upper()
    if right not in {letter for letter, _words in options}:
        raise FaultError(_("The answer %(letter)s is not among the options.") % {"letter": right})
    data = choice_data([(nfc(words), letter == right) for letter, words in options])
    return Item(kind="single", body=words_of("\n".join(body), "plain"), data=data)
