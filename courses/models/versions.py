"""Versions of a course: a draft may change, a published version never does."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from courses.models.catalogue import Course
from lms.ledgers import pinned
from lms.translated import translated


class VersionState(models.TextChoices):
    """The life of a version."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Moves(models.TextChoices):
    """Which learners of the version before a publisher wants moved to the new one."""

    NOBODY = "nobody", _("Nobody: everybody finishes what they started")
    NOT_STARTED = "not_started", _("Those who have not started yet")
    ALL = "all", _("Everybody still studying")


OPEN_STATES = (VersionState.DRAFT, VersionState.IN_REVIEW)


class CourseVersionQuerySet(models.QuerySet["CourseVersion"]):
    """Sets of versions."""

    def drafts(self) -> Self:
        """Return the versions that may still change."""
        return self.filter(state__in=OPEN_STATES)

    def published(self) -> Self:
        """Return the versions that never change again, retired ones included."""
        return self.exclude(state__in=OPEN_STATES)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the versions the user may look at as an author or reviewer."""
        return self.allowing(user, Permission.SEE_DRAFTS)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the versions of the courses on which the user holds the permission."""
        return self.filter(course__in=Course.objects.allowing(user, permission))


class CourseVersion(models.Model):
    """One edition of a course: title, rules and content under one hash."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    summary_vi = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    objectives_vi = models.TextField(blank=True, help_text=_("One objective per line."))
    objectives_en = models.TextField(blank=True)
    # The plan of periods by kind of study, as decided; the modules must add up to it.
    periods_online = models.DecimalField(_("online"), max_digits=6, decimal_places=1, default=0)
    periods_class = models.DecimalField(_("in class"), max_digits=6, decimal_places=1, default=0)
    periods_guided = models.DecimalField(
        _("guided self-study"), max_digits=6, decimal_places=1, default=0
    )
    periods_test = models.DecimalField(_("test"), max_digits=6, decimal_places=1, default=0)
    # Completion: every required lesson, every required component, and this share of sessions.
    min_attendance_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    is_sequential = models.BooleanField(_("lessons open in order"), default=False)
    # A self-paced course may release, recognise and issue in one step.
    issues_at_once = models.BooleanField(default=False)
    change_note = models.TextField(blank=True)
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    # Counts the saves of the settings above: two tabs do not overwrite one another.
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    title = translated("title")
    summary = translated("summary")
    objectives = translated("objectives")

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"], name="courses_version_number_once_per_course"
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(state__in=["draft", "in_review"]),
                name="courses_one_open_draft_per_course",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"])
                | (Q(published_at__isnull=False) & ~Q(content_hash="")),
                name="courses_published_version_has_time_and_hash",
            ),
            models.CheckConstraint(
                condition=Q(min_attendance_percent=None) | Q(min_attendance_percent__lte=100),
                name="courses_attendance_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.number}"

    @property
    def periods(self) -> Decimal:
        """Return the periods of all kinds together."""
        return self.periods_online + self.periods_class + self.periods_guided + self.periods_test

    @property
    def is_open(self) -> bool:
        """Return whether the version may still change."""
        return self.state in OPEN_STATES


PINNED_STATES = "('published', 'retired')"
pinned(
    CourseVersion,
    when=f"{{row}}.state IN {PINNED_STATES}",
    # Only its place in the course's life goes on: published, then retired.
    allow_update=("state", "updated_at"),
    refuse_update="NEW.state <> OLD.state AND NEW.state <> 'retired'",
    events=("UPDATE", "DELETE"),
)
