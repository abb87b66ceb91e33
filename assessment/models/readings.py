"""What a document in a work says, kept so that it can be read in a page."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile


class Reading(models.Model):
    """A document as HTML blocks (paragraphs, lists, tables), or the sentence why there are none.

    `blocks` are clean HTML, one string each, in the order of the document; the file itself stays
    as it was sent.
    """

    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="reading")
    blocks = models.JSONField(default=list, blank=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fault="") | Q(blocks=[]), name="assessment_reading_or_fault"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id}: {len(self.blocks)}"
