"""Thi lại: a day on which the listed learners of a class are examined in one component again."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrolments.models import Cohort, Enrolment


class ResitRule(models.TextChoices):
    """Which mark counts after a resit."""

    BEST = "best", _("The better of both marks")
    REPLACES = "replaces", _("The mark of the resit, whichever it is")
    CAPPED = "capped", _("The better of both, that of the resit up to the pass mark")


class ResitQuerySet(models.QuerySet["Resit"]):
    """Sets of resits."""

    def standing(self) -> Self:
        """Return those that were not called off."""
        return self.filter(cancelled_at=None)

    def open(self) -> Self:
        """Return those whose results are not released yet."""
        return self.standing().filter(released_at=None)


class Resit(models.Model):
    """A resit of a component, by which document and rule.

    Marks are a draft until `released_at`: then they enter the ledger of grades, all at once.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="resits")
    component_key = models.UUIDField()
    held_at = models.DateTimeField(_("Begins"))
    place = models.CharField(_("Place"), max_length=200, blank=True)
    rule = models.CharField(_("Which mark counts"), max_length=10, choices=ResitRule)
    document = models.CharField(_("Document"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)

    objects = ResitQuerySet.as_manager()

    class Meta:
        ordering = ["-held_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "component_key"],
                condition=Q(cancelled_at=None, released_at=None),
                name="assessment_one_open_resit_per_component",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(released_at=None),
                name="assessment_released_resit_is_not_called_off",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.component_key} {self.held_at:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        """Return whether marks may still be entered."""
        return self.cancelled_at is None and self.released_at is None


class ResitPlace(models.Model):
    """A learner on the list of a resit, with the mark once there is one.

    Struck with a reason instead of deleted; without points and not absent there is no mark yet.
    """

    resit = models.ForeignKey(Resit, on_delete=models.PROTECT, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="resits")
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    is_absent = models.BooleanField(default=False)
    keyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resit", "enrolment"], name="assessment_learner_once_per_resit"
            ),
            models.CheckConstraint(
                condition=Q(is_absent=False) | Q(points=None),
                name="assessment_absent_from_resit_has_no_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resit_id}: {self.enrolment_id}"
