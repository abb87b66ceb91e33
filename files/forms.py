"""What the upload script sends."""

from django import forms
from django.core.validators import RegexValidator

from files.accept import ACCEPTS


class OpenForm(forms.Form):
    """The announcement of an upload."""

    name = forms.CharField(max_length=255, strip=False)
    size = forms.IntegerField(min_value=0)
    accept = forms.ChoiceField(choices=[(key, key) for key in ACCEPTS])


class CompleteForm(forms.Form):
    """The end of an upload: what must have arrived."""

    sha256 = forms.CharField(validators=[RegexValidator(r"\A[0-9a-fA-F]{64}\Z")])
