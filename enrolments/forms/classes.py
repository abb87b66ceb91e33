"""Forms of the class pages: what narrows a list, and what is typed about a class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission
from courses.models import Course
from enrolments.actions.cohorts import CohortData, DecisionData
from enrolments.models import Cohort, Enrolment
from enrolments.models.cohorts import CohortQuerySet, CohortState
from enrolments.models.duties import ObligationStatus
from enrolments.models.places import EnrolmentQuerySet, EnrolmentState
from lms.clock import today
from lms.text import fold

RUN, TEACH, LEARN = "run", "teach", "learn"
OVERDUE = "overdue"
PARTS = ("number", "symbol", "issued_on", "signer_name", "signer_title")  # of a decision


class ClassFilter(forms.Form):
    """What narrows the list of classes."""

    q = forms.CharField(label=_("Class, code or course"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *CohortState.choices]
    )
    part = forms.ChoiceField(
        label=_("My part"),
        required=False,
        choices=[
            ("", _("All classes")),
            (RUN, _("Classes I manage")),
            (TEACH, _("Classes I teach or look after")),
            (LEARN, _("Classes I learn in")),
        ],
    )

    def narrow(self, classes: CohortQuerySet, user: User) -> CohortQuerySet:
        """Return the classes that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return classes.none()
        chosen = self.cleaned_data
        if chosen["q"]:
            classes = classes.matching(chosen["q"])
        if chosen["state"]:
            classes = classes.filter(state=chosen["state"])
        if chosen["part"] == RUN:
            managed = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
            classes = classes.filter(pk__in=managed.values("pk"))
        elif chosen["part"] == TEACH:
            classes = classes.filter(pk__in=user.cohort_staff.in_force().values("cohort"))
        elif chosen["part"] == LEARN:
            classes = classes.filter(pk__in=user.enrolments.in_force().values("cohort"))
        return classes


class LearnerFilter(forms.Form):
    """What narrows the learners of a class; also what its export holds."""

    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int, empty_value=None, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            (EnrolmentState.ENROLLED, EnrolmentState.ENROLLED.label),
            (EnrolmentState.STUDYING, EnrolmentState.STUDYING.label),
            (EnrolmentState.COMPLETED, EnrolmentState.COMPLETED.label),
            (OVERDUE, _("Overdue")),
            (EnrolmentState.DEFERRED, EnrolmentState.DEFERRED.label),
            (EnrolmentState.TRANSFERRED, EnrolmentState.TRANSFERRED.label),
            (EnrolmentState.WITHDRAWN, EnrolmentState.WITHDRAWN.label),
        ],
    )
    never = forms.BooleanField(label=_("Never signed in"), required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        if isinstance(field, forms.ChoiceField):
            # The page has read the units already: nothing asks for them a second time.
            field.choices = [("", _("All units")), *((unit.pk, str(unit)) for unit in units)]

    def narrow(self, places: EnrolmentQuerySet) -> EnrolmentQuerySet:
        """Return the places that pass; withdrawn ones only where they are asked for."""
        if not self.is_valid():
            return places.none()
        chosen = self.cleaned_data
        places = _of_state(places, chosen["state"])
        if chosen["q"]:
            text = chosen["q"].strip()
            folded = Q(learner__search_key__contains=fold(text))
            places = places.filter(
                folded | Q(learner__username__iexact=text) | Q(learner__staff_code=text)
            )
        if chosen["unit"]:
            places = places.filter(sending_unit=chosen["unit"])
        return places.filter(learner__last_login=None) if chosen["never"] else places


def _of_state(places: EnrolmentQuerySet, state: str) -> EnrolmentQuerySet:
    if state == OVERDUE:
        return places.in_force().filter(obligations__status=ObligationStatus.OVERDUE)
    return places.filter(state=state) if state else places.in_force()


class CourseStep(forms.Form):
    """Which course, and who runs the class."""

    course = forms.ModelChoiceField(label=_("Course"), queryset=Course.objects.none())
    organiser = forms.ModelChoiceField(label=_("Organised by"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses, units = self.fields["course"], self.fields["organiser"]
        if isinstance(courses, forms.ModelChoiceField):
            courses.queryset = Course.objects.offered().filter(archived_at=None)
        if isinstance(units, forms.ModelChoiceField):
            units.queryset = organising_units(by)


def organising_units(user: User) -> QuerySet[Unit]:
    """Return the units in whose name the user may open a class."""
    granted = RoleGrant.objects.giving(user, Permission.OPEN_COHORTS)
    return Unit.objects.open().filter(
        Q(pk__in=granted.unit_ids()) | Q(pk__in=granted.provider_unit_ids())
    )


class DatesStep(forms.Form):
    """What is said about a class."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    starts_on = day_field(_("Starts on"))
    ends_on = day_field(_("Ends on"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    seats = forms.IntegerField(
        label=_("Seats"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Leave empty where seats are not counted."),
    )
    is_self_paced = forms.BooleanField(label=_("Self-paced"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a class that ends before it starts."""
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned

    def data_of_cohort(self) -> CohortData:
        """Return what was typed."""
        return CohortData(**self.cleaned_data)


class DecisionForm(forms.Form):
    """A decision as its paper says; all of it, or nothing where it is not out yet."""

    number = forms.IntegerField(label=_("Decision number"), min_value=1, required=False)
    symbol = forms.CharField(label=_("Symbol"), max_length=40, required=False)
    issued_on = day_field(_("Decision date"), required=False)
    signer_name = forms.CharField(label=_("Signed by"), max_length=120, required=False)
    signer_title = forms.CharField(label=_("Title of the signer"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the missing parts of a decision that was begun."""
        cleaned = super().clean() or {}
        if any(cleaned.get(name) for name in PARTS):
            for name in PARTS[:-1]:  # the title may be missing
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed to enter the decision."))
        return cleaned

    def data_of_decision(self, kind: str, issuer: Unit) -> DecisionData | None:
        """Return the decision, or None where none was typed."""
        typed = {name: self.cleaned_data.get(name) for name in PARTS}
        return DecisionData.from_typed(kind, issuer, typed) if typed["number"] else None


class StopForm(DecisionForm):
    """Why a class is cancelled, by which decision."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))
    field_order = ["reason"]


class PostponeForm(StopForm):
    """A class put off: also the new days."""

    starts_on = day_field(_("New first day"))
    ends_on = day_field(_("New last day"))
    field_order = ["reason", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any]:
        """Refuse a class that ends before it starts."""
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class ExtendForm(ReasonForm):
    """Until when, and why."""

    due_on = day_field(_("New due date"))
    field_order = ["due_on", "reason"]

    def clean_due_on(self) -> dt.date:
        """Refuse a day that has passed."""
        day: dt.date = self.cleaned_data["due_on"]
        if day < today():
            raise forms.ValidationError(_("This day has passed."))
        return day


class PickForm(forms.Form):
    """Places ticked in a list."""

    ids = forms.ModelMultipleChoiceField(queryset=Enrolment.objects.none())

    def __init__(self, *args: Any, places: EnrolmentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ids"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = places
