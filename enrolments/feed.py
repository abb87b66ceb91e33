"""A person's dates as an iCalendar (RFC 5545): sessions attended or taught, and days due."""

from __future__ import annotations

import datetime as dt
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import User
from enrolments.agenda import OFF, of_session, sessions_of
from enrolments.models import Obligation, Session

BACK: Final = dt.timedelta(days=90)
AT_MOST: Final = 500


def calendar_of(person: User) -> bytes:
    """Return the calendar in the person's language; two queries and one for what they teach."""
    with translation.override(person.language):
        calendar = Calendar()
        calendar.add("prodid", "-//LMS//VN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Training calendar"))
        calendar.add("refresh-interval;value=duration", "PT6H")
        for event in [*_sessions(person), *_taught(person), *_dues(person)]:
            calendar.add_component(event)
        written: bytes = calendar.to_ical()
    return written


def _sessions(person: User) -> list[Event]:
    rows = sessions_of(person).filter(ends_at__gte=timezone.now() - BACK)
    return [_of(row, of_session(row).title) for row in rows.order_by("starts_at", "pk")[:AT_MOST]]


def _taught(person: User) -> list[Event]:
    rows = Session.objects.filter(
        trainer=person, cancelled_at=None, ends_at__gte=timezone.now() - BACK
    ).exclude(cohort__state__in=OFF)
    rows = rows.select_related("cohort__version").order_by("starts_at", "pk")[:AT_MOST]
    return [_of(row, _("Teaching: %(class)s") % {"class": row.cohort.name}) for row in rows]


def _dues(person: User) -> list[Event]:
    duties = Obligation.objects.outstanding().filter(person=person).order_by("due_on", "pk")
    return [_due(duty) for duty in duties[:AT_MOST]]


def _of(session: Session, title: str) -> Event:
    event = _event(f"session-{session.pk}", title)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    where = session.place or session.cohort.place or session.link
    if where:
        event.add("location", where)
    if session.link:
        event.add("url", session.link)
    return event


def _due(duty: Obligation) -> Event:
    event = _event(f"due-{duty.pk}", _("Due: %(title)s") % {"title": duty.title})
    event.add("dtstart", duty.due_on)
    event.add("dtend", duty.due_on + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _event(key: str, title: str) -> Event:
    event = Event()
    event.add("uid", f"{key}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", timezone.now())
    event.add("summary", title)
    return event
