"""Sending an office's own layout of a document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolments.documents import class_documents
from files.accept import DOCX


class PaperTemplateForm(forms.Form):
    """A DOCX for one kind of document."""

    code = forms.ChoiceField(label=_("Document"))
    file = forms.FileField(label=_("Layout (.docx)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["code"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(kind.code, kind.name) for kind in class_documents]
        self.fields["file"].widget.attrs["accept"] = DOCX.html
