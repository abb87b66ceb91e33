"""Forms about results and issuing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from certificates.models import Recognition, RecognitionLine, SignatoryPost
from enrolments.actions.cohorts import DecisionData
from enrolments.models import Enrolment
from enrolments.models.cohorts import DecisionKind
from enrolments.models.places import Result
from lms.clock import today


class ResultFilter(forms.Form):
    """What narrows a list of results."""

    q = forms.CharField(label=_("Full name"), max_length=100, required=False)
    result = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("All results")), *Result.choices]
    )
    changed = forms.BooleanField(label=_("Changed by the council"), required=False)


class LineForm(forms.Form):
    """Another result than the records give, with the reason."""

    result = forms.ChoiceField(label=_("Result"), choices=Result.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Asked where the result differs from the proposed one."),
    )

    @classmethod
    def of(cls, line: RecognitionLine, data: Any = None) -> LineForm:
        """Return the form as it stands for a line."""
        return cls(data, initial={"result": line.result, "reason": line.reason})


class SupplementForm(forms.Form):
    """Who is listed in a supplementary recognition."""

    places = forms.TypedMultipleChoiceField(
        label=_("Learners"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, places: Iterable[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["places"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [
                (place.pk, f"{place.learner.full_name} · {place.sending_unit.name}")
                for place in places
            ]


class DecisionForm(forms.Form):
    """The recognition decision as its paper says."""

    number = forms.IntegerField(label=_("Number"), min_value=1)
    symbol = forms.CharField(
        label=_("Symbol"), max_length=40, help_text=_("After the number, such as QĐ-HVCB.")
    )
    issued_on = day_field(_("Date"))
    signer_name = forms.CharField(label=_("Signed by"), max_length=120)
    signer_title = forms.CharField(label=_("Title of the signer"), max_length=120)

    def clean_issued_on(self) -> Any:
        """Refuse a day to come."""
        day = self.cleaned_data["issued_on"]
        if day > today():
            raise forms.ValidationError(_text("The decision lies in the future."))
        return day

    def data_for(self, recognition: Recognition) -> DecisionData:
        """Return the decision of the institution whose class it is."""
        issuer = recognition.cohort.course.provider.unit
        return DecisionData(kind=DecisionKind.RECOGNITION, issuer=issuer, **self.cleaned_data)


class IssueForm(forms.Form):
    """Who signs the papers, and which day they bear."""

    signatory = forms.ModelChoiceField(
        label=_("Signatory"), queryset=SignatoryPost.objects.none(), empty_label=None
    )
    day = day_field(_("Date on the papers"))

    def __init__(self, *args: Any, recognition: Recognition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = recognition.cohort.course.provider_id
        posts = SignatoryPost.objects.in_force().filter(provider=provider)
        field = self.fields["signatory"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = posts.select_related("person")
        self.fields["day"].initial = today
        self._decision = recognition.decision

    def clean_day(self) -> Any:
        """Refuse a day before the decision or to come."""
        day = self.cleaned_data["day"]
        if self._decision and day < self._decision.issued_on:
            raise forms.ValidationError(
                _text("Papers follow the decision, not the other way round.")
            )
        if day > today():
            raise forms.ValidationError(_text("The date lies in the future."))
        return day
