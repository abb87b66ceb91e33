"""When a person is away from the post (vắng mặt): leave, secondment, long study."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

ABSENCE = "absence"  # the list of codes that names the kinds


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Sets of absences."""

    def standing(self) -> Self:
        """Return those nobody has taken back."""
        return self.filter(withdrawn_at=None)

    def touching(self, since: dt.date, until: dt.date) -> Self:
        """Return those with a day between two days, both included."""
        return self.filter(since__lte=until, until__gte=since)


class Absence(models.Model):
    """A time away, from the first day to the last, which may lie ahead and may be moved.

    Rows are not deleted: what was entered by mistake is taken back with a reason.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences"
    )
    kind = models.ForeignKey(
        "reference.Code",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("kind of absence"),
    )
    since = models.DateField(_("First day away"))
    until = models.DateField(_("Last day away"))
    document = models.CharField(_("Document"), max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="accounts_absence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="accounts_absence_is_taken_back_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["person", "until"])]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.since} – {self.until}"

    @property
    def days(self) -> int:
        """Return the number of days away, first and last included."""
        return (self.until - self.since).days + 1
