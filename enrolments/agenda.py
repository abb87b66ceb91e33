"""The dates of a person: sessions of their classes and days on which something is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from enrolments.due import with_reasons
from enrolments.models import Obligation, Session
from enrolments.models.cohorts import CohortState
from enrolments.models.places import IN_FORCE
from lms.clock import today

# What a line reads of a session.
READ = (
    *("number", "title", "starts_at", "ends_at", "place", "link"),
    "cohort__place",
    "cohort__version__title_vi",
    "cohort__version__title_en",
)
OFF = (CohortState.DRAFT, CohortState.POSTPONED, CohortState.CANCELLED)


@dataclass(frozen=True)
class Event:
    """A line of the agenda."""

    at: dt.datetime
    title: str
    hint: str
    url: str
    icon: str
    word: str  # what kind of date it is, in words
    link: str = ""  # where an on-line session takes place

    @property
    def day(self) -> dt.date:
        """Return the local day."""
        return timezone.localdate(self.at)

    @property
    def month(self) -> str:
        """Return the heading the line stands under."""
        facts = {"month": self.day.month, "year": self.day.year}
        return pgettext("heading", "Month %(month)s/%(year)s") % facts

    @property
    def weekday(self) -> str:
        """Return the day of the week, in words."""
        return date_format(self.day, "l")


def sessions_of(person: User) -> QuerySet[Session]:
    """Return the sessions of the person's classes; `place_id` is the place they have there."""
    mine = Session.objects.filter(
        cohort__enrolments__learner=person, cohort__enrolments__state__in=IN_FORCE
    )
    taking_place = mine.filter(cancelled_at=None).exclude(cohort__state__in=OFF)
    return taking_place.select_related("cohort__version").annotate(
        place_id=F("cohort__enrolments__pk")
    )


def upcoming(
    person: User, *, at_most: int, dues: Iterable[Obligation] | None = None
) -> list[Event]:
    """Return the next dates; `dues` are the first duties by due date where they are known."""
    sessions = sessions_of(person).filter(ends_at__gte=timezone.now())
    rows = list(sessions.only(*READ).order_by("starts_at", "pk")[:at_most])
    if dues is None:
        dues = _dues(person).filter(due_on__gte=today()).order_by("due_on", "pk")[:at_most]
    ahead = [due for due in dues if due.due_on >= today()]
    events = [of_session(row) for row in rows] + [of_due(row) for row in ahead]
    return sorted(events, key=lambda event: event.at)[:at_most]


def past(person: User, *, at_most: int) -> list[Event]:
    """Return the dates that have passed, the latest first."""
    sessions = sessions_of(person).filter(ends_at__lt=timezone.now())
    dues = _dues(person).filter(due_on__lt=today())
    events = [of_session(row) for row in sessions.order_by("-starts_at", "-pk")[:at_most]]
    events += [of_due(row) for row in dues.order_by("-due_on", "-pk")[:at_most]]
    return sorted(events, key=lambda event: event.at, reverse=True)[:at_most]


def _dues(person: User) -> QuerySet[Obligation]:
    return with_reasons(Obligation.objects.outstanding().filter(person=person))


def of_session(session: Session) -> Event:
    """Return a session as a line."""
    start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    where = session.place or session.cohort.place or (_("Online") if session.link else "")
    hours = f"{time_format(start, 'H:i')}–{time_format(end, 'H:i')}"
    title = session.title or _("Session %(number)s") % {"number": session.number}
    return Event(
        at=session.starts_at,
        title=f"{title} · {session.cohort.version.title}",
        hint=" · ".join(filter(None, [hours, where])),
        url=reverse("enrolments:overview", args=[vars(session)["place_id"]]),
        icon="presentation",
        word=_("Session"),
        link=session.link,
    )


def of_due(duty: Obligation) -> Event:
    """Return a due date as a line."""
    return Event(
        at=duty.due_at,
        title=duty.title,
        hint=_("To be completed by the end of the day"),
        url=duty.get_absolute_url(),
        icon="flag",
        word=_("Due"),
    )
