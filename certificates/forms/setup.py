"""Forms of what an institution sets up before it issues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import RoleGrant, User
from accounts.permissions import Permission, roles_with
from certificates.models import Register
from certificates.models.register import CertificateKind
from certificates.numbering import parts_of
from courses.models import Course, Provider
from lms.clock import today


def number_form(text: str) -> None:
    """Refuse a form that names no running number."""
    if "number" not in parts_of(text) or "?" in parts_of(text):
        raise ValidationError(_text("Use {number}, such as {number:04d}/{year}/GCN-HVCB."))


def serial_form(text: str) -> None:
    """Refuse a serial number that whoever knows one paper can guess."""
    number_form(text)
    if "check" not in parts_of(text):
        raise ValidationError(_text("Use {check} too: letters that cannot be guessed."))


class RegisterForm(forms.Form):
    """How the numbers of a register print."""

    number_format = forms.CharField(
        label=_("Form of the register number"),
        max_length=60,
        validators=[number_form],
        help_text=_("{number:04d} is the running number with four digits, {year} the year."),
    )
    serial_format = forms.CharField(
        label=_("Form of the serial number"),
        max_length=60,
        validators=[serial_form],
        help_text=_("{check} stands for letters that cannot be guessed, {yy} for the short year."),
    )
    place = forms.CharField(
        label=_("Place of issue"),
        max_length=100,
        help_text=_("As it stands before the date on the papers."),
    )

    @classmethod
    def of(cls, register: Register, data: Any = None) -> RegisterForm:
        """Return the form as it stands for a register."""
        names = ("number_format", "serial_format", "place")
        return cls(data, initial={name: getattr(register, name) for name in names})


class OfProviderForm(forms.Form):
    """A form that begins with an institution of one's own."""

    provider = forms.ModelChoiceField(
        label=_("Training institution"), queryset=Provider.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = providers
        self.choose("provider", providers)

    def choose(self, name: str, rows: Any) -> None:
        """Offer these rows in a field."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows


class NewRegisterForm(OfProviderForm):
    """Which register is opened."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CertificateKind.choices)
    year = forms.IntegerField(
        label=_("Year"), min_value=2000, max_value=2100, initial=lambda: today().year
    )


class AuthorisationForm(OfProviderForm):
    """A programme assigned to the institution by the competent authority."""

    course = forms.ModelChoiceField(label=_("Course"), queryset=Course.objects.none())
    reference = forms.CharField(
        label=_("Decision"), max_length=120, help_text=_("Number and symbol.")
    )
    issued_by = forms.CharField(label=_("Issued by"), max_length=200)
    since = day_field(_("From"))
    until = day_field(_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("course", Course.objects.filter(provider__in=self.providers))

    def clean(self) -> dict[str, Any]:
        """Refuse a course of another institution and a period that ends before it starts."""
        chosen = super().clean() or {}
        course, provider = chosen.get("course"), chosen.get("provider")
        if course and provider and course.provider_id != provider.pk:
            self.add_error("course", _text("The course is not one of this institution."))
        _check_period(self, chosen)
        return chosen


class SignatoryForm(OfProviderForm):
    """Who signs, under which title, from when to when."""

    person = forms.ModelChoiceField(label=_("Signatory"), queryset=User.objects.none())
    title = forms.CharField(
        label=_("Title on the paper"), max_length=120, help_text=_("Such as Giám đốc.")
    )
    since = day_field(_("From"))
    until = day_field(_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_with(Permission.SIGN_CERTIFICATES)
        units = self.providers.values("unit")
        grants = RoleGrant.objects.in_force().filter(role__in=roles, unit__in=units)
        people = User.objects.filter(pk__in=grants.values("user")).by_given_name()
        self.choose("person", people)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        chosen = super().clean() or {}
        _check_period(self, chosen)
        return chosen


class EndForm(forms.Form):
    """The last day."""

    until = day_field(_("Last day"))


def _check_period(form: forms.Form, chosen: dict[str, Any]) -> None:
    since, until = chosen.get("since"), chosen.get("until")
    if since and until and until < since:
        form.add_error("until", _text("The last day lies before the first."))
