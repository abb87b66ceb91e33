"""Forms of appeals: asking, giving to somebody, answering."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessment.appeals import possible_hearers
from assessment.models import Appeal

LENGTH = 4000


class AskAppealForm(forms.Form):
    """Why the result should be looked at again."""

    reason = forms.CharField(
        label=_("What should be looked at again, and why"),
        widget=forms.Textarea({"rows": 5}),
        max_length=LENGTH,
        help_text=_("Name the question or criterion. The mark may go up, stay or go down."),
    )


class AssignAppealForm(forms.Form):
    """Who hears it."""

    to = forms.ModelChoiceField(label=_("Heard by"), queryset=User.objects.none())

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = possible_hearers(appeal)


class DecideAppealForm(forms.Form):
    """The mark after looking again, and the answer to the learner."""

    points = forms.DecimalField(
        label=_("Points after the appeal"),
        min_value=Decimal(0),
        decimal_places=2,
        max_digits=7,
        help_text=_("Leave the points as they are to keep the mark."),
    )
    answer = forms.CharField(
        label=_("Answer to the learner"), widget=forms.Textarea({"rows": 5}), max_length=LENGTH
    )
