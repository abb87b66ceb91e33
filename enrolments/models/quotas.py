"""Seats of a class that are set apart for units (chỉ tiêu của đơn vị)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from enrolments.models.cohorts import Cohort


class CohortQuota(models.Model):
    """How many people a unit, with all below it, sends to a class: no more, and these for sure.

    Quotas of a class name units of which none lies below another; what they leave of its seats is
    for the other units. One of 0 has gone over to a unit's successor.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="quotas")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cohort_quotas")
    seats = models.PositiveIntegerField(_("seats"))

    class Meta:
        ordering = ["cohort", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "unit"], name="enrolments_one_quota_of_a_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.unit_id} {self.seats}"
