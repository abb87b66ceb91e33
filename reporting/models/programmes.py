"""A cooperation programme (chương trình hợp tác) and its tasks, each with who last said what."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission
from courses.models import Provider
from lms.ledgers import append_only
from lms.translated import translated


class ProgrammeState(models.TextChoices):
    """Whether its tasks are still followed."""

    OPEN = "open", _("Programme under way")
    CLOSED = "closed", _("Programme ended")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Sets of programmes."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the programmes on whose unit the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(RoleGrant.objects.giving(user, permission).over("unit"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the programmes one follows, and those with a task of one's unit."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, Permission.MANAGE_PLANS)
        tasks = ProgrammeTask.objects.filter(programme=OuterRef("pk"), owner__in=granted.unit_ids())
        seen = Programme.objects.allowing(user, Permission.SEE_PLANS)
        return self.filter(Q(pk__in=seen.values("pk")) | Exists(tasks))


class Programme(models.Model):
    """A programme of the city with a training institution, over some years."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="programmes")
    partner = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="programmes",
        verbose_name=_("training institution"),
    )
    title_vi = models.CharField(_("name"), max_length=250)
    title_en = models.CharField(_("title in English"), max_length=250, blank=True)
    document = models.CharField(_("document"), max_length=200, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    state = models.CharField(max_length=8, choices=ProgrammeState, default=ProgrammeState.OPEN)
    # A closed programme shows its tasks as they stood on this day.
    closed_on = models.DateField(_("figures as of"), null=True, blank=True)
    title = translated("title")

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["state", "-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "partner", "starts_on"], name="reporting_programme_once_per_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="reporting_programme_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None)
                | Q(state="closed", closed_on__isnull=False),
                name="reporting_closed_programme_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskStatus(models.TextChoices):
    """How a task stands; nobody can say "not updated", only silence does."""

    ON_SCHEDULE = "on_schedule", _("On schedule")
    IN_PROGRESS = "in_progress", _("Task under way")
    NOT_UPDATED = "not_updated", _("Not updated")
    DONE = "done", _("Task completed")


class ProgrammeTaskQuerySet(models.QuerySet["ProgrammeTask"]):
    """Sets of tasks."""

    def open(self) -> Self:
        """Return the tasks somebody still has to report on."""
        return self.filter(programme__state=ProgrammeState.OPEN).exclude(status=TaskStatus.DONE)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the tasks of programmes one has the permission on, and of one's own units."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        whole = Programme.objects.allowing(user, permission)
        return self.filter(Q(programme__in=whole.values("pk")) | Q(owner__in=granted.unit_ids()))


class ProgrammeTask(models.Model):
    """One task; status and time of the last word are kept by the action that takes reports."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="tasks")
    number = models.PositiveSmallIntegerField(_("number"))
    title_vi = models.CharField(_("name"), max_length=300)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit in charge")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    status = models.CharField(max_length=12, choices=TaskStatus, default=TaskStatus.NOT_UPDATED)
    last_note = models.TextField(blank=True)
    # When somebody last reported; the making of the task counts, or it would be stale at birth.
    last_update_at = models.DateTimeField(default=timezone.now)
    title = translated("title")

    objects = ProgrammeTaskQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "number"], name="reporting_task_number_once_per_programme"
            )
        ]
        indexes = [models.Index(fields=["status", "last_update_at"])]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


@append_only
class TaskUpdate(models.Model):
    """What was said of a task, when and by whom: append-only."""

    task = models.ForeignKey(ProgrammeTask, on_delete=models.PROTECT, related_name="updates")
    status = models.CharField(max_length=12, choices=TaskStatus)
    note = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.status}"
