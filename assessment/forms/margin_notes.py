"""A note beside a work, as the marking page sends it together with the mark's fields."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.margins import MINUTE, Margins, Place
from assessment.models.margin_notes import NOTE_AT_MOST, QUOTE_AT_MOST
from assessment.work_pages import ShownFile

CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]\d)\Z")
PAGES_AT_MOST: Final = 5_000
# The fields stand outside the form of the mark, of which they are part: a press loses nothing.
FORM: Final = {"form": "marking"}


class NoteForm(forms.Form):
    """Where the note stands and what it says."""

    prefix = "note"
    # They belong to the form of the mark, which is also saved without a note.
    use_required_attribute = False

    place = forms.ChoiceField(label=gettext_lazy("Beside"), widget=forms.Select(FORM))
    at = forms.CharField(
        label=gettext_lazy("Page, or minute:second"),
        required=False,
        max_length=10,
        widget=forms.TextInput(FORM | {"inputmode": "text", "autocomplete": "off"}),
        help_text=gettext_lazy("For a PDF the page, for a recording where it is heard, as 1:05."),
    )
    quote = forms.CharField(required=False, strip=False, widget=forms.HiddenInput(FORM))
    text = forms.CharField(
        label=gettext_lazy("Margin note"),
        max_length=NOTE_AT_MOST,
        widget=forms.Textarea(FORM | {"rows": 3}),
    )

    def __init__(self, *args: Any, work: Margins, **kwargs: Any) -> None:
        self.work = work
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        if isinstance(place, forms.ChoiceField):
            place.choices = work.places()
        if not any(file.kind in {"pdf", "audio"} for file in work.files):
            del self.fields["at"]

    def clean_quote(self) -> str:
        """Return the words chosen; what a page's script sends too long is cut."""
        quote: str = self.cleaned_data["quote"]
        return quote.replace("\r\n", "\n").strip()[:QUOTE_AT_MOST]

    def clean(self) -> dict[str, Any]:
        """Read the page or the second by the kind of the file."""
        cleaned: dict[str, Any] = super().clean() or {}
        at, file = (cleaned.get("at") or "").strip(), self._file()
        cleaned["page"] = cleaned["second"] = None
        if at and file and file.kind == "pdf":
            cleaned["page"] = _page(at)
        elif at and file and file.kind == "audio":
            cleaned["second"] = _second(at)
        elif at:
            raise ValidationError({"at": _("Pages are of a PDF, minutes of a recording.")})
        return cleaned

    def where(self) -> Place:
        """Return the place; words are quoted only where they stand there."""
        file, number = self._file(), self.cleaned_data["place"].partition(":")[2]
        block = int(number) if number else None
        return Place(
            file_id=file.row.pk if file else None,
            block=block,
            page=self.cleaned_data["page"],
            second=self.cleaned_data["second"],
            quote=self._quoted(),
        )

    def _file(self) -> ShownFile | None:
        wanted = (self.cleaned_data.get("place") or "").partition(":")[0]
        return next((file for file in self.work.files if str(file.row.pk) == wanted), None)

    def _quoted(self) -> str:
        place, quote = self.cleaned_data["place"], self.cleaned_data["quote"]
        blocks = [*self.work.text, *(row for _f, rows in self.work.documents for row in rows)]
        words = next((block.words for block in blocks if block.place == place), "")
        return quote if quote and " ".join(quote.split()) in words else ""


def _page(at: str) -> int:
    if not at.isdigit() or not 0 < int(at) <= PAGES_AT_MOST:
        raise ValidationError({"at": _("Write the number of the page, for example 2.")})
    return int(at)


def _second(at: str) -> int:
    read = CLOCK.match(at)
    if read is None:
        raise ValidationError({"at": _("Write minutes and seconds, for example 1:05.")})
    return int(read[1]) * MINUTE + int(read[2])
