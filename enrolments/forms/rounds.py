"""Forms of nomination rounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.access import day_field
from accounts.models import Unit, User, UserQuerySet
from accounts.permissions import Permission
from courses.models import Course
from enrolments.actions.cohorts import DecisionData
from enrolments.actions.rounds import RoundData, units_to_ask
from enrolments.consolidating import ALPHABET, ONE, UNITS
from enrolments.forms.classes import DecisionForm, organising_units
from enrolments.models import Cohort, Nomination, NominationRound, RoundAnswer
from enrolments.models.cohorts import OPEN_TO_SENDING, CohortState, DecisionKind
from enrolments.models.rounds import AnswerState, OverQuota, RoundAnswerQuerySet
from files.accept import PAPERS
from reference.models import Code

if TYPE_CHECKING:
    ClassesField = forms.ModelMultipleChoiceField[Cohort]
else:
    ClassesField = forms.ModelMultipleChoiceField

LATE, OVER = "late", "over"
FOUND_AT_MOST = 50


def callable_classes(user: User) -> QuerySet[Cohort]:
    """Return the classes for which the user may call people."""
    managed = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
    return managed.filter(state__in=[CohortState.DRAFT, *OPEN_TO_SENDING])


class CourseChoice(forms.Form):
    """Of which course the classes are."""

    course = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=Course.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["course"]
        if isinstance(field, forms.ModelChoiceField):
            classes = callable_classes(by).order_by().values("course")
            field.queryset = Course.objects.filter(pk__in=classes).order_by("code")


class _Classes(ClassesField):
    """Classes with their days: which of them is meant is read from those."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} · {obj.name} ({obj.starts_on:%d/%m/%Y} – {obj.ends_on:%d/%m/%Y})"


class RoundForm(forms.Form):
    """What is typed about a round."""

    title = forms.CharField(label=gettext_lazy("Name of the round"), max_length=200)
    organiser = forms.ModelChoiceField(
        label=gettext_lazy("Organised by"), queryset=Unit.objects.none(), empty_label=None
    )
    cohorts = _Classes(
        label=gettext_lazy("Classes"),
        queryset=Cohort.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    document_number = forms.CharField(
        label=gettext_lazy("Number of the calling document"), max_length=60, required=False
    )
    document_date = day_field(gettext_lazy("Date of the document"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Calling document (file)"),
        required=False,
        widget=forms.FileInput({"accept": PAPERS.html}),
    )
    closes_on = day_field(gettext_lazy("Deadline"))
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    categories = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Only these staff categories"),
        queryset=Code.objects.filter(list="staff_category"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none to take all."),
    )
    most_per_unit = forms.IntegerField(
        label=gettext_lazy("At most per unit (people)"),
        min_value=1,
        max_value=300,
        required=False,
        help_text=gettext_lazy("For units without a quota of their own."),
    )
    over_quota = forms.ChoiceField(
        label=gettext_lazy("A list longer than the quota"),
        choices=OverQuota.choices,
        widget=forms.RadioSelect,
        initial=OverQuota.REFUSE,
    )
    takes_late = forms.BooleanField(
        label=gettext_lazy("Take answers after the deadline, marked late"),
        required=False,
        initial=True,
    )

    def __init__(
        self, *args: Any, by: User, course: Course, asked: NominationRound | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = _initial(asked) if asked else {}
        classes, units = self.fields["cohorts"], self.fields["organiser"]
        if isinstance(classes, forms.ModelMultipleChoiceField):
            held = Q(rounds=asked) if asked else Q(pk__in=[])
            ids = Cohort.objects.filter(held).values("pk")
            own = Q(pk__in=callable_classes(by).values("pk")) | Q(pk__in=ids)
            classes.queryset = Cohort.objects.filter(own, course=course).order_by("code")
        if isinstance(units, forms.ModelChoiceField):
            units.queryset = organising_units(by)
        if asked:
            del self.fields["organiser"]

    def clean_file(self) -> Any:
        """Refuse a file of a kind that is not kept, before anything is written."""
        return _checked(self.cleaned_data["file"])

    def data_of_round(self) -> RoundData:
        """Return what was typed."""
        return RoundData(**{one.name: self.cleaned_data[one.name] for one in fields(RoundData)})


def _initial(asked: NominationRound) -> dict[str, Any]:
    words = {one.name: getattr(asked, one.name) for one in fields(RoundData)}
    chosen = {
        name: getattr(asked, name).values_list("pk", flat=True)
        for name in ("cohorts", "categories")
    }
    return {**words, **chosen}


def _checked(file: Any) -> Any:
    if file:
        PAPERS.check_name(file.name)
        PAPERS.check_size(file.size)
    return file


class QuotasForm(forms.Form):
    """One figure for each unit that may be asked."""

    everybody = forms.BooleanField(
        label=gettext_lazy("Ask the units without a figure too"), required=False
    )

    def __init__(
        self, *args: Any, asked: NominationRound, copied: Mapping[int, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        held = dict(asked.answers.values_list("unit", "quota"))
        self.fields["everybody"].initial = None in held.values()
        self.units = list(units_to_ask(asked.organiser))
        self.held = held
        for unit in self.units:
            self.fields[f"unit_{unit.pk}"] = forms.IntegerField(
                label=unit.name,
                min_value=0,
                max_value=300,
                required=False,
                initial=copied.get(unit.pk, held.get(unit.pk)),
            )

    def quotas(self) -> dict[int, int | None]:
        """Return whom to ask: a figure, or none where everybody is asked; 0 asks nobody."""
        typed = {unit.pk: self.cleaned_data[f"unit_{unit.pk}"] for unit in self.units}
        everybody = self.cleaned_data["everybody"]
        return {pk: n for pk, n in typed.items() if n or (n is None and everybody)}


class BoardFilter(forms.Form):
    """What narrows the board to units that stand alike."""

    q = forms.CharField(label=gettext_lazy("Unit"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All states")),
            *AnswerState.choices,
            (LATE, gettext_lazy("Late answer")),
            (OVER, gettext_lazy("Over quota")),
        ],
    )

    def narrow(self, answers: RoundAnswerQuerySet) -> RoundAnswerQuerySet:
        """Return the answers that pass."""
        if not self.is_valid():
            return answers.none()
        state, text = self.cleaned_data["state"], self.cleaned_data["q"]
        if text:
            answers = answers.filter(unit__in=Unit.objects.matching(text))
        if state == LATE:
            return answers.filter(is_late=True)
        if state == OVER:
            return answers.filter(over_quota())
        return answers.filter(state=state) if state else answers


def over_quota() -> Q:
    """Return the condition of a list that is longer than the unit's quota."""
    return Q(people__gt=Coalesce(F("quota"), F("round__most_per_unit")))


class ListForm(forms.Form):
    """The list of a unit under way: who is on it, with a note each; all of it travels along."""

    q = forms.CharField(label=gettext_lazy("Name or code"), max_length=100, required=False)
    codes = forms.CharField(
        label=gettext_lazy("Or paste codes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Sign-in or staff codes, one a line."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def notes(self) -> dict[int, str]:
        """Return the ticked people, each with the note typed beside the name."""
        getlist: Any = getattr(self.data, "getlist", lambda _name: [])
        ids = [int(pk) for pk in getlist("ids") if pk.isdigit() and len(pk) < 19]  # noqa: PLR2004
        return {pk: str(self.data.get(f"note_{pk}", ""))[:200] for pk in ids}

    def pasted(self, people: UserQuerySet) -> tuple[list[int], list[str]]:
        """Return the people of pasted codes, and the codes that are nobody's in the unit."""
        text = self.cleaned_data.get("codes", "")
        codes = {code.lower(): code for code in re.split(r"[\s,;]+", text) if code}
        if not codes:
            return [], []
        found = people.annotate(login=Lower("username"), staff=Lower("staff_code")).filter(
            Q(login__in=codes) | Q(staff__in=codes)
        )
        rows = list(found.values_list("pk", "login", "staff"))
        known = {word for _pk, *words in rows for word in words}
        return [row[0] for row in rows], [code for low, code in codes.items() if low not in known]


class SendingForm(DecisionForm):
    """The sending decision and a scan of it."""

    file = forms.FileField(
        label=gettext_lazy("Sending decision (file)"),
        required=False,
        widget=forms.FileInput({"accept": PAPERS.html}),
    )

    @classmethod
    def of(cls, answer: RoundAnswer) -> SendingForm:
        """Return the form with the decision that the unit gave last time."""
        names = ("number", "symbol", "issued_on", "signer_name", "signer_title")
        held = answer.decision
        return cls(initial={name: getattr(held, name) for name in names} if held else {})

    def clean_file(self) -> Any:
        """Refuse a file of a kind that is not kept."""
        return _checked(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        """A scan belongs to a decision."""
        cleaned = super().clean()
        if cleaned.get("file") and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", ValidationError(_("Needed to enter the decision.")))
        return cleaned

    def data_for(self, answer: RoundAnswer) -> DecisionData | None:
        """Return the decision, issued by the unit."""
        return self.data_of_decision(DecisionKind.SENDING, answer.unit)


class DivideForm(forms.Form):
    """How the list is divided among the classes."""

    way = forms.ChoiceField(
        label=gettext_lazy("Divide"),
        choices=[
            (ALPHABET, gettext_lazy("Evenly, by name")),
            (UNITS, gettext_lazy("Evenly, units kept together")),
            (ONE, gettext_lazy("All into one class")),
        ],
    )
    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Class (for “one class”)"),
        queryset=Cohort.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cohort"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = cohorts

    def clean(self) -> dict[str, Any]:
        """Ask which class, where it is to be one."""
        cleaned = super().clean() or {}
        if cleaned.get("way") == ONE and not cleaned.get("cohort"):
            self.add_error("cohort", _("Choose the class."))
        return cleaned


def chosen_classes(data: Mapping[str, Any], rows: Iterable[Nomination]) -> dict[int, int | None]:
    """Return the class chosen beside each name; what cannot be read chooses none."""
    found: dict[int, int | None] = {}
    for row in rows:
        text = str(data.get(f"class_{row.pk}", ""))
        if f"class_{row.pk}" in data:
            found[row.pk] = int(text) if text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004
    return found
