"""Recognition of results: papers follow decisions (Circular 03/2023/TT-BNV, Arts 5-6)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models import Cohort, Decision, Enrolment
from enrolments.models.places import Result


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    """Sets of recognitions."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the recognitions of the classes on which the user holds the permission."""
        return self.filter(cohort__in=Cohort.objects.allowing(user, permission).values("pk"))

    def decided(self) -> Self:
        """Return the recognitions on which the decision was taken."""
        return self.filter(state=Recognition.State.DECIDED)


class Recognition(models.Model):
    """The results of a class as proposed to the council, then as decided.

    `number` 1 is the class's own; later ones are supplementary and list their persons.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        DECIDED = "decided", _("Decided")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="recognitions")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="recognitions"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "number"], name="certificates_recognition_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decision=None, decided_at=None)
                | Q(state="decided", decision__isnull=False, decided_at__isnull=False),
                name="certificates_decided_recognition_has_its_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} #{self.number}"


class RecognitionLineQuerySet(models.QuerySet["RecognitionLine"]):
    """Sets of lines."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the lines of the classes on which the user holds the permission."""
        cohorts = Cohort.objects.allowing(user, permission).values("pk")
        return self.filter(recognition__cohort__in=cohorts)

    def passed(self) -> Self:
        """Return the lines with a pass."""
        return self.filter(result=Result.PASSED)


class RecognitionLine(models.Model):
    """One person's result, with the reason the system or the council gives."""

    recognition = models.ForeignKey(Recognition, on_delete=models.PROTECT, related_name="lines")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="recognitions")
    proposed = models.CharField(max_length=12, choices=Result)
    proposed_reason = models.CharField(max_length=500, blank=True)
    # Of ten and in words, where the class decided how its marks are worked out.
    final_mark = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    classification = models.CharField(max_length=60, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RecognitionLineQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment__learner_sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recognition", "enrolment"], name="certificates_one_line_per_person"
            ),
            models.CheckConstraint(
                condition=Q(result=F("proposed")) | ~Q(reason=""),
                name="certificates_changed_line_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.result}"
