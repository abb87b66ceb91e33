"""What a time away changes: due dates put off, the hours of a year made fewer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Absence
from enrolments.models.duties import Obligation


class DutyPause(models.Model):
    """A due date that was put off by the days of an absence; `due_before` is what it was."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="pauses")
    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="pauses")
    due_before = models.DateField()
    due_after = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "absence"], name="enrolments_duty_pauses_once_per_absence"
            ),
            models.CheckConstraint(
                condition=Q(due_after__gt=F("due_before")), name="enrolments_pause_puts_off"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id}: {self.due_before} → {self.due_after}"


class AnnualNorm(models.Model):
    """The periods one person owes in a year, where months of it may not count (định mức).

    Worked out from posts and absences, never entered; `worked_on` is the day it was. Whoever has
    no row owes what the staff category asks for; without `required` nothing is decided for it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="annual_norms"
    )
    year = models.PositiveSmallIntegerField()
    months = models.PositiveSmallIntegerField(default=12)
    required = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    worked_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "year"], name="enrolments_one_norm_a_year"),
            models.CheckConstraint(
                condition=Q(months__lte=12), name="enrolments_a_year_has_twelve_months"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}: {self.required}"
