"""Two records of one person become one."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q


class PersonMerge(models.Model):
    """That one record ended for another: a pointer, and how both stood before."""

    kept = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="merges"
    )
    ended = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="merged_into"
    )
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(auto_now_add=True)
    # How both records stood, what was written, which posts and addresses went.
    journal = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended"],
                condition=Q(undone_at=None),
                name="accounts_record_ends_for_one_other",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("ended")), name="accounts_record_is_not_merged_with_itself"
            ),
            models.CheckConstraint(
                condition=~Q(merged_by=F("kept")) & ~Q(merged_by=F("ended")),
                name="accounts_nobody_merges_their_own_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ended_id} → {self.kept_id}"
