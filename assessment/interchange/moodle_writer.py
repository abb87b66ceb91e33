"""Questions written as Moodle XML. It has a word for every kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from assessment.interchange.base import Item, category_of, own_tags
from assessment.interchange.embedded import write_cloze
from assessment.interchange.groups import pairs_of_groups, pairs_of_matching
from assessment.kinds.base import ALL

PLAIN: Final = "plain_text"
# What XML cannot hold at all.
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(items: list[Item]) -> tuple[str, list[tuple[Item, str]]]:
    """Return the file; nothing is left out."""
    quiz = Element("quiz")
    topic = ""
    for item in items:
        if item.topic != topic:
            topic = item.topic
            category = SubElement(SubElement(quiz, "question", type="category"), "category")
            SubElement(category, "text").text = category_of(topic)
        _add(quiz, item)
    indent(quiz)
    return tostring(quiz, encoding="unicode", xml_declaration=False) + "\n", []


def _add(quiz: Element, item: Item) -> None:
    name, fill = WRITERS[item.kind]
    node = SubElement(quiz, "question", type=name)
    _part(node, "name", item.excerpt)
    body = write_cloze(item) if item.kind == "cloze" else item.body
    _part(node, "questiontext", body, form="markdown")
    _part(node, "generalfeedback", item.explanation, form="markdown")
    fill(node, item)
    tags = own_tags(item)
    if tags:
        held = SubElement(node, "tags")
        for tag in tags:
            _part(held, "tag", tag)


def _choice(node: Element, item: Item) -> None:
    SubElement(node, "single").text = "true"
    right = set(item.data["correct"])
    for row in item.data["options"]:
        _answer(node, row["text"], "100" if row["key"] in right else "0")


def _multiple(node: Element, item: Item) -> None:
    SubElement(node, "single").text = "false"
    right = set(item.data["correct"])
    share = f"{100 / len(right):.5f}"
    for row in item.data["options"]:
        _answer(node, row["text"], share if row["key"] in right else f"-{share}")


def _true_false(node: Element, item: Item) -> None:
    for text, truth in (("true", True), ("false", False)):
        _answer(node, text, "100" if item.data["correct"] is truth else "0")


def _short_text(node: Element, item: Item) -> None:
    SubElement(node, "usecase").text = "0"
    for text in item.data["accepted"]:
        _answer(node, text, "100")


def _numeric(node: Element, item: Item) -> None:
    answer = _answer(node, item.data["value"], "100")
    SubElement(answer, "tolerance").text = item.data["tolerance"]


def _matching(node: Element, item: Item) -> None:
    _pairs(node, pairs_of_matching(item.data))


def _categorise(node: Element, item: Item) -> None:
    _pairs(node, pairs_of_groups(item.data))


def _pairs(node: Element, pairs: list[tuple[str, str]]) -> None:
    SubElement(node, "shuffleanswers").text = "true"
    for left, right in pairs:
        row = _part(node, "subquestion", left, form=PLAIN)
        _part(row, "answer", right)


def _ordering(node: Element, item: Item) -> None:
    SubElement(node, "layouttype").text = "VERTICAL"
    SubElement(node, "selecttype").text = "ALL"
    is_whole = item.data.get("scheme") == ALL
    SubElement(node, "gradingtype").text = (
        "ALL_OR_NOTHING" if is_whole else "RELATIVE_NEXT_EXCLUDE_LAST"
    )
    for row in item.data["items"]:
        _answer(node, row["text"], "1.0000000")


def _cloze(node: Element, item: Item) -> None:
    """Add nothing: the gaps stand in the text."""


WRITERS: Final[dict[str, tuple[str, Callable[[Element, Item], None]]]] = {
    "single": ("multichoice", _choice),
    "multiple": ("multichoice", _multiple),
    "true_false": ("truefalse", _true_false),
    "short_text": ("shortanswer", _short_text),
    "numeric": ("numerical", _numeric),
    "matching": ("matching", _matching),
    "categorise": ("matching", _categorise),
    "ordering": ("ordering", _ordering),
    "cloze": ("cloze", _cloze),
}


def _part(node: Element, name: str, text: str, *, form: str = "") -> Element:
    part = SubElement(node, name, {"format": form} if form else {})
    SubElement(part, "text").text = CONTROL.sub("", text)
    return part


def _answer(node: Element, text: str, fraction: str) -> Element:
    answer = _part(node, "answer", text, form=PLAIN)
    answer.set("fraction", fraction)
    return answer
