"""Forms about resits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment.actions.resits import ResitPlan
from assessment.models.resits import ResitRule
from assessment.resits import Candidate

MOMENT = "%Y-%m-%dT%H:%M"


class ResitForm(forms.Form):
    """When, where, by which document and rule; who sits again is ticked beside it."""

    held_at = forms.DateTimeField(
        label=_("Begins"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    rule = forms.ChoiceField(label=_("Which mark counts"), choices=ResitRule)
    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Number and date of the decision.")
    )
    places = forms.MultipleChoiceField(
        label=_("Who sits again"),
        error_messages={"required": _("Tick who sits again.")},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, offered: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = self.fields["places"]
        if isinstance(places, forms.MultipleChoiceField):
            places.choices = [(str(row.place.pk), row.label) for row in offered]

    def plan(self) -> ResitPlan:
        """Return what is wanted; called on a valid form only."""
        told = self.cleaned_data
        return ResitPlan(
            held_at=told["held_at"],
            place=told["place"],
            rule=told["rule"],
            document=told["document"],
            places=[int(pk) for pk in told["places"]],
        )
