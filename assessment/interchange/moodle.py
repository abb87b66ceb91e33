"""Moodle XML, read. Entities and document types are refused before anything is built."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from assessment.interchange.base import (
    FaultError,
    Item,
    Read,
    UnreadableError,
    bare,
    choice_data,
    matching_data,
    topic_of,
    wants_groups,
    with_tags,
    words_of,
)
from assessment.interchange.embedded import read_cloze
from assessment.interchange.groups import groups_of_pairs
from assessment.kinds.base import ALL
from assessment.kinds.numeric import plain_number
from assessment.kinds.ordering import steps_of
from lms.text import nfc

QUESTION: Final = re.compile(r"<question[\s>]")
NO_TAGS: Final = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
WHOLE: Final = 100.0
ALMOST: Final = 0.01  # Moodle writes thirds with five places


def read(text: str) -> Read:
    """Return the questions, each under the category above it."""
    root, lines = _root(text), _lines(text)
    found, topic = Read(), ""
    for number, node in enumerate(root.iter("question")):
        line = lines[number] if number < len(lines) else 0
        if node.get("type") == "category":
            topic = topic_of(_text(node.find("category"))[0])
            continue
        found.take(line, _words(node), partial(_item, node, topic))
    return found


def _root(text: str) -> Element:
    try:
        root: Element = fromstring(text.encode(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableError(
            _("The file declares entities or a document type; such files are not read.")
        ) from error
    except (ParseError, ValueError) as error:
        raise UnreadableError(
            _("The file is not sound XML: %(error)s") % {"error": error}
        ) from error
    if root.tag != "quiz":
        raise UnreadableError(_("The file is XML, but not a list of questions from Moodle."))
    return root


def _lines(text: str) -> list[int]:
    """Return the line on which each question begins."""
    blanked = NO_TAGS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [blanked.count("\n", 0, match.start()) + 1 for match in QUESTION.finditer(blanked)]


def _item(node: Element, topic: str) -> Item:
    name = node.get("type", "")
    if name not in READERS:
        raise FaultError(_("Questions of the type %(name)s are not taken.") % {"name": name or "?"})
    if node.find(".//file") is not None or "<img" in _text(node.find("questiontext"))[0]:
        raise FaultError(_("The question holds a picture or a file; such questions are not taken."))
    tags = [_text(tag)[0].strip() for tag in node.iterfind("tags/tag")]
    item = READERS[name](node, tags)
    body = item.body or words_of(*_text(node.find("questiontext")))
    explanation = words_of(*_text(node.find("generalfeedback")))
    notes = (*item.notes, *_feedback_notes(node))
    said = replace(item, body=body, explanation=explanation, topic=topic, notes=notes)
    return with_tags(said, tags)


def _feedback_notes(node: Element) -> tuple[str, ...]:
    held = any(_text(row)[0].strip() for row in node.iterfind("answer/feedback"))
    return (_("The feedback on single answers is not kept."),) if held else ()


def _choice(node: Element, tags: list[str]) -> Item:
    del tags
    rows = [(_line(answer), _fraction(answer)) for answer in node.iterfind("answer")]
    data = choice_data([(text, fraction > 0) for text, fraction in rows])
    if _text_of(node, "single").strip() in ("true", "1"):
        return Item("single", "", data, notes=_partial(rows))
    return Item("multiple", "", data, notes=_unlike_ours(rows))


def _partial(rows: list[tuple[str, float]]) -> tuple[str, ...]:
    odd = any(0 < fraction < WHOLE for _text, fraction in rows)
    return (_("The weights of the options are not kept."),) if odd else ()


def _unlike_ours(rows: list[tuple[str, float]]) -> tuple[str, ...]:
    """Say where a right option does not earn its share, or a wrong one takes none away."""
    rights = sum(fraction > 0 for _text, fraction in rows)
    share = WHOLE / rights if rights else WHOLE
    odd = any(abs(abs(fraction) - share) > ALMOST for _text, fraction in rows)
    return (_("The weights of the options are not kept."),) if odd else ()


def _true_false(node: Element, tags: list[str]) -> Item:
    del tags
    right = [_line(row).casefold() for row in node.iterfind("answer") if _fraction(row) > 0]
    if right not in (["true"], ["false"]):
        raise FaultError(_("It is not said whether the statement is true."))
    return Item("true_false", "", {"correct": right == ["true"]})


def _short_text(node: Element, tags: list[str]) -> Item:
    del tags
    if any(0 < _fraction(row) < WHOLE for row in node.iterfind("answer")):
        raise FaultError(_("An accepted text that earns a part of the points is not taken."))
    texts = [_line(row) for row in node.iterfind("answer") if _fraction(row) > 0]
    if any("*" in text for text in texts):
        raise FaultError(_("An accepted text with a star that stands for any words is not taken."))
    return Item("short_text", "", {"accepted": texts})


def _numeric(node: Element, tags: list[str]) -> Item:
    del tags
    answers = [row for row in node.iterfind("answer") if _fraction(row) > 0]
    if len(answers) != 1:
        raise FaultError(_("A number with more than one right answer is not taken."))
    tolerance = _text_of(answers[0], "tolerance").strip() or "0"
    value = plain_number(_line(answers[0]))
    return Item("numeric", "", {"value": value, "tolerance": plain_number(tolerance)})


def _matching(node: Element, tags: list[str]) -> Item:
    pairs = [(_line(row), _line(row.find("answer"))) for row in node.iterfind("subquestion")]
    if wants_groups(tags):
        return Item("categorise", "", groups_of_pairs(pairs))
    return Item("matching", "", matching_data(pairs))


def _ordering(node: Element, tags: list[str]) -> Item:
    """Read steps; how Moodle grades them is one of ours, or becomes the nearest of ours."""
    del tags
    data = steps_of([_line(row) for row in node.iterfind("answer")])
    grading = _text_of(node, "gradingtype").strip()
    is_whole = grading in ("ALL_OR_NOTHING", "-1")
    return Item("ordering", "", data | ({"scheme": ALL} if is_whole else {}))


def _cloze(node: Element, tags: list[str]) -> Item:
    del tags
    text, form = _text(node.find("questiontext"))
    return read_cloze(text.strip() if form == "markdown" else bare(text, form))


READERS: Final[dict[str, Callable[[Element, list[str]], Item]]] = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
}


def _text(node: Element | None) -> tuple[str, str]:
    """Return the text of a part, and its form."""
    if node is None:
        return "", "html"
    form = node.get("format") or "moodle"
    return (node.findtext("text") or node.text or ""), form


def _line(node: Element | None) -> str:
    return nfc(bare(*_text(node)))


def _text_of(node: Element, name: str) -> str:
    return node.findtext(name) or ""


def _words(node: Element) -> str:
    return bare(_text(node.find("questiontext"))[0], "html") or _text(node.find("name"))[0]


def _fraction(node: Element) -> float:
    try:
        return float(node.get("fraction", "0"))
    except ValueError as error:
        raise FaultError(_("The answers cannot be read.")) from error
