"""A file of questions: sent, looked at, then taken."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.interchange import READERS, Read, UnreadableError, read_file


class QuestionFileForm(forms.Form):
    """The file, at first as an upload, then as the page of the dry run carries it on."""

    file = forms.FileField(
        label=gettext_lazy("File of questions"),
        required=False,
        widget=forms.FileInput({"accept": ".txt,.gift,.xml,.csv"}),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=lambda: [
            ("", _("Found out from the file")),
            *((code, name) for code, (name, _read) in READERS.items()),
        ],
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, widget=forms.HiddenInput, max_length=255)

    def clean(self) -> dict[str, Any]:
        """Read the file; what is wrong with it is said at its field."""
        cleaned = super().clean() or {}
        upload, carried = cleaned.get("file"), cleaned.get("content")
        if not upload and not carried:
            self.add_error("file", _("Choose a file."))
            return cleaned
        try:
            self._read(upload, carried or "", cleaned)
        except (UnreadableError, binascii.Error, ValueError) as error:
            self.add_error("file", str(error))
        return cleaned

    def _read(self, upload: Any, carried: str, cleaned: dict[str, Any]) -> None:
        content = upload.read() if upload else base64.b64decode(carried, validate=True)
        cleaned["name"] = upload.name if upload else cleaned.get("name", "")
        form = cleaned.get("format", "")
        cleaned["read"] = read_file(content, name=cleaned["name"], form=form)
        cleaned["content"] = base64.b64encode(content).decode()

    @property
    def read(self) -> Read:
        """Return what the file holds; called on a valid form only."""
        found: Read = self.cleaned_data["read"]
        return found
