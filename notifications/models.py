"""What people are told: notices, the one message a day that carries them, the inbox.

A `Notice` is one thing to tell one person at one time; the unique key makes planning safe to
repeat. All notices of a person's day travel in one `Message` per channel, whose Message-ID is
fixed by person and day, so that a repeated delivery is recognised as the same letter.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LETTERS = uuid.UUID("6f0c5d0e-8a3b-5f0e-9d43-0f6f0c1b7a52")  # namespace of our Message-IDs


class Channel(models.TextChoices):
    """The ways a notice travels."""

    IN_APP = "in_app", _("In the portal")
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Another system")


class MessageQuerySet(models.QuerySet["Message"]):
    """Sets of messages."""

    def open(self) -> Self:
        """Return the messages to which a notice may still be added."""
        return self.filter(state__in=[Message.State.QUEUED, Message.State.UNREACHABLE])

    def takeable(self, now: dt.datetime) -> Self:
        """Return the messages that wait, or whose sender died."""
        waiting = Q(state=Message.State.QUEUED, not_before__lte=now)
        return self.filter(waiting | Q(state=Message.State.LEASED, lease__lt=now))

    def to_hand_over(self, now: dt.datetime) -> Self:
        """Return the messages to send now that are in nobody's hands."""
        forgotten = Q(handed_at=None) | Q(handed_at__lt=now - dt.timedelta(hours=1))
        return self.takeable(now).filter(forgotten | Q(state=Message.State.LEASED))

    def unreachable(self) -> Self:
        """Return the messages of people without an address: `chưa gửi được qua thư điện tử`."""
        return self.filter(state=Message.State.UNREACHABLE)

    def failed(self) -> Self:
        """Return the messages that were refused or given up."""
        return self.filter(state=Message.State.FAILED)

    def for_units(self, unit_ids: Collection[int]) -> Self:
        """Return the messages whose notices were written for people of these units."""
        return self.filter(notices__unit_id__in=unit_ids).distinct()


class Message(models.Model):
    """Everything a person is told on a day through a channel."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        LEASED = "leased", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNREACHABLE = "unreachable", _("Not reached by e-mail")
        STOPPED = "stopped", _("Nothing left to say")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    day = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    not_before = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    lease = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day", "channel"],
                name="notifications_one_message_a_day_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="notifications_sent_message_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(claim__isnull=False, lease__isnull=False),
                name="notifications_leased_message_has_a_holder",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=["queued", "leased"]),
                name="notifications_message_waiting",
            ),
            models.Index(fields=["state", "day"], name="notifications_message_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day:%d/%m/%Y} {self.channel}"

    @staticmethod
    def fixed_id(person_id: int, day: dt.date, channel: str, domain: str) -> str:
        """Return the Message-ID that this person's letter of this day always bears."""
        return f"<{uuid.uuid5(LETTERS, f'{person_id}:{day}:{channel}')}@{domain}>"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Sets of notices."""

    def planned(self) -> Self:
        """Return the notices that wait for their time."""
        return self.filter(state=Notice.State.PLANNED)

    def due(self, now: dt.datetime) -> Self:
        """Return the planned notices whose time has come, oldest first."""
        return self.planned().filter(send_at__lte=now).order_by("send_at", "pk")

    def about(self, *subjects: str) -> Self:
        """Return the notices about these subjects."""
        return self.filter(subject__in=subjects)

    def not_reached_by_mail(self) -> Self:
        """Return the notices that went to the portal only, for want of an address."""
        return self.filter(message__state=Message.State.UNREACHABLE)

    def for_units(self, unit_ids: Collection[int]) -> Self:
        """Return the notices written for people of these units."""
        return self.filter(unit_id__in=unit_ids)


class Notice(models.Model):
    """One thing to tell one person at one time."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENT = "sent", _("Sent")
        STOPPED = "stopped", _("Stopped")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)  # what it is about, as "obligation:12"
    offset = models.SmallIntegerField(default=0)  # days before (after: negative) the due day
    due_on = models.DateField()
    send_at = models.DateTimeField()
    context = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    unit_id = models.BigIntegerField(null=True, blank=True)  # of the person, when written
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    stopped_reason = models.CharField(max_length=200, blank=True)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["send_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject", "offset", "due_on"],
                name="notifications_notice_once",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_reason__gt="")
                | (~Q(state="stopped") & Q(stopped_reason="")),
                name="notifications_stopped_notice_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at", "id"],
                condition=Q(state="planned"),
                name="notifications_notice_due",
            ),
            models.Index(fields=["subject", "state"], name="notifications_notice_subject"),
            models.Index(fields=["unit_id", "send_at"], name="notifications_notice_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} → {self.person_id}"

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what makes this notice the same as another."""
        return (self.person_id, self.kind, self.subject, self.offset, self.due_on)


class InboxItemQuerySet(models.QuerySet["InboxItem"]):
    """Sets of inbox lines."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return one's own lines; nobody reads another's inbox."""
        return self.filter(person_id=user.pk) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        """Return the lines not yet opened."""
        return self.filter(read_at=None)


class InboxItem(models.Model):
    """A notice as it stands in the person's inbox, in the language it was written in."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox"
    )
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="inbox_item")
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="notifications_inbox"),
            models.Index(
                fields=["person"], condition=Q(read_at=None), name="notifications_inbox_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(models.Model):
    """A channel that a person switched off or on for a kind of notice; on without a row."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_preferences"
    )
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "channel"], name="notifications_one_preference_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.channel}: {self.is_on}"
