"""What every format shares: what is read, what is refused, and how large a file may be."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import nh3
from django.utils.translation import gettext as _

from assessment.kinds import Data, question_kinds
from assessment.kinds.base import key_of
from lms.text import nfc

# A page carries the file from the dry run to the writing, so it stays small; 500 KB hold some
# two thousand questions of text.
BYTES_AT_MOST: Final = 500_000
# One request writes them, each with its line in the audit log: about three seconds.
QUESTIONS_AT_MOST: Final = 300
# What the forms of the studio take: a question that was read can be edited.
BODY_AT_MOST: Final = 4000
TEXT_AT_MOST: Final = 500
TOPIC_AT_MOST: Final = 120
EXCERPT: Final = 80

OWN: Final = "lms:"  # tags that carry what another system has no word for
SPECIAL: Final = re.compile(r"([\\`*_\[\]<])")
BREAKS: Final = re.compile(r"</(?:p|div|li|h\d|tr|ul|ol|pre)>|<br\s*/?>", re.IGNORECASE)


class UnreadableError(Exception):
    """The whole file is refused; the sentence says why."""


class FaultError(Exception):
    """One question is left out; the sentence says why."""


@dataclass(frozen=True)
class Item:
    """A question, free of any system."""

    kind: str
    body: str
    data: Data
    explanation: str = ""
    topic: str = ""
    language: str = "vi"
    line: int = 0
    notes: tuple[str, ...] = ()

    @property
    def excerpt(self) -> str:
        """Return the first words, for a list."""
        return excerpt(self.body)

    @property
    def content(self) -> str:
        """Return what makes two questions the same: words and key, not the keys of options."""
        owner = question_kinds[self.kind]
        told = owner.key(self.data)
        shown = owner.public(self.data, owner.option_keys(self.data))
        facts = [
            self.kind,
            nfc(self.body),
            told if owner.key_is_ordered else sorted(told),
            sorted(_texts(shown)),
            owner.scheme(self.data),
            self.language,
        ]
        return json.dumps(facts, ensure_ascii=False)


@dataclass(frozen=True)
class Skipped:
    """A question of a file that is not taken."""

    line: int
    words: str
    reason: str


@dataclass
class Read:
    """What a file holds."""

    items: list[Item] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def take(self, line: int, words: str, make: Callable[[], Item | None]) -> None:
        """Add what is made, or why it cannot be."""
        if len(self.items) + len(self.skipped) >= QUESTIONS_AT_MOST:
            raise UnreadableError(
                _("The file has more than %(most)s questions: import it in parts.")
                % {"most": QUESTIONS_AT_MOST}
            )
        try:
            made = make()
            if made is not None:
                self.items.append(checked(replace(made, line=line)))
        except FaultError as fault:
            self.skipped.append(Skipped(line, excerpt(words), str(fault)))


def checked(item: Item) -> Item:
    """Return the item if the studio would take it."""
    if not item.body.strip():
        raise FaultError(_("The question has no words."))
    if max(len(item.body), len(item.explanation)) > BODY_AT_MOST:
        raise FaultError(_("The text has more than %(most)s characters.") % {"most": BODY_AT_MOST})
    if any(len(text) > TEXT_AT_MOST for text in _strings(item.data) if item.kind != "cloze"):
        raise FaultError(_("An answer has more than %(most)s characters.") % {"most": TEXT_AT_MOST})
    faults = question_kinds[item.kind].validate(item.data)
    if faults:
        raise FaultError(" ".join(faults))
    return replace(item, topic=item.topic[:TOPIC_AT_MOST])


def decoded(content: bytes) -> str:
    """Return the text of a file, whatever its line ends."""
    if len(content) > BYTES_AT_MOST:
        raise UnreadableError(
            _("The file is larger than %(most)s KB: import it in parts.")
            % {"most": BYTES_AT_MOST // 1000}
        )
    code = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(code)
    except UnicodeDecodeError as error:
        raise UnreadableError(_("The file is not in UTF-8: save it again in that code.")) from error
    if "\0" in text:
        raise UnreadableError(_("The file is not a text."))
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def words_of(text: str, form: str) -> str:
    """Return a text as the Markdown our questions are written in."""
    if form == "markdown":
        return text.strip()
    return SPECIAL.sub(r"\\\1", bare(text, form))


def bare(text: str, form: str) -> str:
    """Return a text without markup, its paragraphs apart."""
    if form != "html":
        return text.strip()
    parts = BREAKS.sub("\n", text).split("\n")
    return "\n\n".join(words for part in parts if (words := _without_tags(part)))


def _without_tags(markup: str) -> str:
    return nfc(html.unescape(nh3.clean(markup, tags=set())))


def choice_data(options: list[tuple[str, bool]]) -> Data:
    """Return the stored form of options, each right or wrong."""
    rows = [{"key": key_of(text), "text": text} for text, _is_right in options]
    return {"options": rows, "correct": [key_of(text) for text, is_right in options if is_right]}


def matching_data(pairs: Iterable[tuple[str, str]]) -> Data:
    """Return the stored form of pairs; an empty left side makes a partner of none."""
    rows = list(pairs)
    return {
        "pairs": [
            {"key": key_of(f"<{left}"), "left": left, "right_key": key_of(right), "right": right}
            for left, right in rows
            if left
        ],
        "distractors": [
            {"key": key_of(right), "text": right} for left, right in rows if not left and right
        ],
    }


def topic_of(path: str) -> str:
    """Return the last part of a category: `$course$/top/Luật` is Luật; `//` is a slash."""
    last = path.strip().replace("//", "\0").split("/")[-1].replace("\0", "/").strip()
    return "" if last == "top" or last.startswith("$") else last


def category_of(topic: str) -> str:
    """Return the category that stands for a topic."""
    return topic.replace("/", "//") if topic else "top"


def own_tags(item: Item) -> list[str]:
    """Return the tags that carry what the format has no word for."""
    tags = [f"{OWN}scheme={item.data['scheme']}"] if "scheme" in item.data else []
    if item.language != "vi":
        tags.append(f"{OWN}language={item.language}")
    return [*tags, f"{OWN}kind={item.kind}"] if item.kind == "categorise" else tags


def with_tags(item: Item, tags: Iterable[str]) -> Item:
    """Return the item with what our own tags say of it."""
    said = dict(tag.removeprefix(OWN).split("=", 1) for tag in tags if _is_own(tag))
    if "scheme" in said:
        item = replace(item, data=item.data | {"scheme": said["scheme"]})
    if said.get("language") in ("vi", "en"):
        item = replace(item, language=said["language"])
    return item


def wants_groups(tags: Iterable[str]) -> bool:
    """Return whether pairs stand for a grouping."""
    return f"{OWN}kind=categorise" in tags


def excerpt(text: str) -> str:
    """Return the first words of a text."""
    words = nfc(text)
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"


def _is_own(tag: str) -> bool:
    return tag.startswith(OWN) and "=" in tag


def _texts(shown: Any) -> Iterator[str]:
    """Return the words a learner reads, wherever they stand."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name == "text":
                yield nfc(value)
            else:
                yield from _texts(value)
    elif isinstance(shown, list):
        for one in shown:
            yield from _texts(one)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
