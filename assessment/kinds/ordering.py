"""Steps to be put into their order.

Under "parts" each pair of neighbours that stands right after one another earns a share: who moves
one step loses two neighbours, not the whole. A number given twice counts for none of its steps,
else guessing 1, 2, 1, 2 … would pay.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
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
    key_of,
    lines_of,
    said_map,
)

STEPS_AT_MOST: Final = 12  # more do not fit one screen, nor one head


class OrderingForm(SchemeForm):
    """The steps, one a line."""

    steps = forms.CharField(
        label=gettext_lazy("Steps in their right order, one per line"),
        widget=forms.Textarea({"rows": 6}),
        max_length=4000,
        required=False,
        help_text=gettext_lazy("Learners meet them in an order drawn by lot."),
    )

    def read(self, stored: Data) -> Data:
        """Return the steps as lines."""
        steps = "\n".join(row["text"] for row in stored.get("items", []))
        return {"steps": steps, "scheme": stored.get("scheme", PARTS)}

    def data_of_fields(self) -> Data:
        """Return the steps."""
        return self.with_scheme(steps_of(lines_of(self.cleaned_data["steps"])))


class OrderingKind(Kind):
    """Each neighbour in its place earns a share, or all or nothing."""

    code = "ordering"
    label: ClassVar[str | Promise] = gettext_lazy("Put in order")
    hint: ClassVar[str | Promise] = gettext_lazy("Give each step its number; 1 comes first.")
    form_class = OrderingForm
    schemes = (PARTS, ALL)
    is_always_drawn = True
    key_is_ordered = True

    def validate(self, data: Data) -> list[str]:
        """Ask for two steps that differ, and not for too many."""
        items = data.get("items", [])
        found = []
        if not 2 <= len(items) <= STEPS_AT_MOST:  # noqa: PLR2004 - an order is of two
            found.append(_("An ordering has 2 to %(most)s steps.") % {"most": STEPS_AT_MOST})
        if len({row["text"].casefold() for row in items}) != len(items):
            found.append(_("Two steps are the same."))
        return [*found, *self.scheme_faults(data)]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give a share for each pair of neighbours that stands right after one another."""
        places = _places(data, response)
        steps = [places.get(row["key"]) for row in data["items"]]
        right = sum(a is not None and b is not None and b == a + 1 for a, b in pairwise(steps))
        return self.summed(data, right, len(steps) - 1)

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys in an order that is not the right one's."""
        return sorted(row["key"] for row in data.get("items", []))

    def public(self, data: Data, order: list[str]) -> Data:
        """Return the steps in the order drawn, and how many places there are."""
        neutral = sorted(data["items"], key=lambda row: str(row["key"]))
        rows: list[Data] = [{"key": row["key"], "text": row["text"]} for row in neutral]
        return {"items": in_order(rows, order), "places": list(range(1, len(rows) + 1))}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the number of each step that has one."""
        numbers = {str(n): n for n in range(1, len(data["items"]) + 1)}
        said = {row["key"]: posted.one(f"place_{row['key']}") for row in data["items"]}
        places = {key: numbers[number] for key, number in said.items() if number in numbers}
        return {"places": places} if places else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the steps with the numbers given, in their order."""
        said = said_map(response, "places")
        rows: list[tuple[int, str]] = [
            (said[row["key"]], row["text"])
            for row in data["items"]
            if _is_number(said.get(row["key"]))
        ]
        return [f"{number}. {text}" for number, text in sorted(rows)]

    def key(self, data: Data) -> list[str]:
        """Return the steps in their right order."""
        return [f"{n}. {row['text']}" for n, row in enumerate(data["items"], start=1)]


def steps_of(texts: list[str]) -> Data:
    """Return the stored form of steps in their right order."""
    return {"items": [{"key": key_of(text), "text": text} for text in texts]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _places(data: Data, response: Response) -> dict[str, int]:
    """Return the numbers that were given to one step only."""
    keys = {row["key"] for row in data["items"]}
    said = {
        key: place
        for key, place in said_map(response, "places").items()
        if key in keys and _is_number(place) and 1 <= place <= len(keys)
    }
    times = Counter(said.values())
    return {key: place for key, place in said.items() if times[place] == 1}
