"""Forms about trainings held outside the system."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from enrolments.actions.outside import Facts
from files.accept import PAPERS, SPREADSHEETS
from lms.clock import today
from reference.models import Code

PERIODS_AT_MOST = Decimal(2000)


class OutsideForm(forms.Form):
    """What was held, by whom, when, how long, and the paper that proves it."""

    title = forms.CharField(label=_("Training"), max_length=250)
    issuer = forms.CharField(label=_("Held by"), max_length=250)
    content_group = forms.ModelChoiceField(
        label=_("Content"), queryset=Code.objects.filter(list="content_group")
    )
    study_form = forms.ModelChoiceField(
        label=_("Form"), queryset=Code.objects.filter(list="study_form"), required=False
    )
    starts_on = day_field(_("From day"))
    ends_on = day_field(_("To day"))
    periods = forms.DecimalField(
        label=_("Periods"),
        min_value=Decimal("0.5"),
        max_value=PERIODS_AT_MOST,
        decimal_places=1,
        localize=True,
        help_text=_("As the paper says."),
    )
    decision = forms.CharField(label=_("Sending decision"), max_length=120, required=False)
    certificate = forms.CharField(label=_("Certificate number"), max_length=120, required=False)
    file = forms.FileField(
        label=_("Certificate or decision"),
        required=False,
        help_text=_("PDF, document or photo."),
        widget=forms.ClearableFileInput(attrs={"accept": PAPERS.html}),
    )

    def clean_ends_on(self) -> dt.date:
        """Refuse what has not ended."""
        day: dt.date = self.cleaned_data["ends_on"]
        if day > today():
            raise forms.ValidationError(_("The training has not ended yet."))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a training that ends before it begins."""
        told = super().clean() or self.cleaned_data
        starts_on, ends_on = told.get("starts_on"), told.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first."))
        return told

    def facts(self) -> Facts:
        """Return what was said."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return Facts(**told)


class ReviewForm(forms.Form):
    """An answer to a declaration."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=300,
        required=False,
        help_text=_("Needed to return it; the person reads it."),
    )


class OutsideSheetForm(forms.Form):
    """A file of trainings held outside."""

    file = forms.FileField(
        label=_("Spreadsheet file"),
        help_text=_("Headings as in the template; one row for each person and training."),
        widget=forms.ClearableFileInput(attrs={"accept": SPREADSHEETS.html}),
        allow_empty_file=True,
    )
