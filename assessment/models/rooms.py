"""The examination room: who sits a test where and when, and what the invigilator did."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from assessment.models.attempts import Attempt
from enrolments.models import Cohort, Enrolment
from lms.ledgers import append_only


class ExamRoomQuerySet(models.QuerySet["ExamRoom"]):
    """Sets of examination rooms."""

    def of(self, cohort: Cohort, quiz_key: uuid.UUID) -> Self:
        """Return the rooms in which a class sits a test."""
        return self.filter(cohort=cohort, quiz_key=quiz_key)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the rooms of classes on which the user holds the permission."""
        return self.filter(cohort__in=Cohort.objects.allowing(user, permission).values("pk"))

    def with_counts(self) -> Self:
        """Return the rooms with how many have a seat, and how many of them came."""
        came = Q(seats__present_at__isnull=False)
        return self.annotate(n_seats=Count("seats"), n_present=Count("seats", filter=came))


class ExamRoom(models.Model):
    """A room (phòng thi), for real or by video: a test of a class, between two moments.

    While a test of a class has rooms, only those seated in one may begin it, from `opens_at` on,
    once the invigilator has seen them; nobody writes after `closes_at` without extra minutes.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="exam_rooms")
    quiz_key = models.UUIDField()
    name = models.CharField(_("Room"), max_length=100)
    place = models.CharField(_("Place"), max_length=200, blank=True)
    opens_at = models.DateTimeField(_("Begins"))
    closes_at = models.DateTimeField(_("Ends"))
    access_word = models.CharField(_("Access word"), max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    # What `with_counts()` adds.
    n_seats: int
    n_present: int

    objects = ExamRoomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "quiz_key", "name"], name="assessment_room_named_once"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="assessment_room_ends_after_begin"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: dt.datetime) -> bool:
        """Return whether one may write in it at a moment."""
        return self.ended_at is None and self.opens_at <= now < self.closes_at


class RoomSeatQuerySet(models.QuerySet["RoomSeat"]):
    """Sets of candidates."""

    def for_test(self, enrolment: Enrolment, quiz_key: uuid.UUID) -> RoomSeat | None:
        """Return where a learner sits a test."""
        held = self.filter(enrolment=enrolment, quiz_key=quiz_key)
        return held.select_related("room").first()


class RoomSeat(models.Model):
    """A candidate (thí sinh) in a room: one seat for a person and test."""

    room = models.ForeignKey(ExamRoom, on_delete=models.CASCADE, related_name="seats")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="exam_seats")
    quiz_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()  # số báo danh
    present_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = RoomSeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "quiz_key"], name="assessment_one_seat_for_a_test"
            ),
            models.UniqueConstraint(fields=["room", "number"], name="assessment_seat_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.number:03d}"


class RoomAct(models.TextChoices):
    """What an invigilator does, as the minutes name it."""

    PRESENT = "present", _("Present")
    LATE = "late", _("Let in late")
    ABSENT = "absent", _("Not present after all")
    MINUTES = "minutes", _("Minutes added")
    STOPPED = "stopped", _("Test stopped")
    NOTE = "note", _("Note")
    ENDED = "ended", _("Room closed")


@append_only
class RoomEvent(models.Model):
    """An act in a room; the minutes (biên bản) are written from these rows."""

    room = models.ForeignKey(ExamRoom, on_delete=models.PROTECT, related_name="events")
    seat = models.ForeignKey(RoomSeat, on_delete=models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=8, choices=RoomAct)
    minutes = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(act__in=["late", "minutes", "stopped", "note"]) | ~Q(reason=""),
                name="assessment_room_act_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.act}"


class AttemptContact(models.Model):
    """When the page of an open attempt was last heard of."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.CASCADE, primary_key=True, related_name="contact"
    )
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.attempt_id}"
