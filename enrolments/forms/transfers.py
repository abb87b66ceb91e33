"""Forms about another class, a place put off, another person in a seat."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import Unit, User
from enrolments.forms.classes import ReasonForm
from enrolments.forms.sending import sendable, units_of
from enrolments.models import Cohort, Enrolment
from enrolments.models.cohorts import OPEN_TO_SENDING
from lms.clock import today


def classes_to_go_on_in(course_id: int, user: User) -> QuerySet[Cohort]:
    """Return the classes of a course that take learners and that the user may see."""
    classes = Cohort.objects.visible_to(user).filter(course=course_id, state__in=OPEN_TO_SENDING)
    return classes.order_by("starts_on", "pk")


class TransferForm(ReasonForm):
    """Into which class, and why."""

    to = forms.ModelChoiceField(
        label=_("Class"),
        queryset=Cohort.objects.none(),
        help_text=_("Classes of the same course that take learners."),
    )
    field_order = ["to", "reason"]

    def __init__(self, *args: Any, classes: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = classes  # type: ignore[attr-defined]  # stubs know only Field


class DeferForm(ReasonForm):
    """Until when a place is put off, and why."""

    until = day_field(_("Put off until"))
    field_order = ["until", "reason"]

    def clean_until(self) -> dt.date:
        """Refuse a day that has passed."""
        day: dt.date = self.cleaned_data["until"]
        if day <= today():
            raise forms.ValidationError(_("This day has passed."))
        return day


class SubstituteForm(ReasonForm):
    """Who takes the seat, and why."""

    code = forms.CharField(
        label=_("Sign-in or staff code"),
        max_length=60,
        help_text=_("Of somebody of your units. The sending decision stays the same."),
    )
    field_order = ["code", "reason"]

    def __init__(self, *args: Any, place: Enrolment, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place, self._user = place, user
        self.unit: Unit = place.sending_unit

    def clean_code(self) -> User:
        """Find the person among those the officer may send."""
        text = self.cleaned_data["code"].strip()
        people = sendable(self._user).filter(Q(username__iexact=text) | Q(staff_code=text))
        person: User | None = people.first()
        if person is None or person.pk == self._place.learner_id:
            raise forms.ValidationError(_("No person with this code in the unit"))
        self.unit = units_of([person], self._user)[person.pk]
        return person
