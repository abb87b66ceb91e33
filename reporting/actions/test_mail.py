"""A letter to oneself, on the same way as every other, to see whether letters arrive."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.actions import record
from notifications.actions import notify_now
from notifications.models import Notice

TEST_MAIL = "reporting.test_mail"


@transaction.atomic
def send_test(*, by: User, now: dt.datetime) -> bool:
    """Ask for a letter to oneself; a second click within the minute is the same one."""
    told = notify_now(
        person=by,
        kind=TEST_MAIL,
        subject=f"test:{now:%Y%m%d%H%M}",
        context={"at": timezone.localtime(now).strftime("%H:%M %d/%m/%Y")},
        url=reverse("reporting:health"),
    )
    if told:
        record(by=by, action="send_test_mail", target=by)
    return told


def last_test(user: User) -> Notice | None:
    """Return the last such letter of the person, with what became of it."""
    notices = Notice.objects.filter(person=user, kind=TEST_MAIL)
    return notices.select_related("message").order_by("-pk").first()
