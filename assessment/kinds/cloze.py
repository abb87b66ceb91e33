"""A text with gaps; how it is written stands in `assessment/kinds/gaps.py`."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    ALL,
    PARTS,
    TEXT_AT_MOST,
    Data,
    Kind,
    Posted,
    Response,
    SchemeForm,
    in_order,
    said_map,
)
from assessment.kinds.gaps import CHOICE, GAPS_AT_MOST, NUMBER, gap_faults, pieces_of, written
from assessment.kinds.numeric import DIGITS_AT_MOST, is_near, told_number
from assessment.kinds.short_text import is_accepted
from lms.text import nfc


class ClozeForm(SchemeForm):
    """The text with its gaps."""

    text = forms.CharField(
        label=gettext_lazy("Text with gaps"),
        widget=forms.Textarea({"rows": 6}),
        max_length=6000,
        required=False,
        help_text=gettext_lazy(
            "[[Hanoi|Ha Noi]] is a gap for words, each spelling is right; [[#3.5 ± 0.1]] one for a"
            " number; [[?right|wrong|wrong]] a choice whose first option is right."
        ),
    )

    def read(self, stored: Data) -> Data:
        """Return the text as it was written."""
        return {
            "text": written(stored.get("pieces", [])),
            "scheme": stored.get("scheme", PARTS),
        }

    def data_of_fields(self) -> Data:
        """Return the pieces of the text."""
        return self.with_scheme({"pieces": pieces_of(self.cleaned_data["text"])})


class ClozeKind(Kind):
    """Each gap filled rightly earns its share, or all or nothing."""

    code = "cloze"
    label: ClassVar[str | Promise] = gettext_lazy("Text with gaps")
    hint: ClassVar[str | Promise] = gettext_lazy("Fill each gap.")
    form_class = ClozeForm
    schemes = (PARTS, ALL)
    is_always_drawn = True
    key_is_ordered = True

    def validate(self, data: Data) -> list[str]:
        """Ask for a gap, and for each gap's right answer."""
        gaps = gaps_in(data)
        found = []
        if not 1 <= len(gaps) <= GAPS_AT_MOST:
            found.append(_("The text has 1 to %(most)s gaps.") % {"most": GAPS_AT_MOST})
        for n, gap in enumerate(gaps, start=1):
            faults = gap_faults(gap)
            found += [_("Gap %(n)s: %(fault)s") % {"n": n, "fault": fault} for fault in faults]
        return [*found, *self.scheme_faults(data)]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give a share for each gap that is right."""
        said, gaps = said_map(response, "gaps"), gaps_in(data)
        right = sum(_is_right(gap, said.get(gap["gap"])) for gap in gaps)
        return self.summed(data, right, len(gaps))

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys of what the choices offer, in an order that says nothing."""
        rows = [row for gap in gaps_in(data) for row in gap.get("options", [])]
        return sorted(row["key"] for row in rows)

    def public(self, data: Data, order: list[str]) -> Data:
        """Return the text with empty gaps."""
        return {"pieces": [_public(row, order, n) for n, row in _numbered(data)]}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return what stands in each gap that is filled."""
        said = {gap["gap"]: _parse(gap, posted.one(f"gap_{gap['gap']}")) for gap in gaps_in(data)}
        filled = {key: text for key, text in said.items() if text}
        return {"gaps": filled} if filled else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return what stands in each gap, by its number."""
        said = said_map(response, "gaps")
        told = [(n, _told(gap, said.get(gap["gap"]))) for n, gap in enumerate(gaps_in(data), 1)]
        return [f"({n}) {text}" for n, text in told if text]

    def key(self, data: Data) -> list[str]:
        """Return what belongs into each gap, by its number."""
        return [f"({n}) {_key(gap)}" for n, gap in enumerate(gaps_in(data), start=1)]


def gaps_in(data: Data) -> list[Data]:
    """Return the gaps of a text, in order."""
    return [row for row in data.get("pieces", []) if "gap" in row]


def _numbered(data: Data) -> list[tuple[int, Data]]:
    """Return the pieces, each with the number of the gap it is or follows."""
    n, rows = 0, []
    for row in data["pieces"]:
        n += "gap" in row
        rows.append((n, row))
    return rows


def _public(piece: Data, order: list[str], number: int) -> Data:
    if "gap" not in piece:
        return {"text": piece["text"]}
    shown = {"gap": piece["gap"], "type": piece["type"], "number": number}
    if piece["type"] == CHOICE:
        neutral = sorted(piece["options"], key=lambda row: str(row["key"]))
        return shown | {"options": in_order([dict(row) for row in neutral], order)}
    longest = DIGITS_AT_MOST if piece["type"] == NUMBER else TEXT_AT_MOST
    return shown | {"max_length": longest}


def _parse(gap: Data, said: str) -> str:
    if gap["type"] == CHOICE:
        return said if said in {row["key"] for row in gap["options"]} else ""
    return nfc(said)[: DIGITS_AT_MOST if gap["type"] == NUMBER else TEXT_AT_MOST]


def _is_right(gap: Data, said: object) -> bool:
    if not isinstance(said, str):
        return False
    if gap["type"] == CHOICE:
        return bool(said == gap["correct"])
    if gap["type"] == NUMBER:
        return is_near(said, gap["value"], gap["tolerance"])
    return is_accepted(said, gap["accepted"])


def _told(gap: Data, said: object) -> str:
    if not isinstance(said, str):
        return ""
    if gap["type"] == CHOICE:
        return next((row["text"] for row in gap["options"] if row["key"] == said), "")
    return said


def _key(gap: Data) -> str:
    if gap["type"] == CHOICE:
        return _told(gap, gap["correct"])
    if gap["type"] == NUMBER:
        return told_number(gap["value"], gap["tolerance"])
    return " / ".join(gap["accepted"])
