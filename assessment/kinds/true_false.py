"""True or false."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import RIGHT, WRONG, Data, DataForm, Kind, Posted, Response

TRUE, FALSE = "true", "false"


class TrueFalseForm(DataForm):
    """Which of the two is right."""

    correct = forms.ChoiceField(
        label=gettext_lazy("The statement is"),
        choices=[(TRUE, gettext_lazy("True")), (FALSE, gettext_lazy("False"))],
        widget=forms.RadioSelect,
    )

    def read(self, stored: Data) -> Data:
        """Return the stored truth as the field's value."""
        return {"correct": TRUE if stored["correct"] else FALSE} if "correct" in stored else {}

    def data_of_fields(self) -> Data:
        """Return the truth."""
        return {"correct": self.cleaned_data["correct"] == TRUE}


class TrueFalseKind(Kind):
    """A statement that holds or does not: all or nothing."""

    code = "true_false"
    label: ClassVar[str | Promise] = gettext_lazy("True or false")
    hint: ClassVar[str | Promise] = gettext_lazy("Is the statement true or false?")
    form_class = TrueFalseForm
    has_own_answers = False

    def validate(self, data: Data) -> list[str]:
        """Ask for the truth."""
        known = isinstance(data.get("correct"), bool)
        return [] if known else [_("It is not said whether the statement is true.")]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give the points for the truth."""
        return RIGHT if _said(response) is data["correct"] else WRONG

    def public(self, data: Data, order: list[str]) -> Data:
        """Return the two words, always in this order."""
        del data, order
        return {"options": [{"key": TRUE, "text": _("True")}, {"key": FALSE, "text": _("False")}]}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the choice."""
        del data
        chosen = posted.one("choice")
        return {"is_true": chosen == TRUE} if chosen in (TRUE, FALSE) else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the word chosen."""
        del data
        said = _said(response)
        return [] if said is None else [_word(is_true=said)]

    def key(self, data: Data) -> list[str]:
        """Return the right word."""
        return [_word(is_true=data["correct"])]


def _said(response: Response) -> bool | None:
    said = response.get("is_true") if isinstance(response, dict) else None
    return said if isinstance(said, bool) else None


def _word(*, is_true: bool) -> str:
    return _("True") if is_true else _("False")
