"""A number, typed as people here and elsewhere write it."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    RIGHT,
    WRONG,
    Data,
    DataForm,
    Kind,
    Posted,
    Response,
    said_text,
)
from lms.templatetags.ui import vi_number

DIGITS_AT_MOST: Final = 40
PLACES_AT_MOST: Final = 60  # before and after the point: beyond it sums overflow, nobody counts so
# 27.180 and 1.234.567: points that stand before every three digits are no decimal points, unless
# a comma is missing and there is only one of them (3.141): then both readings are tried.
GROUPED: Final = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$")


def readings(text: str) -> list[Decimal]:
    """Return the numbers a text may mean; none if it is not a number."""
    bare = "".join(text.split()).replace("−", "-")[:DIGITS_AT_MOST]
    spellings = {bare.replace(",", ".")}
    if GROUPED.match(bare):
        spellings.add(bare.replace(".", "").replace(",", "."))
    found = [_decimal(spelling) for spelling in sorted(spellings)]
    return [number for number in found if number is not None]


class NumericForm(DataForm):
    """The number and how far from it an answer may be."""

    value = forms.CharField(
        label=gettext_lazy("Right number"),
        max_length=DIGITS_AT_MOST,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    tolerance = forms.CharField(
        label=gettext_lazy("Tolerance"),
        max_length=DIGITS_AT_MOST,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text=gettext_lazy("An answer this far away still counts; empty means exact."),
    )

    def data_of_fields(self) -> Data:
        """Return both as plain decimals; what is not a number is left for `validate` to say."""
        return {
            "value": plain_number(self.cleaned_data["value"]),
            "tolerance": plain_number(self.cleaned_data["tolerance"] or "0"),
        }


class NumericKind(Kind):
    """A number within a tolerance: all or nothing. The decimal comma is understood."""

    code = "numeric"
    label: ClassVar[str | Promise] = gettext_lazy("Number")
    hint: ClassVar[str | Promise] = gettext_lazy("Type a number.")
    form_class = NumericForm

    def validate(self, data: Data) -> list[str]:
        """Ask for a number, and for a tolerance that is not negative."""
        return number_faults(data.get("value", ""), data.get("tolerance", ""))

    def score(self, data: Data, response: Response) -> Fraction:
        """Give the points if one reading of the text lies within the tolerance."""
        said = said_text(response)
        return RIGHT if is_near(said, data["value"], data["tolerance"]) else WRONG

    def public(self, data: Data, order: list[str]) -> Data:
        """Return how long an answer may be."""
        del data, order
        return {"max_length": DIGITS_AT_MOST}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the text as typed: what it means is decided when it is marked."""
        del data
        text = posted.one("text").strip()[:DIGITS_AT_MOST]
        return {"text": text} if text else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the text as typed."""
        del data
        text = said_text(response)
        return [text] if text else []

    def key(self, data: Data) -> list[str]:
        """Return the number, with its tolerance if there is one."""
        return [told_number(data["value"], data["tolerance"])]


def is_near(said: str, value: str, tolerance: str) -> bool:
    """Return whether one reading of what was typed lies within the tolerance."""
    right, allowed = Decimal(value), Decimal(tolerance)
    return any(abs(number - right) <= allowed for number in readings(said))


def number_faults(value: str, tolerance: str) -> list[str]:
    """Return what is wrong with a number and its tolerance."""
    found = []
    if _decimal(value) is None:
        found.append(_("The right answer is not a number."))
    allowed = _decimal(tolerance)
    if allowed is None or allowed < 0:
        found.append(_("The tolerance is not a number of zero or more."))
    return found


def told_number(value: str, tolerance: str) -> str:
    """Return the number in words, with its tolerance if there is one."""
    allowed = Decimal(tolerance)
    number = vi_number(value)
    return f"{number} ± {vi_number(allowed)}" if allowed else number


def plain_number(text: str) -> str:
    """Return a number as plain digits; what is none, as it is."""
    found = readings(text)
    return format(found[0], "f") if found else text


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and _is_sane(number) else None


def _is_sane(number: Decimal) -> bool:
    return abs(number.adjusted()) <= PLACES_AT_MOST
