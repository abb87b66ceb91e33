"""Forms of those who run a class: an exception for one person, or for several."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.access import day_field
from assessment.actions.extensions import factors
from enrolments.models import Enrolment
from lms.clock import today
from lms.templatetags.ui import vi_number

MINUTES_AT_MOST = 240
ATTEMPTS_AT_MOST = 5


class ExtensionForm(forms.Form):
    """More minutes or another attempt, and why."""

    extra_minutes = forms.IntegerField(
        label=gettext_lazy("Extra minutes"),
        min_value=0,
        max_value=MINUTES_AT_MOST,
        initial=0,
        help_text=gettext_lazy("An attempt that is open now gets them too."),
    )
    extra_attempts = forms.IntegerField(
        label=gettext_lazy("Extra attempts"), min_value=0, max_value=ATTEMPTS_AT_MOST, initial=0
    )
    time_factor = forms.TypedChoiceField(
        label=gettext_lazy("Time of the test"), required=False, coerce=Decimal, empty_value=None
    )
    expires_on = day_field(
        gettext_lazy("Holds until"),
        required=False,
        help_text=gettext_lazy("After this day nothing new begins with it; empty: no end."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}), max_length=1000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        factor = self.fields["time_factor"]
        if isinstance(factor, forms.TypedChoiceField):
            longer = [(str(one), f"× {vi_number(one)}") for one in factors()]
            factor.choices = [("", _("As for everybody")), *longer]

    def clean(self) -> dict[str, Any]:
        """Refuse an extension of nothing, or one that is over."""
        values = super().clean() or self.cleaned_data
        given = ("extra_minutes", "extra_attempts", "time_factor")
        if not self.errors and not any(values[name] for name in given):
            raise forms.ValidationError(_("Give more time or extra attempts."))
        if values.get("expires_on") and values["expires_on"] < today():
            self.add_error("expires_on", _("This day is over."))
        return values


class GroupForm(ExtensionForm):
    """The same for several learners, by their codes."""

    people = forms.CharField(
        label=gettext_lazy("Learners"),
        widget=forms.Textarea({"rows": 4}),
        max_length=10_000,
        help_text=gettext_lazy("Sign-in or staff codes, one on a line."),
    )
    field_order = ("people",)

    def __init__(self, *args: Any, places: QuerySet[Enrolment], **kwargs: Any) -> None:
        self.places = places
        super().__init__(*args, **kwargs)

    def clean_people(self) -> list[Enrolment]:
        """Return the places of the codes; one that nobody in the class has is named."""
        codes = {code.casefold() for code in self.cleaned_data["people"].split()}
        rows = self.places.annotate(login=Lower("learner__username"))
        rows = rows.annotate(staff=Lower("learner__staff_code"))
        found: list[Any] = list(rows.filter(Q(login__in=codes) | Q(staff__in=codes)))
        known = {code for row in found for code in (row.login, row.staff)}
        unknown = sorted(codes - known)
        if unknown:
            raise forms.ValidationError(
                _("Nobody of the class has: %(codes)s.") % {"codes": ", ".join(unknown)[:300]}
            )
        return found
