"""A word or a few, typed."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    RIGHT,
    TEXT_AT_MOST,
    WRONG,
    Data,
    DataForm,
    Kind,
    Posted,
    Response,
    lines_of,
    said_text,
)
from lms.text import fold, nfc


class ShortTextForm(DataForm):
    """The answers taken as right, one a line."""

    accepted = forms.CharField(
        label=gettext_lazy("Right answers, one per line"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        required=False,
        help_text=gettext_lazy("Capital letters, tone marks and double blanks make no difference."),
    )

    def read(self, stored: Data) -> Data:
        """Return the answers as lines."""
        return {"accepted": "\n".join(stored.get("accepted", []))}

    def data_of_fields(self) -> Data:
        """Return the lines that say something."""
        return {"accepted": lines_of(self.cleaned_data["accepted"])}


class ShortTextKind(Kind):
    """A few typed words, compared folded: all or nothing."""

    code = "short_text"
    label: ClassVar[str | Promise] = gettext_lazy("Short text")
    hint: ClassVar[str | Promise] = gettext_lazy("Type the answer in a few words.")
    form_class = ShortTextForm

    def validate(self, data: Data) -> list[str]:
        """Ask for an answer of words."""
        if any(fold(text) for text in data.get("accepted", [])):
            return []
        return [_("No right answer is given.")]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give the points for one of the accepted answers, whatever its capitals and tones."""
        return RIGHT if is_accepted(said_text(response), data["accepted"]) else WRONG

    def public(self, data: Data, order: list[str]) -> Data:
        """Return how long an answer may be."""
        del data, order
        return {"max_length": TEXT_AT_MOST}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the words."""
        del data
        text = nfc(posted.one("text"))[:TEXT_AT_MOST]
        return {"text": text} if text else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the words."""
        del data
        text = said_text(response)
        return [text] if text else []

    def key(self, data: Data) -> list[str]:
        """Return the accepted answers."""
        return list(data["accepted"])


def is_accepted(said: str, accepted: list[str]) -> bool:
    """Return whether words are among the accepted ones, folded."""
    return fold(said) in {fold(text) for text in accepted} - {""}
