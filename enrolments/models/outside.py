"""Trainings held outside the system: declared by the person, or entered from paper records."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models.duties import HoursEntry


class OutsideSource(models.TextChoices):
    """Who says that it was held."""

    DECLARED = "declared", _("Declared by the person")
    PAPER = "paper", _("Entered from paper records")


class OutsideState(models.TextChoices):
    """The life of an entry."""

    OPEN = "open", _("Waiting for review")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Taken back")
    REVERSED = "reversed", _("Reversed")


STANDING = (OutsideState.OPEN, OutsideState.ACCEPTED)


class OutsideTrainingQuerySet(models.QuerySet["OutsideTraining"]):
    """Sets of trainings held outside."""

    def open(self) -> Self:
        """Return what waits for review."""
        return self.filter(state=OutsideState.OPEN)

    def standing(self) -> Self:
        """Return what waits or counts."""
        return self.filter(state__in=STANDING)

    def decided_by(self, user: User | AnonymousUser) -> Self:
        """Return those of the people one answers for; never one's own."""
        people = User.objects.allowing(user, Permission.SEND_PEOPLE)
        return self.filter(person__in=people.values("pk")).exclude(person_id=user.pk)


class OutsideTraining(models.Model):
    """A training held elsewhere; accepted, its periods stand in the ledger of hours, once."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="outside_trainings"
    )
    title = models.CharField(_("Training"), max_length=250)
    title_key = models.CharField(max_length=250, editable=False)
    content_group = models.ForeignKey(
        "reference.Code", on_delete=models.PROTECT, related_name="+", verbose_name=_("Content")
    )
    study_form = models.ForeignKey(
        "reference.Code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Form"),
    )
    periods = models.DecimalField(_("Periods"), max_digits=6, decimal_places=1)
    starts_on = models.DateField(_("From day"))
    ends_on = models.DateField(_("To day"))
    issuer = models.CharField(_("Held by"), max_length=250)
    decision = models.CharField(_("Sending decision"), max_length=120, blank=True)
    certificate = models.CharField(_("Certificate number"), max_length=120, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=10, choices=OutsideSource)
    state = models.CharField(max_length=10, choices=OutsideState, default=OutsideState.OPEN)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        HoursEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="outside"
    )

    objects = OutsideTrainingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "title_key", "starts_on", "ends_on"],
                condition=Q(state__in=["open", "accepted"]),
                name="enrolments_outside_training_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="enrolments_outside_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(periods__gt=0), name="enrolments_outside_has_periods"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "reversed"]) | Q(entry__isnull=False),
                name="enrolments_accepted_outside_is_in_the_ledger",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(answer=""),
                name="enrolments_returned_outside_says_why",
            ),
        ]
        indexes = [models.Index(fields=["person", "state"]), models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.title}"

    @property
    def is_open(self) -> bool:
        """Return whether it waits for review."""
        return self.state == OutsideState.OPEN
