"""What is right, of a question that learners were asked: never what they were asked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from assessment.actions.corrections import REASON_AT_MOST
from assessment.frozen import FrozenQuestion
from assessment.kinds import Data
from assessment.kinds.base import DataForm
from assessment.kinds.matching import right_sides


class SingleKeyForm(DataForm):
    """Which option is right."""

    correct = forms.ChoiceField(label=gettext_lazy("Right answer"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["correct"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(row["key"], row["text"]) for row in self.stored["options"]]

    def read(self, stored: Data) -> Data:
        """Return the right option."""
        return {"correct": next(iter(stored["correct"]), "")}

    def data_of_fields(self) -> Data:
        """Return the question with that option right."""
        return {**self.stored, "correct": [self.cleaned_data["correct"]]}


class MultipleKeyForm(DataForm):
    """Which options are right."""

    correct = forms.MultipleChoiceField(
        label=gettext_lazy("Right answers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["correct"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(row["key"], row["text"]) for row in self.stored["options"]]

    def read(self, stored: Data) -> Data:
        """Return the right options."""
        return {"correct": stored["correct"]}

    def data_of_fields(self) -> Data:
        """Return the question with those right, in the order they were written."""
        chosen = self.cleaned_data["correct"]
        keys = [row["key"] for row in self.stored["options"] if row["key"] in chosen]
        return {**self.stored, "correct": keys}


class MatchingKeyForm(DataForm):
    """The partner of each line on the left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(right_sides(self.stored).items())
        for pair in self.stored["pairs"]:
            self.fields[f"pair_{pair['key']}"] = forms.ChoiceField(
                label=pair["left"], choices=choices, initial=pair["right_key"]
            )

    def read(self, stored: Data) -> Data:
        """Each field starts at its partner."""
        del stored
        return {}

    def data_of_fields(self) -> Data:
        """Return the pairs chosen; what is nobody's partner any more stays on the right."""
        words = right_sides(self.stored)
        pairs = []
        for pair in self.stored["pairs"]:
            key = self.cleaned_data[f"pair_{pair['key']}"]
            pairs.append({**pair, "right_key": key, "right": words[key]})
        used = {pair["right_key"] for pair in pairs}
        others = [{"key": key, "text": text} for key, text in words.items() if key not in used]
        return {**self.stored, "pairs": pairs, "distractors": others}


# The other kinds ask learners for no choice: the author's own form holds nothing but the key.
KEY_FORMS: Final[dict[str, type[DataForm]]] = {
    "single": SingleKeyForm,
    "multiple": MultipleKeyForm,
    "matching": MatchingKeyForm,
}


class ReasonForm(forms.Form):
    """Why the key is corrected; learners and auditors read it beside the grade."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 2}),
        max_length=REASON_AT_MOST,
        help_text=gettext_lazy("Kept in the grade ledger and in the audit log."),
    )


class CorrectionForm:
    """The key and the reason, valid together."""

    def __init__(self, posted: Any, *, question: FrozenQuestion) -> None:
        self.question = question
        form_class = KEY_FORMS.get(question.kind, question.owner.form_class)
        self.key: DataForm = form_class(posted, stored=question.data)
        self.why = ReasonForm(posted)

    @property
    def errors(self) -> dict[str, Any]:
        """Return what is wrong in either."""
        return {**self.key.errors, **self.why.errors}

    def is_valid(self) -> bool:
        """Return whether both are, and the kind finds no fault with the key."""
        if not (self.key.is_valid() & self.why.is_valid()):
            return False
        for fault in self.question.owner.validate(self.data()):
            self.key.add_error(None, fault)
        return not self.key.errors

    def data(self) -> Data:
        """Return the question with the key of the form."""
        return self.key.data_of_fields()

    def refuse(self, sentence: str) -> None:
        """Say why it is not taken."""
        self.key.add_error(None, sentence)
