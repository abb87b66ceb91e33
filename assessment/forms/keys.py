"""What is right, of a question that learners were asked: never what they were asked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.actions.corrections import REASON_AT_MOST
from assessment.frozen import FrozenQuestion
from assessment.kinds import Data
from assessment.kinds.base import DataForm
from assessment.kinds.cloze import gaps_in
from assessment.kinds.gaps import CHOICE, gap_of, inside
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


class OrderingKeyForm(DataForm):
    """The number of each step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(str(n), str(n)) for n in range(1, len(self.stored["items"]) + 1)]
        for n, row in enumerate(self.stored["items"], start=1):
            self.fields[f"place_{row['key']}"] = forms.ChoiceField(
                label=row["text"], choices=numbers, initial=str(n)
            )

    def read(self, stored: Data) -> Data:
        """Each field starts at its number."""
        del stored
        return {}

    def clean(self) -> Data:
        """Refuse a number given twice."""
        cleaned = super().clean() or {}
        if len(set(cleaned.values())) != len(cleaned):
            self.add_error(None, _("Two steps have the same number."))
        return cleaned

    def data_of_fields(self) -> Data:
        """Return the steps by their numbers."""
        places = {row["key"]: self.cleaned_data[f"place_{row['key']}"] for row in self._items}
        return {**self.stored, "items": sorted(self._items, key=lambda r: int(places[r["key"]]))}

    @property
    def _items(self) -> list[Data]:
        return list(self.stored["items"])


class CategoriseKeyForm(DataForm):
    """The group of each line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row["key"], row["text"]) for row in self.stored["groups"]]
        for row in self.stored["items"]:
            self.fields[f"group_{row['key']}"] = forms.ChoiceField(
                label=row["text"], choices=choices, initial=row["group"]
            )

    def read(self, stored: Data) -> Data:
        """Each field starts at its group."""
        del stored
        return {}

    def data_of_fields(self) -> Data:
        """Return each line in the group chosen."""
        rows = [
            {**row, "group": self.cleaned_data[f"group_{row['key']}"]}
            for row in self.stored["items"]
        ]
        return {**self.stored, "items": rows}


class ClozeKeyForm(DataForm):
    """What belongs into each gap, written as the author writes it; choices as choices."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n, gap in enumerate(gaps_in(self.stored), start=1):
            label = _("Gap %(n)s") % {"n": n}
            if gap["type"] == CHOICE:
                choices = [(row["key"], row["text"]) for row in gap["options"]]
                field: forms.Field = forms.ChoiceField(
                    label=label, choices=choices, initial=gap["correct"]
                )
            else:
                field = forms.CharField(label=label, max_length=500, initial=inside(gap))
            self.fields[f"gap_{gap['gap']}"] = field

    def read(self, stored: Data) -> Data:
        """Each field starts at its key."""
        del stored
        return {}

    def data_of_fields(self) -> Data:
        """Return the text with these keys in its gaps."""
        pieces = [self._piece(row) if "gap" in row else row for row in self.stored["pieces"]]
        return {**self.stored, "pieces": pieces}

    def _piece(self, gap: Data) -> Data:
        said = self.cleaned_data[f"gap_{gap['gap']}"]
        return {**gap, "correct": said} if gap["type"] == CHOICE else gap_of(said, gap["gap"])


# The other kinds ask learners for no choice: the author's own form holds nothing but the key.
KEY_FORMS: Final[dict[str, type[DataForm]]] = {
    "single": SingleKeyForm,
    "multiple": MultipleKeyForm,
    "matching": MatchingKeyForm,
    "ordering": OrderingKeyForm,
    "categorise": CategoriseKeyForm,
    "cloze": ClozeKeyForm,
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
