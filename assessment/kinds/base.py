"""What a kind of question must be able to do.

`public` is all of a question that may leave the server before its results are shown. The order
of what it lists comes from the attempt's seed, and the keys of options are drawn by lot when they
are written, so neither says anything of what is right.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.text import nfc

Data = dict[str, Any]
Response = dict[str, Any]

TEXT_AT_MOST: Final = 500  # characters of a typed answer
RIGHT, WRONG = Fraction(1), Fraction(0)

# How parts of an answer add up. `data["scheme"]` names it; without it the kind's first one holds,
# so that questions written before there was a choice are marked as they were.
ALL, PARTS, NET = "all", "parts", "net"
SCHEMES: Final[dict[str, str | Promise]] = {
    PARTS: gettext_lazy("Each right part earns its share"),
    NET: gettext_lazy("Each right choice earns a share, each wrong one takes one away"),
    ALL: gettext_lazy("All or nothing"),
}


@dataclass(frozen=True)
class Posted:
    """The fields of a question as a browser sent them."""

    fields: Mapping[str, list[str]]

    def one(self, name: str) -> str:
        """Return the last value of a field, or nothing."""
        values = self.fields.get(name, [])
        return values[-1] if values else ""

    def many(self, name: str) -> list[str]:
        """Return all values of a field."""
        return list(self.fields.get(name, []))


class DataForm(forms.Form):
    """The part of an author's form that differs from kind to kind."""

    def __init__(self, *args: Any, stored: Data | None = None, **kwargs: Any) -> None:
        self.stored = stored or {}
        kwargs["initial"] = self.read(self.stored) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def read(self, stored: Data) -> Data:
        """Return the values of the fields as stored."""
        return dict(stored)

    def data_of_fields(self) -> Data:
        """Return what is to be stored; called on a valid form only."""
        raise NotImplementedError


class SchemeForm(DataForm):
    """The form of a kind whose answers have parts: also says how the parts add up."""

    schemes: ClassVar[tuple[str, ...]] = (PARTS, ALL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"] = forms.ChoiceField(
            label=_("Points for a partly right answer"),
            choices=[(code, SCHEMES[code]) for code in self.schemes],
            required=False,
        )

    def with_scheme(self, data: Data) -> Data:
        """Return the data with the scheme chosen, where it is not the kind's first."""
        chosen = self.cleaned_data["scheme"]
        return data | {"scheme": chosen} if chosen and chosen != self.schemes[0] else data


class Kind:
    """A kind of question. Subclasses say everything that differs.

    `score` is a pure function of what is stored and answered. It takes any response that JSON can
    hold: what it cannot read earns nothing, and nothing makes it fail.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    hint: ClassVar[str | Promise] = ""  # what the learner is to do
    form_class: ClassVar[type[DataForm]]
    # Whether the answers are the author's words, and not those of the page (true, false).
    has_own_answers: ClassVar[bool] = True
    schemes: ClassVar[tuple[str, ...]] = (ALL,)
    # Where the stored order is the key, it is never the order shown, shuffled test or not.
    is_always_drawn: ClassVar[bool] = False
    # Whether the words of the key mean something by their order.
    key_is_ordered: ClassVar[bool] = False

    def validate(self, data: Data) -> list[str]:
        """Return what is wrong with the question, in sentences."""
        raise NotImplementedError

    def score(self, data: Data, response: Response) -> Fraction:
        """Return the share of the points, from 0 to 1, that a response earns."""
        raise NotImplementedError

    def scheme(self, data: Data) -> str:
        """Return how the parts add up."""
        return str(data.get("scheme", self.schemes[0]))

    def scheme_faults(self, data: Data) -> list[str]:
        """Return what is wrong with the scheme."""
        known = self.scheme(data) in self.schemes
        return [] if known else [_("This kind of question does not give points that way.")]

    def summed(self, data: Data, right: int, parts: int) -> Fraction:
        """Return the share that so many right parts earn under the scheme."""
        share = Fraction(right, parts) if parts else WRONG
        return Fraction(share == RIGHT) if self.scheme(data) == ALL else share

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys of what is listed in an order drawn by lot."""
        del data
        return []

    def public(self, data: Data, order: list[str]) -> Data:
        """Return what a learner may see: never the key."""
        raise NotImplementedError

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the response in plain form; what the question does not offer is left out."""
        raise NotImplementedError

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the response in words; nothing where nothing was answered."""
        raise NotImplementedError

    def key(self, data: Data) -> list[str]:
        """Return the right answer in words, for after release."""
        raise NotImplementedError


def new_key(taken: Iterable[str] = ()) -> str:
    """Return a key of an option that says nothing of its place."""
    held = set(taken)
    while (key := secrets.token_hex(3)) in held:
        continue
    return key


def key_of(text: str) -> str:
    """Return the key of these words: the same at every reading, and no sign of what is right."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def lines_of(text: str) -> list[str]:
    """Return the lines that say something, each in normal form."""
    return [line for line in map(nfc, text.splitlines()) if line]


def said_text(response: Response, name: str = "text") -> str:
    """Return the words of a response; nothing where there are none."""
    value = response.get(name) if isinstance(response, dict) else None
    return value if isinstance(value, str) else ""


def said_list(response: Response, name: str) -> list[str]:
    """Return the keys that a response lists; what is no key is left out."""
    value = response.get(name) if isinstance(response, dict) else None
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def said_map(response: Response, name: str) -> dict[str, Any]:
    """Return what a response says of each key."""
    value = response.get(name) if isinstance(response, dict) else None
    return value if isinstance(value, dict) else {}


def drawn(keys: Iterable[str], seed: int, about: str = "") -> list[str]:
    """Return the keys in the order that belongs to the seed."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{about}:{key}".encode()).digest())


def in_order(rows: list[Data], order: list[str], name: str = "key") -> list[Data]:
    """Return the rows in the order drawn; rows it does not name come last, as stored."""
    places = {key: place for place, key in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row[name], len(places)))
