"""Long work, cut into slices, with its progress."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a long job stands."""

    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Stopped by an error")


class JobQuerySet(models.QuerySet["Job"]):
    """Sets of jobs."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the jobs the user started."""
        return self.filter(started_by_id=user.pk) if user.is_authenticated else self.none()

    def unfinished(self) -> Self:
        """Return the jobs that go on."""
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])


class Job(models.Model):
    """A long piece of work somebody started, and how far it is."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(_("heading"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    args = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    checkpoint = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    slices = models.PositiveIntegerField(default=0)
    queue = models.CharField(max_length=20, default="default")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit_id = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    # An address inside the product: the page or file with what came of it.
    result_url = models.CharField(max_length=300, blank=True)
    result_file_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="jobs_job_done_within_total"
            ),
        ]
        indexes = [models.Index(fields=["started_by", "-id"], name="jobs_job_of_person")]

    def __str__(self) -> str:
        return self.title or self.kind

    def get_absolute_url(self) -> str:
        """Return the page with the progress."""
        return reverse("jobs:progress", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        """Return whether nothing more will change."""
        return self.state in {JobState.DONE, JobState.FAILED}

    @property
    def percent(self) -> int:
        """Return the share done, for the bar."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    def arg(self, name: str) -> Any:
        """Return an argument given at the start."""
        return self.args[name]


class ExportPart(models.Model):
    """Some lines of a file in the making, committed with the checkpoint behind them."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    lines = models.JSONField()

    class Meta:
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="jobs_export_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.job_id} #{self.number}"
