"""What is asked for classes like another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import choose_from, day_field
from accounts.models import Unit, User
from enrolments.actions.copies import CopyData
from enrolments.forms.classes import organising_units
from enrolments.models import Cohort

CLASSES_AT_MOST = 20


class CopyForm(forms.Form):
    """Code, name, first day and how many."""

    organiser = forms.ModelChoiceField(label=_("Organised by"), queryset=Unit.objects.none())
    code = forms.CharField(label=_("Code"), max_length=36)
    name = forms.CharField(label=_("Name"), max_length=180)
    starts_on = day_field(_("Starts on"))
    count = forms.IntegerField(
        label=_("Number of classes"),
        min_value=1,
        max_value=CLASSES_AT_MOST,
        initial=1,
        help_text=_("With several, code and name get a number each."),
    )
    with_sessions = forms.BooleanField(
        label=_("Copy the sessions, moved by as many days"), required=False, initial=True
    )
    with_staff = forms.BooleanField(
        label=_("Copy the trainers and the class supervisor"), required=False, initial=True
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "organiser", organising_units(by))

    def clean(self) -> dict[str, Any]:
        """Say which codes are taken."""
        values = super().clean() or self.cleaned_data
        if not self.errors:
            count, code = values["count"], values["code"].strip()
            codes = [code] if count == 1 else [f"{code}-{n}" for n in range(1, count + 1)]
            taken = Cohort.objects.filter(code__in=codes).values_list("code", flat=True)
            if taken:
                words = _("These codes are taken: %(codes)s.") % {"codes": ", ".join(taken)}
                self.add_error("code", words)
        return values

    def data_of_copy(self) -> CopyData:
        """Return what was typed."""
        typed = self.cleaned_data
        return CopyData(**{**typed, "code": typed["code"].strip(), "name": typed["name"].strip()})
