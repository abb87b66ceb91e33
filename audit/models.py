"""Who did what: rows that the database refuses to change, sealed into a hash chain."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.ledgers import append_only

GENESIS = "0" * 64  # what the first seal follows


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Sets of events."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return what the user did; the pages over everything belong to `reporting`."""
        return self.filter(actor_id=user.pk) if user.is_authenticated else self.none()

    def unsealed(self) -> Self:
        """Return the rows no seal covers yet, in order."""
        return self.filter(seal_number=None).order_by("pk")


class AuditEvent(models.Model):
    """One act. No foreign keys, so that the trail never stands in the way of live data."""

    at = models.DateTimeField(_("time"), default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(_("by"), max_length=200, blank=True)
    action = models.CharField(_("action"), max_length=60)
    target_type = models.CharField(max_length=100, blank=True)
    target_id = models.BigIntegerField(null=True)
    target_label = models.CharField(_("object"), max_length=300, blank=True)
    unit_id = models.BigIntegerField(null=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)
    # Filled in by the seal; the one column that may change.
    seal_number = models.BigIntegerField(null=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="audit_event_target"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor"),
            models.Index(fields=["unit_id", "id"], name="audit_event_unit"),
            models.Index(fields=["action", "at", "id"], name="audit_event_action"),
            models.Index(fields=["at", "id"], name="audit_event_time"),
            models.Index(
                fields=["id"], condition=models.Q(seal_number=None), name="audit_event_unsealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"

    def digest(self) -> str:
        """Return the digest of everything this row says."""
        facts = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.attname != "seal_number"
        }
        facts["at"] = self.at.astimezone(dt.UTC).isoformat()
        text = json.dumps(facts, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


class AuditSeal(models.Model):
    """A link of the chain: the digests of some committed rows, hashed with the link before."""

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(default=timezone.now)
    # Unique: two seals at the same time cannot both follow the same link.
    previous = models.CharField(max_length=64, unique=True)
    entries = models.JSONField()  # [[event id, digest], …]
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.digest}"

    def computed(self) -> str:
        """Return the digest this link should have."""
        text = json.dumps([self.number, self.previous, self.entries])
        return hashlib.sha256(text.encode()).hexdigest()


append_only(AuditEvent, allow_update=["seal_number"])
append_only(AuditSeal)
