"""The form of one's own settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.kinds import optional_kinds


class MailKindsForm(forms.Form):
    """Which optional kinds come by mail as well as in the portal."""

    kinds = forms.MultipleChoiceField(
        label=_("Also by e-mail"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.code, str(kind.label)) for kind in optional_kinds()]
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]  # a generic Field
