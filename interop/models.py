"""What the API remembers: creating calls that were answered, so that a repeat changes nothing."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lms.ledgers import pinned


class IdempotentCall(models.Model):
    """A creating call under its caller's key, and what was answered."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # of the address and the body
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    called_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="interop_key_once_per_caller")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


# A reply never changes; when nobody repeats the call any more it goes.
pinned(IdempotentCall, when="1 = 1", events=["UPDATE"])
