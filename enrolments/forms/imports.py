"""The file of a list, and the decision it belongs to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrolments.imports.standing import sending_units
from enrolments.models import Decision
from enrolments.models.cohorts import DecisionKind
from files.accept import SPREADSHEETS


class UploadForm(forms.Form):
    """A list of people, and the decision by which they are sent."""

    file = forms.FileField(
        label=_("Spreadsheet file"),
        help_text=_(".xlsx, .xls, .ods or .csv, up to 20 MB. Files as offices keep them are fine."),
        widget=forms.ClearableFileInput(attrs={"accept": SPREADSHEETS.html}),
        allow_empty_file=True,  # the reader says it as it says the rest
    )
    decision = forms.ModelChoiceField(
        label=_("Sending decision"),
        queryset=Decision.objects.none(),
        required=False,
        empty_label=_("None yet"),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuers = sending_units(by)
        sending = Decision.objects.filter(kind=DecisionKind.SENDING, issuer__in=issuers)
        self.fields["decision"].queryset = sending  # type: ignore[attr-defined]  # stubs know only Field
