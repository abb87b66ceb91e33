"""Forms of those who run a class: an exception for one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}), max_length=1000
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an extension of nothing."""
        values = super().clean() or self.cleaned_data
        if not self.errors and not (values["extra_minutes"] or values["extra_attempts"]):
            raise forms.ValidationError(_("Give extra minutes or extra attempts."))
        return values
