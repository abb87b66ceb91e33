"""The layouts an office has sent for the documents of its classes."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import OuterRef, Q, Subquery

from accounts.models import Unit, UnitClosure


class PaperTemplateQuerySet(models.QuerySet["PaperTemplate"]):
    """Sets of layouts."""

    def in_use(self) -> Self:
        """Return the layouts that have not been replaced or dropped."""
        return self.filter(ended_at=None)

    def serving(self, unit: Unit, code: str) -> PaperTemplate | None:
        """Return the layout for a document of the unit: its own, else that of the nearest above."""
        links = UnitClosure.objects.filter(descendant=unit, ancestor=OuterRef("unit"))
        found = self.in_use().filter(code=code).annotate(far=Subquery(links.values("depth")[:1]))
        return found.exclude(far=None).select_related("file__blob").order_by("far").first()


class PaperTemplate(models.Model):
    """A DOCX with fields that takes the place of the built-in layout of one kind of document."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="paper_templates")
    code = models.SlugField(max_length=40)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "code"],
                condition=Q(ended_at=None),
                name="enrolments_one_layout_in_use",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.file.name}"

    def content(self) -> bytes:
        """Return the bytes of the layout."""
        with default_storage.open(self.file.blob.storage_name) as content:
            read: bytes = content.read()
        return read
