"""Forms about sessions and staff."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import User
from accounts.permissions import COHORT_STAFF_PERMISSIONS, Role
from enrolments.actions.sessions import SessionData
from enrolments.clashes import clashes
from enrolments.models import Attendance, Cohort, Session
from lms.clock import today


class TimeInput(forms.TimeInput):
    """An hour as the browser's own field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class SessionForm(forms.Form):
    """When, where and by whom a session is held."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    day = day_field(_("Day"))
    begins = forms.TimeField(label=_("Time of beginning"), widget=TimeInput())
    ends = forms.TimeField(label=_("Time of ending"), widget=TimeInput())
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    link = forms.URLField(
        label=_("Link"),
        required=False,
        assume_scheme="https",
        help_text=_("A session is held in a place or on line, not both."),
    )
    periods = forms.DecimalField(
        label=_("Periods"), min_value=Decimal("0.5"), max_value=Decimal(20), decimal_places=1
    )
    trainer = forms.ModelChoiceField(
        label=_("Trainer"), queryset=User.objects.none(), required=False
    )

    anyway = forms.BooleanField(
        label=_("Record it although a trainer or a room is taken"), required=False
    )

    def __init__(
        self, *args: Any, cohort: Cohort, session: Session | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        field = self.fields["trainer"]
        if isinstance(field, forms.ModelChoiceField):
            named = cohort.staff.in_force().filter(role=Role.TRAINER)
            field.queryset = User.objects.filter(pk__in=named.values("user")).by_given_name()

    def clean(self) -> dict[str, Any]:
        """Say what the database would refuse."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("The session ends before it begins."))
        if cleaned.get("place") and cleaned.get("link"):
            self.add_error("link", _("A session is held in a place or on line, not both."))
        if not self.errors and not cleaned.get("anyway"):
            self._refuse_clashes()
        return cleaned

    def _refuse_clashes(self) -> None:
        """Name what is taken; the same form sent with the tick is recorded."""
        data = self.data_of_session()
        for words in clashes(
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            place=data.place,
            trainer_id=data.trainer_id,
            but=self.session,
        ):
            self.add_error(None, words)

    def data_of_session(self) -> SessionData:
        """Return what was typed."""
        typed = self.cleaned_data
        return SessionData(
            title=typed["title"],
            starts_at=_moment(typed["day"], typed["begins"]),
            ends_at=_moment(typed["day"], typed["ends"]),
            place=typed["place"],
            link=typed["link"],
            periods=typed["periods"],
            trainer_id=typed["trainer"].pk if typed["trainer"] else None,
        )


def _moment(day: dt.date, hour: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, hour))


def initial_of(session: Session) -> dict[str, Any]:
    """Return what the form shows of a session."""
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    return {
        "title": session.title,
        "day": begins.date(),
        "begins": begins.time(),
        "ends": ends.time(),
        "place": session.place,
        "link": session.link,
        "periods": session.periods,
        "trainer": session.trainer_id,
    }


class StaffForm(forms.Form):
    """A person by sign-in code, a part and a day."""

    login = forms.CharField(label=_("Sign-in code"), max_length=40)
    role = forms.ChoiceField(
        label=_("Part"),
        choices=[(role, Role(role).label) for role in COHORT_STAFF_PERMISSIONS],
    )
    since = day_field(_("From"), initial=today)
    person: User | None = None

    def clean_login(self) -> str:
        """Find the person."""
        login = str(self.cleaned_data["login"]).strip()
        people = User.objects.active()
        self.person = people.filter(Q(username__iexact=login) | Q(staff_code=login)).first()
        if self.person is None:
            raise forms.ValidationError(_("Nobody has this sign-in code."))
        return login


class HandOverForm(StaffForm):
    """Who takes over, and from which day."""

    role = None  # type: ignore[assignment]  # Django's way to drop an inherited field


def attendance_of(data: Any, enrolment_ids: list[int]) -> dict[int, str]:
    """Return the marks of a sent grid, by place; what is not a mark is left out."""
    known = {"", *Attendance.Status.values}
    marks = {pk: data.get(f"a{pk}") for pk in enrolment_ids}
    return {pk: mark for pk, mark in marks.items() if mark in known}
