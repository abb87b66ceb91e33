"""The form that a learner fills in."""

from __future__ import annotations

from typing import Any

from django import forms

from surveys.questions import HIGHEST, LOWEST, Kind, Question

WORDS_AT_MOST = 4000


class AnswerForm(forms.Form):
    """A field for each question; none has to be answered."""

    def __init__(self, *args: Any, questions: tuple[Question, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions, start=1):
            self.fields[f"q{number}"] = _field(question, f"{number}. {question.text}")

    def rows(self) -> list[tuple[Question, forms.BoundField, bool]]:
        """Return each question with its field, and whether it begins a criterion."""
        before = ""
        found = []
        for number, question in enumerate(self.questions, start=1):
            begins = bool(question.criterion) and question.criterion != before
            before = question.criterion
            found.append((question, self[f"q{number}"], begins))
        return found

    def answers(self) -> dict[str, Any]:
        """Return what was answered, by question key."""
        given = {
            question.key: self.cleaned_data[f"q{number}"]
            for number, question in enumerate(self.questions, start=1)
        }
        return {key: value for key, value in given.items() if value not in (None, "")}

    def blank(self) -> list[int]:
        """Return the numbers of the questions left blank that should not be."""
        answers = self.answers()
        return [
            number
            for number, question in enumerate(self.questions, start=1)
            if question.is_indicator and question.key not in answers
        ]


def _field(question: Question, label: str) -> forms.Field:
    if question.kind == Kind.WORDS:
        return forms.CharField(
            label=label,
            required=False,
            max_length=WORDS_AT_MOST,
            widget=forms.Textarea({"rows": 3}),
        )
    if question.kind == Kind.CHOICE:
        options = [(option, option) for option in question.options]
        return forms.ChoiceField(
            label=label, required=False, choices=options, widget=forms.RadioSelect
        )
    marks = [(mark, str(mark)) for mark in range(LOWEST, HIGHEST + 1)]
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=marks,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
