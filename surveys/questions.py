"""The questions of a survey: written one a line, read once, never changed after publishing.

`# Tiêu chí` begins a criterion. `[1-10] Chỉ báo | lowest | highest` is marked 1 to 10,
`[chọn] Câu hỏi | một | hai` is chosen from, `[chữ] Câu hỏi` is answered in words. Criterion and
indicator (tiêu chí, chỉ báo): circular 10/2017/TT-BNV.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from lms.text import fold, nfc

AT_MOST: Final = 60
LINE: Final = re.compile(r"\A\[\s*(?P<kind>[^\]]+?)\s*\]\s*(?P<rest>.+)\Z")
LOWEST, HIGHEST = 1, 10
OPTIONS_AT_LEAST: Final = 2
LENGTH: Final = 300
KEY_LENGTH: Final = 80


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    CHOICE = "choice"
    WORDS = "words"


NAMES: Final = {
    "1-10": Kind.SCALE,
    "chon": Kind.CHOICE,
    "choice": Kind.CHOICE,
    "chu": Kind.WORDS,
    "text": Kind.WORDS,
}
SHOWN: Final = {Kind.SCALE: "1-10", Kind.CHOICE: "chọn", Kind.WORDS: "chữ"}


@dataclass(frozen=True)
class Question:
    """One question; `options` of a scale are the words of its two ends, if any."""

    key: str
    kind: str
    text: str
    criterion: str = ""
    options: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[str, str]:
        """Return the words of the lowest and the highest mark."""
        low, high = [*self.options, "", ""][:2]
        return low, high

    @property
    def is_indicator(self) -> bool:
        """Return whether a form counts as blank there: words are always free to give."""
        return self.kind != Kind.WORDS

    def takes(self, value: object) -> bool:
        """Return whether a value answers the question."""
        if self.kind == Kind.SCALE:
            return isinstance(value, int) and LOWEST <= value <= HIGHEST
        if self.kind == Kind.CHOICE:
            return value in self.options
        return isinstance(value, str) and bool(value.strip())


class UnreadableError(ValueError):
    """Lines that are no survey; the sentences name them."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def stored(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Return the questions as plain data."""
    return [asdict(question) for question in questions]


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Return the questions that were stored."""
    return tuple(Question(**{**row, "options": tuple(row["options"])}) for row in rows)


def as_text(questions: Iterable[Question]) -> str:
    """Return the questions as an author writes them."""
    lines, criterion = [], ""
    for question in questions:
        if question.criterion != criterion:
            criterion = question.criterion
            lines += ["", f"# {criterion}"]
        head = f"[{SHOWN[Kind(question.kind)]}] {question.text}"
        lines.append(" | ".join([head, *question.options]))
    return "\n".join(lines).strip()


def from_text(text: str) -> tuple[Question, ...]:
    """Return the questions that lines describe. Raises `UnreadableError` with every fault."""
    found: list[Question] = []
    faults: list[str] = []
    criterion = ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = nfc(line).strip()
        if words.startswith("#"):
            criterion = words.lstrip("# ")[:LENGTH]
        elif words:
            try:
                found.append(_question(words, criterion, {row.key for row in found}))
            except ValueError as error:
                faults.append(_("Line %(n)s: %(why)s") % {"n": number, "why": error})
    if not found and not faults:
        faults.append(_("The survey has no question."))
    if len(found) > AT_MOST:
        faults.append(_("A survey has at most %(n)s questions.") % {"n": AT_MOST})
    if faults:
        raise UnreadableError(faults)
    return tuple(found)


def _question(words: str, criterion: str, taken: set[str]) -> Question:
    line = LINE.match(words)
    kind = NAMES.get(fold(line["kind"])) if line else None
    if line is None or kind is None:
        raise ValueError(_("begin with [1-10], [chọn] or [chữ]."))
    text, *options = [part.strip() for part in line["rest"].split("|")]
    if not text or len(text) > LENGTH:
        raise ValueError(_("the question needs words, %(n)s letters at most.") % {"n": LENGTH})
    if not all(options) or len(set(options)) < len(options):
        raise ValueError(_("an answer is empty or there twice."))
    if kind == Kind.CHOICE and len(options) < OPTIONS_AT_LEAST:
        raise ValueError(_("a choice needs two answers, each after a |."))
    if kind == Kind.WORDS and options:
        raise ValueError(_("a question answered in words has no answers to choose."))
    if kind == Kind.SCALE and len(options) > len((LOWEST, HIGHEST)):
        raise ValueError(_("a scale has words for its two ends alone."))
    key = _key(f"{criterion} {text}")
    if key in taken:
        raise ValueError(_("this question is there already."))
    return Question(key, kind, text, criterion, tuple(options))


def _key(words: str) -> str:
    """Return the key that the same words always have; long ones that begin alike differ."""
    found = slugify(fold(words))
    if found and len(found) <= KEY_LENGTH:
        return found
    digest = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"{found[: KEY_LENGTH - 13]}-{digest}"
