"""What is typed about applications."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import Posting, User
from admissions.models import Admission, Application, StepKind
from lms.clock import today


class ApplyForm(forms.Form):
    """Why somebody wants to take part."""

    reason = forms.CharField(
        label=_("Why this class"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Read by whoever decides."),
    )


class DecideForm(forms.Form):
    """The answer to an application."""

    note = forms.CharField(
        label=_("Note or reason"),
        max_length=300,
        required=False,
        help_text=_("Needed to refuse; the person reads it."),
    )


class TickedForm(DecideForm):
    """Applications ticked in the list."""

    ids = forms.ModelMultipleChoiceField(queryset=Application.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ids"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Application.objects.decided_by(by)


class AdmissionForm(forms.Form):
    """Whether people apply by themselves, and who must agree."""

    is_open = forms.BooleanField(label=_("People may apply by themselves"), required=False)
    steps = forms.MultipleChoiceField(
        label=_("Who must agree, in this order"),
        required=False,
        choices=StepKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none where whoever applies has a place at once."),
    )
    closes_on = day_field(_("Last day to apply"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a last day that has passed."""
        cleaned = super().clean() or {}
        day = cleaned.get("closes_on")
        if cleaned.get("is_open") and day and day < today():
            self.add_error("closes_on", gettext("This day has passed."))
        return cleaned


def typed_of(admission: Admission | None) -> dict[str, Any]:
    """Return how the class takes applications as the form shows it."""
    if admission is None:
        return {"steps": [StepKind.MANAGER, StepKind.OFFICER]}
    return {
        "is_open": admission.is_open,
        "steps": admission.steps,
        "closes_on": admission.closes_on,
    }


class DeputyForm(forms.Form):
    """Who stands in, from when to when."""

    deputy = forms.CharField(
        label=_("Sign-in code of the deputy"), max_length=40, help_text=_("An official in office.")
    )
    since = day_field(_("From"))
    until = day_field(_("Last day"), required=False)

    def clean_deputy(self) -> User:
        """Find the person by code."""
        code = self.cleaned_data["deputy"].strip()
        people = User.objects.active().filter(username__iexact=code)
        posted = Posting.objects.in_force().values("user")
        found: User | None = people.filter(pk__in=posted).first()
        if found is None:
            raise forms.ValidationError(gettext("Nobody in office has this code."))
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("The last day is before the first."))
        return cleaned

    def named(self) -> dict[str, Any]:
        """Return what was typed; the first day without the deputy follows the last with."""
        last = self.cleaned_data["until"]
        return {**self.cleaned_data, "until": last and last + dt.timedelta(days=1)}
