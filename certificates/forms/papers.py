"""Forms about papers that exist: endings, public look-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from certificates.models import Certificate, CertificateState, Replacement, SignatoryPost
from certificates.models.papers import CertificateQuerySet
from lms.clock import today
from lms.text import fold


class PaperFilter(forms.Form):
    """What narrows a register."""

    q = forms.CharField(label=_("Name or number"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *CertificateState.choices]
    )

    def narrow(self, papers: CertificateQuerySet) -> CertificateQuerySet:
        """Return the papers that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return papers.none()
        text, state = self.cleaned_data["q"].strip(), self.cleaned_data["state"]
        if text:
            by_name = Q(person__search_key__contains=fold(text))
            papers = papers.filter(by_name | Q(register_number=text) | Q(serial=text))
        return papers.filter(state=state) if state else papers


class RevokeForm(forms.Form):
    """Why a paper is taken back, and by which decision."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    decision = forms.CharField(
        label=_("Decision"), max_length=120, help_text=_("Number, symbol and date.")
    )


class ReplacementForm(forms.Form):
    """Why another paper is asked for."""

    cause = forms.ChoiceField(
        label=_("Cause"), choices=Replacement.Cause.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What is wrong, or what happened"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    original_returned = forms.BooleanField(label=_("The original was returned"), required=False)
    requested_on = day_field(_("Day of the request"), initial=today)


class NewPaperForm(forms.Form):
    """Who signs the new paper."""

    signatory = forms.ModelChoiceField(
        label=_("Signatory"), queryset=SignatoryPost.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, paper: Certificate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = SignatoryPost.objects.in_force().filter(provider=paper.register.provider_id)
        field = self.fields["signatory"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = posts.exclude(person=paper.person_id).select_related("person")


class RefusalForm(forms.Form):
    """Why a request is refused."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class LookUpForm(forms.Form):
    """Both numbers of a paper: one alone does not open the register."""

    number = forms.CharField(label=_("Register number"), max_length=60)
    serial = forms.CharField(label=_("Serial number"), max_length=60)


class MatchForm(forms.Form):
    """What the asker reads on the paper."""

    name = forms.CharField(
        label=_("Full name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    birth = forms.CharField(
        label=_("Date of birth"),
        max_length=20,
        required=False,
        help_text=_("As printed, such as 02/9/1990. Leave blank if the paper has none."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
