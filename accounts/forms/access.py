"""Forms of getting in: sign-in, activation, passwords, addresses, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actions.corrections import parse_birth
from accounts.errors import Refused
from accounts.models import RoleGrant, Scope, Unit, User
from accounts.permissions import Permission, Role
from lms.clock import today

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class DateInput(forms.DateInput):
    """A day as the browser's own field: it sends and takes the ISO form in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: StrPromise, **kwargs: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(label=label, widget=DateInput(), **kwargs)


def choose_from(form: forms.Form, name: str, units: QuerySet[Unit]) -> None:
    """Offer these units in a field of the form."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = units


class SignInForm(forms.Form):
    """Sign-in code or personal address, password, and whether others use this computer."""

    login = forms.CharField(
        label=_("Sign-in code or personal e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    shared = forms.BooleanField(
        label=_("Shared computer"),
        required=False,
        help_text=_("Signs out after 10 idle minutes and when the browser is closed."),
    )


class NewPasswordForm(forms.Form):
    """A password typed twice."""

    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a short sentence is easy to remember."),
    )
    again = forms.CharField(
        label=_("New password once more"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse the short and the common."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> None:
        """Refuse two different ones."""
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords are not the same."))


class ActivationForm(NewPasswordForm):
    """What stands on the slip, the date of birth, and a password of one's own."""

    login = forms.CharField(label=_("Sign-in code"), max_length=254)
    code = forms.CharField(
        label=_("Activation code"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    birth = forms.CharField(
        label=_("Date of birth"),
        max_length=10,
        required=False,
        help_text=_("As in the personnel record: 02/09/1981, or only the year: 1981."),
    )
    field_order = ["login", "code", "birth", "password", "again"]

    def clean_birth(self) -> tuple[object, int | None]:
        """Read the date or the year."""
        text = self.cleaned_data["birth"].strip()
        if not text:
            return None, None
        try:
            return parse_birth(text)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error


class ChangePasswordForm(NewPasswordForm):
    """The password so far, and the next one."""

    current = forms.CharField(
        label=_("Current password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password", "again"]


class AddressForm(forms.Form):
    """An e-mail address."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class OwnAddressForm(AddressForm):
    """An address of one's own, or one shared with the office."""

    is_shared = forms.BooleanField(
        label=_("Other people use this address too"),
        required=False,
        help_text=_("Notices go there; it cannot be used to sign in or to reset the password."),
    )


class GrantForm(forms.Form):
    """Who plays which part where, from when to when."""

    person = forms.CharField(label=_("Sign-in code of the person"), max_length=40)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(r.value, r.label) for r in Role if r != Role.ADMINISTRATOR]
    )
    scope = forms.ChoiceField(label=_("Scope"), choices=Scope.choices, initial=Scope.UNIT)
    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("Leave empty for the whole site."),
    )
    since = day_field(_("From"), initial=today)
    until = day_field(
        _("Until"), required=False, help_text=_("First day without the role; empty: no end.")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.allowing(by, Permission.GRANT_ROLES).open()
        choose_from(self, "unit", units)

    def clean_person(self) -> User:
        """Find the person."""
        code = self.cleaned_data["person"].strip()
        person: User | None = User.objects.active().filter(username__iexact=code).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has this sign-in code."))
        return person

    def clean(self) -> None:
        """See that the parts go together and that the same role is not held already."""
        data = self.cleaned_data
        if data.get("scope") != Scope.SITE and not data.get("unit"):
            self.add_error("unit", _("Choose the unit of this scope."))
        if data.get("until") and data.get("since") and data["until"] < data["since"]:
            self.add_error("until", _("The end lies before the beginning."))
        held = RoleGrant.objects.in_force().filter(
            user=data.get("person"), role=data.get("role", ""), scope=data.get("scope", "")
        )
        if held.filter(unit=data.get("unit")).exists():
            self.add_error("role", _("The person already holds this role there."))


class EndGrantForm(forms.Form):
    """The first day without the role."""

    on = day_field(_("First day without the role"), initial=today)


class ExplainForm(forms.Form):
    """A person, and what the person does or does not see."""

    person = forms.CharField(label=_("Sign-in code of the person"), max_length=40)
    kind = forms.ChoiceField(label=_("What it is about"))
    target = forms.CharField(
        label=_("Code"), max_length=100, help_text=_("Sign-in code, unit code, class code…")
    )
    reason = forms.CharField(
        label=_("Reason for asking"),
        max_length=200,
        help_text=_("Kept in the audit log together with the question."),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
