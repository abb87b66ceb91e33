"""Content-addressed files. (The owner's app decides who may see one.)"""

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """A file somebody gave us."""

    name = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name
