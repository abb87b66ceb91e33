"""Forms about times away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.access import day_field
from accounts.models.absences import ABSENCE
from reference.models import Code

MOST_DAYS = 5 * 366  # longer is a slip of the year


class AbsenceForm(forms.Form):
    """Why and how long somebody is away."""

    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind of absence"), queryset=Code.objects.filter(list=ABSENCE)
    )
    since = day_field(gettext_lazy("First day away"))
    until = day_field(
        gettext_lazy("Last day away"),
        help_text=gettext_lazy("As planned; it can be moved when it turns out otherwise."),
    )
    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=200,
        help_text=gettext_lazy("Number and date of the decision."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        elif since and until and (until - since).days > MOST_DAYS:
            self.add_error("until", _("This is more than five years after the first day."))
        return found


class AbsenceEndForm(forms.Form):
    """Another last day, or none: the absence is taken back."""

    until = day_field(gettext_lazy("Last day away"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
