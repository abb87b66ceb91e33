"""The text of a cloze as its author writes it, and the pieces it is stored as.

    Thủ đô là [[Hà Nội|Thăng Long]].       typed words; each spelling between bars is right
    Thành phố có [[#168]] phường, xã.      a number; with a tolerance: [[#3,5 ± 0,1]]
    Luật [[?được|không được]] sửa đổi.     a choice; the first is right, the others are not

The order in which a choice is offered is drawn by lot.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from assessment.kinds.base import Data, key_of
from assessment.kinds.numeric import number_faults, plain_number
from lms.text import fold, nfc

GAPS_AT_MOST: Final = 20
CHOICES_AT_MOST: Final = 8
TEXT, NUMBER, CHOICE = "text", "number", "choice"
GAP: Final = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
TOLERANCE: Final = re.compile(r"±|\+/-|\+-")


def pieces_of(source: str) -> list[Data]:
    """Return the pieces of a written text: words and gaps, in turn."""
    pieces: list[Data] = []
    for n, part in enumerate(GAP.split(source.replace("\r\n", "\n").strip())):
        if n % 2:
            pieces.append(gap_of(part, f"g{n // 2 + 1}"))
        elif part:
            pieces.append({"text": part})
    return pieces


def written(pieces: list[Data]) -> str:
    """Return the text that gives these pieces."""
    return "".join(f"[[{inside(row)}]]" if "gap" in row else row["text"] for row in pieces)


def gap_faults(gap: Data) -> list[str]:
    """Return what is wrong with a gap."""
    if gap["type"] == NUMBER:
        return number_faults(gap["value"], gap["tolerance"])
    if gap["type"] == CHOICE:
        return _choice_faults(gap)
    return [] if any(fold(text) for text in gap["accepted"]) else [_("No right answer is given.")]


def _choice_faults(gap: Data) -> list[str]:
    texts = {row["text"].casefold() for row in gap["options"]}
    if len(texts) != len(gap["options"]):
        return [_("Two options are the same.")]
    if not 2 <= len(texts) <= CHOICES_AT_MOST:  # noqa: PLR2004 - a choice is between two
        return [_("A choice has 2 to %(most)s options.") % {"most": CHOICES_AT_MOST}]
    known = gap["correct"] in {row["key"] for row in gap["options"]}
    return [] if known and "" not in texts else [_("No option is marked as right.")]


def gap_of(inner: str, key: str) -> Data:
    """Return the gap that stands so between its brackets."""
    gap: dict[str, Any] = {"gap": key}
    if inner.startswith("#"):
        value, *rest = TOLERANCE.split(inner[1:], maxsplit=1)
        tolerance = plain_number(rest[0]) if rest else "0"
        return gap | {"type": NUMBER, "value": plain_number(value), "tolerance": tolerance}
    texts = [nfc(text) for text in inner.removeprefix("?").split("|")]
    if inner.startswith("?"):
        options = [{"key": key_of(f"{key}<{text}"), "text": text} for text in texts]
        return gap | {"type": CHOICE, "options": options, "correct": options[0]["key"]}
    return gap | {"type": TEXT, "accepted": [text for text in texts if text]}


def inside(gap: Data) -> str:
    """Return what stands between the brackets of a gap."""
    if gap["type"] == NUMBER:
        spread = f" ± {gap['tolerance']}" if gap["tolerance"] != "0" else ""
        return f"#{gap['value']}{spread}".replace(".", ",")
    if gap["type"] == CHOICE:
        first = [row["text"] for row in gap["options"] if row["key"] == gap["correct"]]
        others = [row["text"] for row in gap["options"] if row["key"] != gap["correct"]]
        return "?" + "|".join([*first, *others])
    return "|".join(gap["accepted"])
