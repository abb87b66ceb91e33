"""Single and multiple choice."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    ALL,
    NET,
    RIGHT,
    WRONG,
    Data,
    DataForm,
    Kind,
    Posted,
    Response,
    SchemeForm,
    in_order,
    new_key,
    said_list,
)
from lms.text import nfc

OPTIONS_AT_MOST: Final = 8


class ChoiceForm(DataForm):
    """Options, each with a box that says whether it is right."""

    template_name = "assessment/studio/_options.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, OPTIONS_AT_MOST + 1):
            self.fields[f"option_{n}"] = forms.CharField(
                label=_("Option %(n)s") % {"n": n}, max_length=500, required=False
            )
            self.fields[f"correct_{n}"] = forms.BooleanField(
                label=_("Option %(n)s is right") % {"n": n}, required=False
            )

    def read(self, stored: Data) -> Data:
        """Return the options in the order they were written."""
        values: Data = {}
        for n, option in enumerate(stored.get("options", []), start=1):
            values[f"option_{n}"] = option["text"]
            values[f"correct_{n}"] = option["key"] in stored["correct"]
        return values

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields in pairs, for the template."""
        numbers = range(1, OPTIONS_AT_MOST + 1)
        return [(self[f"option_{n}"], self[f"correct_{n}"]) for n in numbers]

    def data_of_fields(self) -> Data:
        """Return the options; one that keeps its words keeps its key."""
        known = {option["text"]: option["key"] for option in self.stored.get("options", [])}
        options: list[Data] = []
        correct: list[str] = []
        for n in range(1, OPTIONS_AT_MOST + 1):
            text = nfc(self.cleaned_data[f"option_{n}"])
            if not text:
                continue
            key = known.get(text) or new_key([*known.values(), *(o["key"] for o in options)])
            options.append({"key": key, "text": text})
            if self.cleaned_data[f"correct_{n}"]:
                correct.append(key)
        return {"options": options, "correct": correct}


class MultipleForm(SchemeForm, ChoiceForm):
    """Options, of which several may be right."""

    schemes = (NET, ALL)

    def read(self, stored: Data) -> Data:
        """Return the options, and how they add up."""
        return super().read(stored) | {"scheme": stored.get("scheme", NET)}

    def data_of_fields(self) -> Data:
        """Return the options with the scheme."""
        return self.with_scheme(super().data_of_fields())


class ChoiceKind(Kind):
    """What both kinds of choice share."""

    form_class: ClassVar[type[DataForm]] = ChoiceForm
    field: ClassVar[str] = "choice"

    def validate(self, data: Data) -> list[str]:
        """Ask for two options that differ, and for a right one."""
        texts = [option["text"].strip().casefold() for option in data.get("options", [])]
        found = []
        if len(texts) < 2:  # noqa: PLR2004 - a choice is between two
            found.append(_("A choice needs two options or more."))
        if len(set(texts)) != len(texts):
            found.append(_("Two options are the same."))
        if not data.get("correct") or not set(data["correct"]) <= set(self.option_keys(data)):
            found.append(_("No option is marked as right."))
        return found

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys of the options."""
        return [option["key"] for option in data.get("options", [])]

    def public(self, data: Data, order: list[str]) -> Data:
        """Return the options, in order."""
        options = [{"key": row["key"], "text": row["text"]} for row in data["options"]]
        return {"options": in_order(options, order)}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the words of what was chosen."""
        chosen = said_list(response, "choices")
        return [option["text"] for option in data["options"] if option["key"] in chosen]

    def key(self, data: Data) -> list[str]:
        """Return the words of the right options."""
        return [option["text"] for option in data["options"] if option["key"] in data["correct"]]

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the options chosen, in the order they were written."""
        chosen = set(posted.many("choice"))
        choices = [key for key in self.option_keys(data) if key in chosen]
        return {"choices": choices} if choices else {}


class SingleKind(ChoiceKind):
    """One option is right: all or nothing."""

    code = "single"
    label: ClassVar[str | Promise] = gettext_lazy("Single choice")
    hint: ClassVar[str | Promise] = gettext_lazy("Choose one answer.")

    def validate(self, data: Data) -> list[str]:
        """Ask for exactly one right option."""
        found = super().validate(data)
        if len(data.get("correct", [])) > 1:
            found.append(_("A single choice has one right option."))
        return found

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the one option chosen."""
        chosen = posted.one("choice")
        return {"choices": [chosen]} if chosen in self.option_keys(data) else {}

    def score(self, data: Data, response: Response) -> Fraction:
        """Give the points for the right option."""
        return RIGHT if said_list(response, "choices") == data["correct"] else WRONG


class MultipleKind(ChoiceKind):
    """Several options may be right.

    Each right one chosen earns its share, each wrong one chosen takes a share away, never below
    nothing: who ticks everything earns nothing when half of it is wrong. Or all or nothing.
    """

    code = "multiple"
    label: ClassVar[str | Promise] = gettext_lazy("Multiple choice")
    hint: ClassVar[str | Promise] = gettext_lazy("Choose all right answers.")
    form_class = MultipleForm
    schemes = (NET, ALL)

    def validate(self, data: Data) -> list[str]:
        """Ask also for a scheme that is known."""
        return [*super().validate(data), *self.scheme_faults(data)]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give a share for each right choice, less one for each wrong one."""
        correct, chosen = set(data["correct"]), set(said_list(response, "choices"))
        if self.scheme(data) == ALL:
            return Fraction(chosen == correct)
        net = len(chosen & correct) - len(chosen - correct)
        return max(Fraction(net, len(correct)), WRONG)
