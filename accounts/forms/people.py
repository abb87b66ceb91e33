"""Forms about people and units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import identity
from accounts.actions.corrections import parse_birth
from accounts.actions.people import PersonData
from accounts.errors import Refused
from accounts.forms.access import choose_from, day_field
from accounts.models import CorrectionRequest, Gender, Unit, UnitKind, User, UserQuerySet
from accounts.models.units import UnitQuerySet
from accounts.permissions import Permission
from lms.clock import today
from lms.text import nfc
from reference.models import Code

NEVER, EVER = "never", "ever"


class PeopleFilter(forms.Form):
    """What narrows the list of people; also what its export holds."""

    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), required=False, empty_label=_("All units")
    )
    category = forms.ModelChoiceField(
        label=_("Staff category"),
        queryset=Code.objects.filter(list="staff_category"),
        required=False,
        empty_label=_("All categories"),
    )
    came = forms.ChoiceField(
        label=_("Sign-in"),
        required=False,
        choices=[("", _("All")), (NEVER, _("Never signed in")), (EVER, _("Has signed in"))],
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.allowing(by, Permission.SEE_PEOPLE).open()
        choose_from(self, "unit", units)

    def narrow(self, people: UserQuerySet) -> UserQuerySet:
        """Return the people that pass; a filter that cannot be read passes nobody."""
        if not self.is_valid():
            return people.none()
        chosen = self.cleaned_data
        if chosen["q"]:
            people = people.matching(chosen["q"])
        if chosen["unit"]:
            people = people.posted_in(Unit.objects.under(chosen["unit"].pk))
        if chosen["category"]:
            people = people.in_category(chosen["category"])
        if chosen["came"]:
            people = people.filter(last_login__isnull=chosen["came"] == NEVER)
        return people


class PersonForm(forms.Form):
    """The record of a person."""

    family_name = forms.CharField(label=_("Family name"), max_length=60, required=False)
    middle_name = forms.CharField(label=_("Middle name"), max_length=100, required=False)
    given_name = forms.CharField(label=_("Given name"), max_length=60)
    birth = forms.CharField(
        label=_("Date of birth"),
        max_length=10,
        required=False,
        help_text=_("02/09/1981, or only the year: 1981."),
    )
    gender = forms.ChoiceField(
        label=_("Gender"), choices=[("", _("Not recorded")), *Gender.choices], required=False
    )
    mobile = forms.CharField(label=_("Mobile"), max_length=20, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("May be a mailbox of the office; it identifies nobody."),
    )
    identity_number = forms.CharField(
        label=_("Identity number"),
        max_length=20,
        required=False,
        help_text=_("12 digits. Stored encrypted; it is not shown again after saving."),
    )

    def clean_birth(self) -> tuple[object, int | None]:
        """Read the date or the year."""
        try:
            return (
                parse_birth(self.cleaned_data["birth"])
                if self.cleaned_data["birth"]
                else (None, None)
            )
        except Refused as error:
            raise forms.ValidationError(str(error)) from error

    def clean_identity_number(self) -> str:
        """Refuse what is not twelve digits."""
        number: str = self.cleaned_data["identity_number"]
        if number and not identity.normalised(number):
            raise forms.ValidationError(_("An identity number has 12 digits."))
        return number

    def data_of_person(self) -> PersonData:
        """Return the record as the actions take it."""
        held = self.cleaned_data
        names = [held["family_name"], held["middle_name"], held["given_name"]]
        return PersonData(
            full_name=nfc(" ".join(names)),
            family_name=held["family_name"],
            middle_name=held["middle_name"],
            given_name=held["given_name"],
            staff_code=held.get("staff_code", ""),
            birth_date=held["birth"][0],
            birth_year=held["birth"][1],
            gender=held["gender"],
            mobile=held["mobile"],
            email=held["email"],
            identity_number=held["identity_number"],
        )


class PostForm(forms.Form):
    """A post in a unit of the officer's scope."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    category = forms.ModelChoiceField(
        label=_("Staff category"), queryset=Code.objects.filter(list="staff_category")
    )
    title = forms.CharField(label=_("Position"), max_length=150, required=False)
    is_head = forms.BooleanField(label=_("Head of the unit"), required=False)
    since = day_field(_("From"), initial=today)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.allowing(by, Permission.MANAGE_PEOPLE).open()
        choose_from(self, "unit", units)


class NewPersonForm(PersonForm, PostForm):
    """A new record with its first post."""

    staff_code = forms.CharField(
        label=_("Staff code"),
        max_length=40,
        required=False,
        help_text=_("Also the sign-in code. Empty: a short sign-in code is made."),
    )
    confirmed = forms.BooleanField(
        label=_("This is another person: make a new record"), required=False
    )
    field_order = ["staff_code", "family_name", "middle_name", "given_name", "birth", "gender"]

    def clean_staff_code(self) -> str:
        """Refuse a code that lets somebody else in."""
        code: str = self.cleaned_data["staff_code"].strip()
        taken = Q(username__iexact=code) | Q(staff_code__iexact=code)
        if code and ("@" in code or User.objects.filter(taken).exists()):
            raise forms.ValidationError(_("This code cannot be used."))
        return code


class MoveForm(PostForm):
    """The next post of a person, and why the last one ends."""

    reason = forms.ModelChoiceField(
        label=_("Why the present post ends"),
        queryset=Code.objects.filter(list="end_reason"),
        required=False,
    )


class EndPostingForm(forms.Form):
    """When and why a post ends."""

    on = day_field(_("First day without the post"), initial=today)
    reason = forms.ModelChoiceField(
        label=_("Reason"), queryset=Code.objects.filter(list="end_reason")
    )


class RevealForm(forms.Form):
    """Why somebody must read an identity number."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


CORRECTABLE = {
    "full_name": _("Full name"),
    "birth": _("Date of birth"),
    "gender": _("Gender"),
    "mobile": _("Mobile"),
}


class CorrectionForm(forms.Form):
    """What is wrong in the record, and what is right."""

    field = forms.ChoiceField(label=_("What is to be corrected"), choices=list(CORRECTABLE.items()))
    new_value = forms.CharField(label=_("The right information"), max_length=200)
    note = forms.CharField(
        label=_("Explanation"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For instance which paper shows it."),
    )

    def clean(self) -> None:
        """Refuse what cannot be written into the record."""
        field, value = self.cleaned_data.get("field"), self.cleaned_data.get("new_value", "")
        if field == "birth" and value:
            try:
                parse_birth(value)
            except Refused as error:
                self.add_error("new_value", str(error))
        if field == "gender" and value:
            self._read_gender(value)

    def _read_gender(self, value: str) -> None:
        words = {str(label).casefold(): key for key, label in Gender.choices}
        if value.casefold() not in words:
            self.add_error("new_value", _("Write Female or Male."))
            return
        self.cleaned_data["new_value"] = words[value.casefold()]


class DecisionForm(forms.Form):
    """Accept, or refuse with a reason."""

    decision = forms.ChoiceField(
        choices=[
            (CorrectionRequest.State.ACCEPTED, _("Accept")),
            (CorrectionRequest.State.REFUSED, _("Refuse")),
        ]
    )
    reason = forms.CharField(max_length=500, required=False)

    def clean(self) -> None:
        """Ask for a reason where there must be one."""
        refused = self.cleaned_data.get("decision") == CorrectionRequest.State.REFUSED
        if refused and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why it is refused."))


class UnitForm(forms.Form):
    """A new unit."""

    code = forms.CharField(label=_("Unit code"), max_length=30)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)
    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    parent = forms.ModelChoiceField(label=_("Part of"), queryset=Unit.objects.none())
    since = day_field(_("From"), initial=today)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "parent", managed_units(by))

    def clean_code(self) -> str:
        """Refuse a code in use."""
        code: str = self.cleaned_data["code"].strip()
        if Unit.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another unit has this code."))
        return code


class RenameForm(forms.Form):
    """The next name of a unit."""

    name = forms.CharField(label=_("New name"), max_length=200)
    since = day_field(_("From"), initial=today)


class PlaceForm(forms.Form):
    """The next place of a unit in the tree."""

    parent = forms.ModelChoiceField(label=_("Part of"), queryset=Unit.objects.none())
    since = day_field(_("From"), initial=today)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "parent", managed_units(by))


class CloseForm(forms.Form):
    """When a unit closes, and which one takes over."""

    on = day_field(_("First day without the unit"), initial=today)
    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("Takes over what the unit leaves, and the roles that name it."),
    )

    def __init__(self, *args: Any, by: User, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "successor", managed_units(by).exclude(pk=unit.pk))


def managed_units(by: User) -> UnitQuerySet:
    """Return the open units whose place in the tree the person may change."""
    return Unit.objects.allowing(by, Permission.MANAGE_UNITS).open()
