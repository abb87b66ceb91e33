"""A change of many rows: planned and shown first, then applied, then open to undoing."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.work import Job


class ChangeState(models.TextChoices):
    """Where a bulk change stands."""

    DRAFT = "draft", _("Draft")
    PLANNING = "planning", _("Being checked")
    PLANNED = "planned", _("Checked, nothing written yet")
    APPLYING = "applying", _("Being written")
    APPLIED = "applied", _("Written")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    REFUSED = "refused", _("Refused: the data have changed")
    FAILED = "failed", _("Stopped by an error")


class Verdict(models.TextChoices):
    """What the check says of one row."""

    NEW = "new", _("New")
    UPDATE = "update", _("Updated")
    SAME = "same", _("Already there")
    MOVED = "moved", _("Has changed unit")
    ENDED = "ended", _("Post ends")
    REMOVED = "removed", _("Taken away")
    DUPLICATE = "duplicate", _("Repeated")
    UNKNOWN = "unknown", _("Not found")
    AMBIGUOUS = "ambiguous", _("Several matches")
    ERROR = "error", _("Error")


class RowState(models.TextChoices):
    """What became of one row."""

    PLANNED = "planned", _("Planned")
    APPLIED = "applied", _("Written")
    LEFT_OUT = "left_out", _("Left out")
    UNDONE = "undone", _("Undone")
    KEPT = "kept", _("Kept")


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    """Sets of bulk changes."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the changes the user made."""
        return self.filter(created_by_id=user.pk) if user.is_authenticated else self.none()


class BulkChange(models.Model):
    """An import, an issue, a mass change: the exact plan of its rows."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(_("heading"), max_length=300)
    state = models.CharField(max_length=10, choices=ChangeState, default=ChangeState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    unit_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The digest of the rule or file as planned; a change that no longer rests on it is refused.
    basis = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    plans = models.PositiveSmallIntegerField(default=0)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    message = models.CharField(max_length=300, blank=True)
    planned_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, undo_until=None)
                | Q(applied_at__isnull=False, undo_until__isnull=False),
                name="jobs_bulk_change_undo_period_starts_when_applied",
            ),
        ]
        indexes = [models.Index(fields=["created_by", "-id"], name="jobs_bulk_of_person")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page that shows the plan, its progress or its result."""
        return reverse("jobs:change", args=[self.pk])

    @property
    def can_be_undone(self) -> bool:
        """Return whether the undo period is open."""
        open_still = self.undo_until is not None and self.undo_until > timezone.now()
        return open_still and self.state == ChangeState.APPLIED

    def move(self, *states: str, to: str) -> bool:
        """Go from one of the states to another; False if somebody else was first."""
        moved = BulkChange.objects.filter(pk=self.pk, state__in=states).update(state=to) == 1
        if moved:
            self.state = to
        return moved


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    """Sets of planned rows."""

    def to_apply(self) -> Self:
        """Return the rows that will be written."""
        return self.filter(included=True, state=RowState.PLANNED)

    def chunk(self, *, after: int, size: int) -> list[BulkRow]:
        """Return the next rows after a key."""
        return list(self.filter(pk__gt=after).order_by("pk")[:size])

    def tally(self, column: str) -> dict[str, int]:
        """Return how many rows have each value of a column."""
        rows: QuerySet[BulkRow, tuple[str, int]] = (
            self.order_by().values_list(column).annotate(n=Count("pk"))
        )
        return dict(rows)


class BulkRow(models.Model):
    """One row of the plan: what the file said, what would be written, what came of it."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))  # as Excel counts
    source = models.CharField(max_length=120, blank=True)  # file or sheet, where there are many
    label = models.CharField(max_length=300, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict)
    included = models.BooleanField(default=False)
    message = models.CharField(max_length=500, blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    # Of what the plan rests on for this row; empty where nothing can move.
    fingerprint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=RowState, default=RowState.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    target_type = models.CharField(max_length=100, blank=True)
    target_id = models.BigIntegerField(null=True)

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        ordering = ["change", "pk"]
        indexes = [
            models.Index(fields=["change", "verdict", "id"], name="jobs_bulk_row_verdict"),
            models.Index(fields=["change", "state", "id"], name="jobs_bulk_row_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"
