"""Forms about requests: asking, and answering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from enrolments.actions.requests import Asked
from enrolments.models import DutyRequest
from enrolments.models.requests import RequestKind
from files.accept import PAPERS

LENGTH = 2000


class AskForm(forms.Form):
    """What is asked about a duty, and why."""

    kind = forms.ChoiceField(
        label=_("What is asked"), choices=RequestKind.choices, widget=forms.RadioSelect
    )
    wanted_on = day_field(_("New due date"), required=False, help_text=_("Only for more time."))
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea({"rows": 4}), max_length=LENGTH
    )
    file = forms.FileField(
        label=_("Paper that proves it"),
        required=False,
        help_text=_("A decision, a certificate, a note of leave: PDF, document or photo."),
        widget=forms.ClearableFileInput(attrs={"accept": PAPERS.html}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the day where more time is asked."""
        values = super().clean() or self.cleaned_data
        if values.get("kind") == RequestKind.EXTENSION and not values.get("wanted_on"):
            self.add_error("wanted_on", _("Say until which day."))
        return values

    def asked(self) -> Asked:
        """Return what was said; a day belongs to an extension alone."""
        values, file = self.cleaned_data, self.cleaned_data["file"]
        is_extension = values["kind"] == RequestKind.EXTENSION
        return Asked(
            kind=values["kind"],
            reason=values["reason"],
            wanted_on=values["wanted_on"] if is_extension else None,
            content=file.file if file else None,
            name=file.name if file else "",
        )


class AnswerForm(forms.Form):
    """Granting, with another day perhaps, or refusing with a reason."""

    due_on = day_field(_("New due date"), required=False)
    answer = forms.CharField(
        label=_("Answer to the person"),
        widget=forms.Textarea({"rows": 4}),
        max_length=LENGTH,
        required=False,
        help_text=_("Must be there to refuse."),
    )

    def __init__(self, *args: Any, asked: DutyRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked.kind == RequestKind.EXTENSION:
            self.fields["due_on"].initial = asked.wanted_on
        else:
            del self.fields["due_on"]
