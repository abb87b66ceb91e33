"""Things on the left, each with its partner on the right."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    ALL,
    PARTS,
    Data,
    Kind,
    Posted,
    Response,
    SchemeForm,
    in_order,
    lines_of,
    new_key,
    said_map,
)
from lms.text import nfc

PAIRS_AT_MOST: Final = 8


class MatchingForm(SchemeForm):
    """Pairs, and words on the right that belong to none."""

    template_name = "assessment/studio/_pairs.html"
    distractors = forms.CharField(
        label=gettext_lazy("Further words on the right, one per line"),
        widget=forms.Textarea({"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, PAIRS_AT_MOST + 1):
            for side, label in (("left", _("Left %(n)s")), ("right", _("Right %(n)s"))):
                self.fields[f"{side}_{n}"] = forms.CharField(
                    label=label % {"n": n}, max_length=300, required=False
                )

    def read(self, stored: Data) -> Data:
        """Return the pairs in the order they were written."""
        values: Data = {
            "distractors": "\n".join(row["text"] for row in stored.get("distractors", [])),
            "scheme": stored.get("scheme", PARTS),
        }
        for n, pair in enumerate(stored.get("pairs", []), start=1):
            values[f"left_{n}"], values[f"right_{n}"] = pair["left"], pair["right"]
        return values

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields in pairs, for the template."""
        numbers = range(1, PAIRS_AT_MOST + 1)
        return [(self[f"left_{n}"], self[f"right_{n}"]) for n in numbers]

    def data_of_fields(self) -> Data:
        """Return the pairs; words that stay the same keep their keys."""
        keys = _Keys(self.stored)
        pairs = []
        for n in range(1, PAIRS_AT_MOST + 1):
            left, right = (nfc(self.cleaned_data[f"{side}_{n}"]) for side in ("left", "right"))
            if left or right:
                pairs.append(
                    {
                        "key": keys.of("left", left),
                        "left": left,
                        "right_key": keys.of("right", right),
                        "right": right,
                    }
                )
        lines = lines_of(self.cleaned_data["distractors"])
        others = [{"key": keys.of("right", line), "text": line} for line in lines]
        return self.with_scheme({"pairs": pairs, "distractors": others})


class MatchingKind(Kind):
    """Each pair that is right earns its share."""

    code = "matching"
    label: ClassVar[str | Promise] = gettext_lazy("Matching")
    hint: ClassVar[str | Promise] = gettext_lazy("Choose a partner for each line.")
    form_class = MatchingForm
    schemes = (PARTS, ALL)
    is_always_drawn = True

    def validate(self, data: Data) -> list[str]:
        """Ask for two whole pairs, each left side once."""
        pairs = data.get("pairs", [])
        found = []
        if len(pairs) < 2:  # noqa: PLR2004 - one pair asks nothing
            found.append(_("A matching needs two pairs or more."))
        if any(not pair["left"] or not pair["right"] for pair in pairs):
            found.append(_("A pair has an empty side."))
        lefts = [pair["left"].casefold() for pair in pairs]
        if len(set(lefts)) != len(lefts):
            found.append(_("Two pairs have the same left side."))
        return [*found, *self.scheme_faults(data)]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give a share for each right pair."""
        said = said_map(response, "pairs")
        right = sum(said.get(pair["key"]) == pair["right_key"] for pair in data["pairs"])
        return self.summed(data, right, len(data["pairs"]))

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys of both sides, to be drawn together."""
        return [*(pair["key"] for pair in data.get("pairs", [])), *right_sides(data)]

    def public(self, data: Data, order: list[str]) -> Data:
        """Return both sides, each in its order."""
        lefts = [{"key": pair["key"], "text": pair["left"]} for pair in data["pairs"]]
        rights = [{"key": key, "text": text} for key, text in right_sides(data).items()]
        return {"lefts": in_order(lefts, order), "rights": in_order(rights, order)}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the partner of each left side that has one."""
        rights = right_sides(data)
        said = {pair["key"]: posted.one(f"pair_{pair['key']}") for pair in data["pairs"]}
        pairs = {left: right for left, right in said.items() if right in rights}
        return {"pairs": pairs} if pairs else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the pairs chosen, in words."""
        said, rights = said_map(response, "pairs"), right_sides(data)
        told = ((pair["left"], _word(rights, said.get(pair["key"]))) for pair in data["pairs"])
        return [f"{left} – {right}" for left, right in told if right]

    def key(self, data: Data) -> list[str]:
        """Return the right pairs, in words."""
        return [f"{pair['left']} – {pair['right']}" for pair in data["pairs"]]


class _Keys:
    """Gives the same words on the same side the same key."""

    def __init__(self, stored: Data) -> None:
        pairs = stored.get("pairs", [])
        self._held: dict[tuple[str, str], str] = {
            ("left", pair["left"]): pair["key"] for pair in pairs
        }
        self._held |= {("right", pair["right"]): pair["right_key"] for pair in pairs}
        self._held |= {("right", row["text"]): row["key"] for row in stored.get("distractors", [])}

    def of(self, side: str, text: str) -> str:
        return self._held.setdefault((side, text), new_key(self._held.values()))


def _word(rights: dict[str, str], said: object) -> str:
    return rights.get(said, "") if isinstance(said, str) else ""


def right_sides(data: Data) -> dict[str, str]:
    """Return the right side, each word once: partners and those that belong to none."""
    found = {pair["right_key"]: pair["right"] for pair in data.get("pairs", [])}
    return found | {row["key"]: row["text"] for row in data.get("distractors", [])}
