"""The transactional outbox: what was committed to be done, and whether it is done."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class LeaseLost(Exception):  # noqa: N818 - reads as what happened
    """Another worker holds the row now: roll back everything done for it here."""


class OutboxQuerySet(models.QuerySet["Outbox"]):
    """Sets of outbox rows."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the rows of the user's own acts."""
        return self.filter(actor_id=user.pk) if user.is_authenticated else self.none()

    def undone(self) -> Self:
        """Return the rows that still have to happen."""
        return self.filter(done_at=None, dead_at=None)

    def dead(self) -> Self:
        """Return the dead letters, oldest first."""
        return self.filter(done_at=None, dead_at__isnull=False).order_by("dead_at", "pk")

    def in_flight(self, now: dt.datetime) -> Self:
        """Return the published rows that a worker has, or will take soon."""
        return self.undone().filter(published_at__isnull=False).exclude(_lost(now))

    def to_publish(self, now: dt.datetime) -> Self:
        """Return the rows the broker should hear of: new ones and those it or a worker lost."""
        come = Q(not_before=None) | Q(not_before__lte=now)
        return self.undone().filter(come).filter(Q(published_at=None) | _lost(now)).order_by("pk")


def _lost(now: dt.datetime) -> Q:
    """Begun by a worker whose lease has run out, or published long ago and never begun."""
    stale = now - dt.timedelta(seconds=settings.OUTBOX_STALE_SECONDS)
    return Q(lease__lt=now) | Q(lease=None, published_at__lt=stale)


class Outbox(models.Model):
    """A task that the transaction which wrote this row has decided on."""

    key = models.CharField(max_length=200, unique=True)
    task = models.CharField(max_length=100)
    args = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    queue = models.CharField(max_length=20, default="default")
    actor_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    lease = models.DateTimeField(null=True)
    holder = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outbox"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dead_at=None), name="jobs_outbox_is_not_done_and_dead"
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "id"],
                condition=Q(done_at=None, dead_at=None),
                name="jobs_outbox_undone",
            ),
            models.Index(
                fields=["queue", "published_at"],
                condition=Q(done_at=None, dead_at=None, published_at__isnull=False),
                name="jobs_outbox_in_flight",
            ),
            models.Index(
                fields=["dead_at"],
                condition=Q(done_at=None, dead_at__isnull=False),
                name="jobs_outbox_dead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.key}"

    def take_lease(self, *, holder: str = "", seconds: float | None = None) -> bool:
        """Return False if the row is done, dead or in another worker's hands.

        The same delivery may take its own row again: its worker process was killed, and the
        broker gives it to the next one under the same name.
        """
        now = timezone.now()
        self.holder = holder or uuid.uuid4().hex
        self.lease = now + dt.timedelta(seconds=seconds or settings.OUTBOX_LEASE_SECONDS)
        free = Q(lease=None) | Q(lease__lt=now) | Q(holder=self.holder)
        undone = Outbox.objects.undone().filter(free, pk=self.pk)
        taken = undone.update(lease=self.lease, holder=self.holder, attempts=F("attempts") + 1)
        if taken:
            self.refresh_from_db(fields=["attempts"])
        return taken == 1

    def renew_lease(self, *, seconds: float | None = None) -> None:
        """Hold on for another step; raise `LeaseLost` if the row went to another worker."""
        lease = timezone.now() + dt.timedelta(seconds=seconds or settings.OUTBOX_LEASE_SECONDS)
        if self._ours().update(lease=lease) != 1:
            raise LeaseLost
        self.lease = lease

    def assert_lease(self) -> None:
        """End a transaction with effects; if the lease has passed to another, roll them back."""
        if self._ours().update(lease=self.lease) != 1:
            raise LeaseLost

    def mark_done(self) -> None:
        """Mark done beside the effects; if the lease has passed to another, roll them back."""
        if self._ours().update(done_at=timezone.now(), lease=None) != 1:
            raise LeaseLost

    def put_back(self, *, error: str, delay: float) -> bool:
        """Give the row up for a while after a failure; False if it is no longer ours."""
        not_before = timezone.now() + dt.timedelta(seconds=delay)
        put_back = self._ours().update(
            lease=None, published_at=None, not_before=not_before, last_error=error
        )
        return put_back == 1

    def bury(self, *, error: str) -> bool:
        """Make the row a dead letter; False if it is no longer ours."""
        buried = self._ours().update(dead_at=timezone.now(), lease=None, last_error=error)
        return buried == 1

    def _ours(self) -> OutboxQuerySet:
        return Outbox.objects.undone().filter(pk=self.pk, lease=self.lease, holder=self.holder)


class Heartbeat(models.Model):
    """When a worker last carried out a tick: the only proof that beat, broker and worker live."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"

    @classmethod
    def beat(cls, name: str = "worker") -> None:
        """Write the time."""
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})
