"""The address at which a person's calendar may be fetched by a telephone or a mail program."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A person's calendar feed. Another `serial` makes the address of before worthless."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    serial = models.PositiveIntegerField(default=1)
    is_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.person_id}/{self.serial}"
