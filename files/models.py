"""Stored content, the files that people know it by, and uploads on their way."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

Person = AbstractBaseUser | AnonymousUser


class Blob(models.Model):
    """Content, stored once however many people send it."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    storage_name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="files_blob_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Sets of files."""

    def visible_to(self, user: Person) -> Self:
        """Return one's own files; files of others are reached through what they belong to."""
        return self.filter(owner_id=user.pk) if user.is_authenticated else self.none()

    def expired(self) -> Self:
        """Return the files whose time to be kept is over."""
        return self.filter(keep_until__lt=timezone.now())

    def bytes(self) -> int:
        """Return how much these files weigh."""
        return self.aggregate(total=Sum("blob__size"))["total"] or 0


class StoredFile(models.Model):
    """A file as a person sent it."""

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit_id = models.BigIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateTimeField(null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["keep_until"], name="files_by_end_of_keeping")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="files_file_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class UploadSessionQuerySet(models.QuerySet["UploadSession"]):
    """Sets of uploads."""

    def visible_to(self, user: Person) -> Self:
        """Return one's own uploads that have not expired."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner_id=user.pk, expires_at__gt=timezone.now())

    def expired(self) -> Self:
        """Return the uploads nobody came back to."""
        return self.filter(expires_at__lte=timezone.now())


class UploadSession(models.Model):
    """A large file arriving in slices; can be taken up again after a break."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    accept = models.CharField(max_length=20)
    purpose = models.CharField(max_length=60)
    unit_id = models.BigIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received__lte=F("size")), name="files_upload_within_its_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name
