"""The gaps of a cloze as Moodle writes them: `{1:SHORTANSWER:=Hà Nội~=Thăng Long}`."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from assessment.interchange.base import FaultError, Item
from assessment.kinds import Data
from assessment.kinds.base import key_of
from assessment.kinds.gaps import CHOICE, NUMBER, TEXT, pieces_of, written
from assessment.kinds.numeric import plain_number
from lms.text import nfc

GAP: Final = re.compile(r"(?<!\\)\{(\d*):([A-Z_]+):((?:\\.|[^\\}])*)\}")
ANSWERS: Final = re.compile(r"(?<!\\)~")
WEIGHT: Final = re.compile(r"^(?:=|%100(?:\.0+)?%)")
PART: Final = re.compile(r"^%-?[\d.]+%")
NOTE: Final = re.compile(r"(?<!\\)#.*$", re.DOTALL)
ESCAPED: Final = re.compile(r"\\(.)")
SPECIAL: Final = re.compile(r"([\\~#}/\"])")
# Between what is asked and the text with gaps: a line of its own, a rule in Markdown.
RULE: Final = "\n\n* * *\n\n"
TYPES: Final = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"), TEXT),
    **dict.fromkeys(("NUMERICAL", "NM"), NUMBER),
    **dict.fromkeys(("MULTICHOICE", "MC", "MULTICHOICE_S", "MCS"), CHOICE),
    **dict.fromkeys(("MULTICHOICE_V", "MCV", "MULTICHOICE_VS", "MCVS"), CHOICE),
    **dict.fromkeys(("MULTICHOICE_H", "MCH", "MULTICHOICE_HS", "MCHS"), CHOICE),
}
NAMES: Final = {TEXT: "SHORTANSWER", NUMBER: "NUMERICAL", CHOICE: "MULTICHOICE"}


def read_cloze(text: str) -> Item:
    """Return the question; what stands above the rule is what is asked."""
    asked, rule, rest = text.partition(RULE)
    if not rule or GAP.search(asked):
        asked, rest = _("Fill the gaps in the text."), text
    pieces: list[Data] = []
    weights = set()
    last = 0
    for number, match in enumerate(GAP.finditer(rest), start=1):
        pieces += [{"text": rest[last : match.start()]}, _gap(match, f"g{number}")]
        weights.add(match[1] or "1")
        last = match.end()
    pieces = [row for row in [*pieces, {"text": rest[last:]}] if row.get("text") != ""]
    if pieces_of(written(pieces)) != pieces:
        raise FaultError(_("A gap holds signs that our text with gaps has another use for."))
    notes = (_("The weights of the gaps are not kept."),) if len(weights) > 1 else ()
    return Item("cloze", asked, {"pieces": pieces}, notes=notes)


def write_cloze(item: Item) -> str:
    """Return what is asked, a rule, and the text with its gaps."""
    pieces = (_written(row) if "gap" in row else row["text"] for row in item.data["pieces"])
    return f"{item.body}{RULE}{''.join(pieces)}"


def _gap(match: re.Match[str], key: str) -> Data:
    kind = TYPES.get(match[2])
    if kind is None:
        raise FaultError(_("Gaps of the type %(name)s are not taken.") % {"name": match[2]})
    answers = ANSWERS.split(match[3])
    rights = [_text(row) for row in answers if WEIGHT.match(row)]
    if not rights or (kind != CHOICE and len(rights) != len(answers)):
        raise FaultError(
            _("A gap has an answer that earns a part of the points, or none is right.")
        )
    if kind == NUMBER:
        return _number(key, rights)
    if kind == TEXT:
        return {"gap": key, "type": TEXT, "accepted": rights}
    return _choice(key, [_text(row) for row in answers], rights)


def _number(key: str, rights: list[str]) -> Data:
    if len(rights) != 1:
        raise FaultError(_("A number with more than one right answer is not taken."))
    value, _mark, tolerance = rights[0].partition(":")
    spread = plain_number(tolerance or "0")
    return {"gap": key, "type": NUMBER, "value": plain_number(value), "tolerance": spread}


def _choice(key: str, texts: list[str], rights: list[str]) -> Data:
    if len(rights) != 1:
        raise FaultError(_("A choice in a gap has one right option."))
    # The right one comes first, as our authors write it; it is shown in an order drawn by lot.
    ordered = [rights[0], *(text for text in texts if text != rights[0])]
    options: list[dict[str, Any]] = [
        {"key": key_of(f"{key}<{text}"), "text": text} for text in ordered
    ]
    return {"gap": key, "type": CHOICE, "options": options, "correct": options[0]["key"]}


def _text(answer: str) -> str:
    bare = NOTE.sub("", PART.sub("", WEIGHT.sub("", answer)))
    return nfc(ESCAPED.sub(r"\1", bare))


def _written(gap: Data) -> str:
    if gap["type"] == NUMBER:
        answers = [f"={gap['value']}:{gap['tolerance']}"]
    elif gap["type"] == TEXT:
        answers = [f"={_safe(text)}" for text in gap["accepted"]]
    else:
        answers = [
            f"{'=' if row['key'] == gap['correct'] else ''}{_safe(row['text'])}"
            for row in gap["options"]
        ]
    return f"{{1:{NAMES[gap['type']]}:{'~'.join(answers)}}}"


def _safe(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text)
