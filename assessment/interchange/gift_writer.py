"""Questions written as GIFT. It has no word for orderings and texts with gaps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _

from assessment.interchange.base import FaultError, Item, category_of, own_tags
from assessment.interchange.groups import pairs_of_groups, pairs_of_matching

SPECIAL: Final = re.compile(r"([~=#{}:\\])")


def write(items: list[Item]) -> tuple[str, list[tuple[Item, str]]]:
    """Return the file, and the questions left out with the reason for each."""
    blocks: list[str] = []
    left_out: list[tuple[Item, str]] = []
    topic = ""
    for item in items:
        try:
            block = _block(item)
        except FaultError as fault:
            left_out.append((item, str(fault)))
            continue
        if item.topic != topic:
            topic = item.topic
            blocks.append(f"$CATEGORY: {category_of(topic)}")
        blocks.append(block)
    return "\n\n".join(blocks) + "\n", left_out


def _block(item: Item) -> str:
    if item.kind not in WRITERS:
        raise FaultError(_("GIFT has no such kind of question; Moodle XML has."))
    answers = WRITERS[item.kind](item)
    tags = "".join(f" [tag:{tag}]" for tag in own_tags(item))
    head = f"//{tags}\n" if tags else ""
    feedback = f"\n####{_safe(item.explanation)}" if item.explanation else ""
    name = _safe(item.excerpt)
    return f"{head}::{name}::[markdown]{_safe(item.body)} {{{answers}{feedback}\n}}"


def _choice(item: Item) -> str:
    right = set(item.data["correct"])
    return "".join(
        f"\n\t{'=' if row['key'] in right else '~'}{_safe(row['text'])}"
        for row in item.data["options"]
    )


def _multiple(item: Item) -> str:
    right = set(item.data["correct"])
    share = f"{100 / len(right):.5f}"
    return "".join(
        f"\n\t~%{'' if row['key'] in right else '-'}{share}%{_safe(row['text'])}"
        for row in item.data["options"]
    )


def _true_false(item: Item) -> str:
    return "TRUE" if item.data["correct"] else "FALSE"


def _short_text(item: Item) -> str:
    if all("->" in text for text in item.data["accepted"]):
        raise FaultError(_("GIFT cannot hold an arrow in an answer; Moodle XML can."))
    return "".join(f"\n\t={_safe(text)}" for text in item.data["accepted"])


def _numeric(item: Item) -> str:
    return f"#{item.data['value']}:{item.data['tolerance']}"


def _matching(item: Item) -> str:
    return _pairs(pairs_of_matching(item.data))


def _categorise(item: Item) -> str:
    return _pairs(pairs_of_groups(item.data))


def _pairs(pairs: list[tuple[str, str]]) -> str:
    if any("->" in text for pair in pairs for text in pair):
        raise FaultError(_("GIFT cannot hold an arrow in an answer; Moodle XML can."))
    return "".join(f"\n\t={_safe(left)} -> {_safe(right)}" for left, right in pairs)


def _safe(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text.replace("\r\n", "\n")).replace("\n", "\\n")


WRITERS: Final[dict[str, Callable[[Item], str]]] = {
    "single": _choice,
    "multiple": _multiple,
    "true_false": _true_false,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "categorise": _categorise,
}
