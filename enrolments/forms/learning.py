"""What a learner and a trainer send from the lesson player and the inbox of questions."""

from __future__ import annotations

import json
import math
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.case_script import STEPS_AT_MOST
from enrolments.watching import Stretch, Watched

LONGEST = 24 * 3600  # seconds of one recording
STRETCHES_AT_MOST = 500


class WatchedForm(forms.Form):
    """A report of a player. `played` is a JSON list of stretches, each from and to a second."""

    block = forms.UUIDField()
    position = forms.FloatField(min_value=0, max_value=LONGEST)
    duration = forms.FloatField(min_value=0, max_value=LONGEST)
    at = forms.IntegerField(min_value=0)
    played = forms.CharField(max_length=20_000, required=False)

    def clean_played(self) -> list[Stretch]:
        """Read the stretches; anything else is refused as a whole."""
        try:
            rows = json.loads(self.cleaned_data["played"] or "[]")
            stretches = [(float(start), float(end)) for start, end in rows]
        except (TypeError, ValueError) as error:
            raise forms.ValidationError("not a list of stretches") from error
        if len(stretches) > STRETCHES_AT_MOST or not all(_is_stretch(row) for row in stretches):
            raise forms.ValidationError("not stretches of a recording")
        return stretches

    def told(self, *, now_ms: int) -> Watched:
        """Return the report; a clock that is ahead of ours does not outlast it."""
        facts: dict[str, Any] = self.cleaned_data
        return Watched(
            position=facts["position"],
            duration=facts["duration"],
            played=facts["played"],
            at=min(facts["at"], now_ms),
        )


def _is_stretch(row: Stretch) -> bool:
    start, end = row
    return math.isfinite(start) and math.isfinite(end) and 0 <= start <= end <= LONGEST


class QuestionForm(forms.Form):
    """A question to the trainers of the class."""

    body = forms.CharField(
        label=_("Question"),
        max_length=4000,
        help_text=_("The trainers of the class are told; the reply appears here."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReplyForm(forms.Form):
    """A reply to a learner."""

    body = forms.CharField(
        label=_("Reply"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ChoiceForm(forms.Form):
    """A step taken in a case: how many were taken before, and what was chosen."""

    at = forms.IntegerField(min_value=0, max_value=STEPS_AT_MOST)
    choice = forms.CharField(max_length=20)
