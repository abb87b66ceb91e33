"""GIFT: a question, then its answers in braces; a blank line ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from assessment.interchange.base import (
    FaultError,
    Item,
    Read,
    bare,
    choice_data,
    matching_data,
    topic_of,
    wants_groups,
    with_tags,
    words_of,
)
from assessment.interchange.groups import groups_of_pairs
from assessment.kinds import Data
from assessment.kinds.numeric import plain_number
from lms.text import nfc

# An escaped sign is held apart under a letter of the private area until all is split.
ESCAPABLE: Final = "~=#{}:\\"
HELD: Final = {sign: chr(0xE000 + place) for place, sign in enumerate(ESCAPABLE)}
ESCAPED: Final = re.compile(r"\\([~=#{}:\\])")
TITLE: Final = re.compile(r"^::(.*?)::", re.DOTALL)
FORM: Final = re.compile(r"^\[(html|moodle|plain|markdown)\]")
TAG: Final = re.compile(r"\[tag:([^\]]+)\]")
TRUTH: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}
ANSWER: Final = re.compile(r"([=~])((?:[^=~])*)")
WEIGHT: Final = re.compile(r"^%(-?[\d.,]+)%")
RANGE: Final = re.compile(r"^(.+)\.\.(.+)$")
WHOLE: Final = 100.0


@dataclass(frozen=True)
class Answer:
    """One answer in braces."""

    is_equal: bool
    weight: float | None
    text: str
    has_feedback: bool


def read(text: str) -> Read:
    """Return the questions, each under the category above it."""
    found, topic = Read(), ""
    for number, lines in _blocks(text):
        words = [line for line in lines if not line.lstrip().startswith("//")]
        tags = tuple(tag for line in lines if line not in words for tag in TAG.findall(line))
        start = number + next((n for n, line in enumerate(lines) if line in words), 0)
        while words and words[0].startswith("$CATEGORY:"):
            topic = topic_of(words.pop(0).removeprefix("$CATEGORY:"))
            start += 1
        if words:
            block = "\n".join(words).strip()
            found.take(start, block, _maker(block, topic, tags))
    return found


def _maker(block: str, topic: str, tags: tuple[str, ...]) -> Callable[[], Item]:
    return lambda: replace(_item(block, tags), topic=topic)


def _blocks(text: str) -> list[tuple[int, list[str]]]:
    """Return the runs of lines between blank ones, each with its first line's number."""
    blocks: list[tuple[int, list[str]]] = []
    is_open = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not is_open:
            blocks.append((number, []))
        if line.strip():
            blocks[-1][1].append(line)
        is_open = bool(line.strip())
    return blocks


def _item(block: str, tags: tuple[str, ...]) -> Item:
    held = TITLE.sub("", ESCAPED.sub(lambda match: HELD[match[1]], block)).strip()
    if "{" not in held or "}" not in held:
        raise FaultError(_("There are no answers in braces."))
    before, rest = held.split("{", 1)
    inside, after = rest.split("}", 1)
    form = FORM.match(before)
    kind_of_text = form[1] if form else "moodle"
    blank = f" _____ {after.strip()}" if after.strip() else ""
    body = _free(FORM.sub("", before).strip() + blank)
    inside, _mark, explanation = inside.partition("####")
    item = _answered(inside.strip(), tags)
    return with_tags(
        replace(
            item,
            body=words_of(body, kind_of_text),
            explanation=words_of(_free(explanation), kind_of_text),
            data=_bare_data(item, kind_of_text),
        ),
        tags,
    )


def _bare_data(item: Item, form: str) -> Data:
    """Return the data with options freed of HTML, where the question is HTML."""
    if form != "html" or item.kind not in ("single", "multiple"):
        return item.data
    right = set(item.data["correct"])
    rows = [(bare(row["text"], form), row["key"] in right) for row in item.data["options"]]
    return choice_data(rows)


def _answered(inside: str, tags: tuple[str, ...]) -> Item:
    if not inside:
        raise FaultError(_("Questions of the type %(name)s are not taken.") % {"name": "essay"})
    if inside.startswith("#"):
        return Item("numeric", "", _number(inside[1:].strip()))
    truth = TRUTH.get(inside.split("#", maxsplit=1)[0].strip().upper())
    if truth is not None:
        notes = (_feedback_note(),) if "#" in inside else ()
        return Item("true_false", "", {"correct": truth}, notes=notes)
    answers = [_answer(match) for match in ANSWER.finditer(inside)]
    if not answers or ANSWER.sub("", inside).strip():
        raise FaultError(_("The answers in braces cannot be read."))
    notes = (_feedback_note(),) if any(row.has_feedback for row in answers) else ()
    return replace(_of_answers(answers, tags), notes=notes)


def _of_answers(answers: list[Answer], tags: tuple[str, ...]) -> Item:
    if all(row.is_equal and "->" in row.text for row in answers):
        pairs = [_pair(row.text) for row in answers]
        if wants_groups(tags):
            return Item("categorise", "", groups_of_pairs(pairs))
        return Item("matching", "", matching_data(pairs))
    texts = [_free(row.text) for row in answers]
    if all(row.is_equal for row in answers):
        if any(row.weight not in (None, WHOLE) for row in answers):
            raise FaultError(_("An accepted text that earns a part of the points is not taken."))
        return Item("short_text", "", {"accepted": texts})
    rights = [row.is_equal or (row.weight or 0) > 0 for row in answers]
    weighed = any(row.weight not in (None, WHOLE) for row in answers)
    kind = "multiple" if weighed or sum(rights) > 1 else "single"
    return Item(kind, "", choice_data(list(zip(texts, rights, strict=True))))


def _answer(match: re.Match[str]) -> Answer:
    text, mark, _feedback = match[2].strip().partition("#")
    weight = WEIGHT.match(text)
    return Answer(
        is_equal=match[1] == "=",
        weight=_weight(weight[1]) if weight else None,
        text=WEIGHT.sub("", text).strip(),
        has_feedback=bool(mark),
    )


def _weight(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise FaultError(_("The answers in braces cannot be read.")) from error


def _number(text: str) -> Data:
    answers = [row for row in text.split("=") if row.strip()]
    if len(answers) != 1 or "%" in text:
        raise FaultError(_("A number with more than one right answer is not taken."))
    bare_text = _free(answers[0].split("#")[0]).strip()
    between = RANGE.match(bare_text)
    if between:
        return _middle(between[1], between[2])
    value, _mark, tolerance = bare_text.partition(":")
    return {"value": plain_number(value), "tolerance": plain_number(tolerance or "0")}


def _middle(low: str, high: str) -> Data:
    """Return the number amid two others."""
    try:
        first, last = Decimal(low.strip()), Decimal(high.strip())
    except InvalidOperation as error:
        raise FaultError(_("The right answer is not a number.")) from error
    half = (last - first) / 2
    return {"value": format(first + half, "f"), "tolerance": format(half, "f")}


def _pair(text: str) -> tuple[str, str]:
    left, _arrow, right = text.partition("->")
    return nfc(_free(left)), nfc(_free(right))


def _free(text: str) -> str:
    """Return the text with the signs that were held apart, and its line ends."""
    text = text.replace("\\n", "\n")
    for sign, letter in HELD.items():
        text = text.replace(letter, sign)
    return text.strip()


def _feedback_note() -> str:
    return _("The feedback on single answers is not kept.")
