"""Who has a work on the table: one marker at a time, for a while."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models

from accounts.models import User
from assessment.models.assignments import Submission


class MarkingClaimQuerySet(models.QuerySet["MarkingClaim"]):
    """Sets of claims."""

    def in_force(self, now: dt.datetime) -> Self:
        """Return the claims that still hold at a moment."""
        return self.filter(expires_at__gt=now)

    def of_others(self, marker: User, now: dt.datetime) -> Self:
        """Return the claims by which others keep a marker away."""
        return self.in_force(now).exclude(marker_id=marker.pk)


class MarkingClaim(models.Model):
    """A marker has taken a work; nobody else marks it until the claim is given back or expires.

    One row for a work. A claim that has expired stays until somebody takes it over.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="claim")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()

    objects = MarkingClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["marker", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.marker_id}"
