"""Switching one's calendar feed on, giving it another address, switching it off."""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.actions import record
from enrolments.models import CalendarFeed

SALT = "enrolments.calendar_feed"


def token_of(feed: CalendarFeed) -> str:
    """Return the last part of the address: signed, so that none can be guessed."""
    return signing.Signer(salt=SALT).sign_object([feed.person_id, feed.serial])


def feed_of(token: str) -> CalendarFeed | None:
    """Return the feed of an address that holds today, of a person who may sign in."""
    try:
        person_id, serial = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    feeds = CalendarFeed.objects.filter(person=person_id, serial=serial, is_on=True)
    return feeds.filter(person__is_active=True, person__archived_at=None).first()


@transaction.atomic
def renew_feed(*, by: User) -> CalendarFeed:
    """Switch the feed on under an address nobody has seen before."""
    feed, made = CalendarFeed.objects.get_or_create(person=by)
    if not made:
        CalendarFeed.objects.filter(pk=feed.pk).update(serial=F("serial") + 1, is_on=True)
        feed.refresh_from_db()
    record(by=by, action="renew_calendar_feed", target=by)
    return feed


@transaction.atomic
def stop_feed(*, by: User) -> bool:
    """Switch the feed off. Return whether it was on."""
    done = bool(CalendarFeed.objects.filter(person=by, is_on=True).update(is_on=False))
    if done:
        record(by=by, action="stop_calendar_feed", target=by)
    return done
