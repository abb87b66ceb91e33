"""What is remembered between imports: which column of a layout held what."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Value, When

from accounts.models import User


class SheetLayoutQuerySet(models.QuerySet["SheetLayout"]):
    """Sets of remembered layouts."""

    def nearest(self, user: User, *, unit_id: int | None) -> Self:
        """Return what the person confirmed before, else what somebody of the unit did."""
        mine = Case(When(owner=user, then=Value(0)), default=Value(1))
        found = self.filter(models.Q(owner=user) | models.Q(unit_id=unit_id, unit_id__isnull=False))
        return found.order_by(mine, "-used_at", "pk")


class SheetLayout(models.Model):
    """The columns of a layout as a person confirmed them."""

    fingerprint = models.CharField(max_length=32)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit_id = models.BigIntegerField(null=True)
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    objects = SheetLayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "owner"], name="enrolments_layout_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return self.fingerprint
