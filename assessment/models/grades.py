"""The grade ledger, what is released, and exceptions for persons."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from assessment.models.assignments import Mark
from assessment.models.attempts import Attempt
from courses.models import CourseVersion
from enrolments.models import Cohort, Enrolment
from jobs.models import BulkChange
from lms.clock import today
from lms.ledgers import append_only


class GradeSource(models.TextChoices):
    """Where an entry comes from."""

    AUTOMATIC = "automatic", _("Marked automatically")
    MARKER = "marker", _("Marked by a trainer")
    CORRECTION = "correction", _("Correction")
    CARRIED = "carried", _("From another class of the course")
    RESIT = "resit", _("Resit")
    # No mark is in force any more: one entered in error was taken back.
    WITHDRAWN = "withdrawn", _("Taken back")


@append_only
class GradeEntry(models.Model):
    """Append-only: every grade ever given, with actor and reason."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="grades")
    component_key = models.UUIDField()
    source = models.CharField(max_length=12, choices=GradeSource)
    points = models.DecimalField(max_digits=7, decimal_places=2)
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    is_passed = models.BooleanField()
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="grades"
    )
    mark = models.ForeignKey(
        Mark, on_delete=models.PROTECT, null=True, blank=True, related_name="grades"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(source="automatic"),
                name="assessment_attempt_graded_once",
            ),
            models.UniqueConstraint(
                fields=["mark"], condition=Q(mark__isnull=False), name="assessment_mark_counts_once"
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "component_key"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.component_key}: {self.percent}"


class GradeCell(models.Model):
    """The grade in force of a component: a rollup of the ledger, kept by the action that grades."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="grade_cells")
    component_key = models.UUIDField()
    entry = models.ForeignKey(GradeEntry, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "component_key"], name="assessment_one_grade_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.component_key}"


@append_only
class Release(models.Model):
    """Công bố kết quả: from here on learners of the class see grades and feedback."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="releases")
    component_key = models.UUIDField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "component_key"], name="assessment_released_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.component_key}"


class ExtensionQuerySet(models.QuerySet["Extension"]):
    """Sets of exceptions."""

    def of(self, enrolment: Enrolment, component_key: uuid.UUID) -> Self:
        """Return what was granted to a learner for one quiz or assignment."""
        return self.filter(enrolment=enrolment, component_key=component_key)

    def in_force(self, day: dt.date | None = None) -> Self:
        """Return what nobody has ended and holds on a day, today by default."""
        at = day or today()
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=at), ended_at=None)

    def allowance(self, minutes: int | None) -> tuple[int, int]:
        """Return the minutes and the attempts that all in force add to a test of so many minutes.

        Minutes add up; of several factors the largest holds.
        """
        sums = self.in_force().aggregate(
            minutes=Sum("extra_minutes"), attempts=Sum("extra_attempts"), factor=Max("time_factor")
        )
        more = math.ceil((minutes or 0) * ((sums["factor"] or 1) - 1))
        return more + (sums["minutes"] or 0), sums["attempts"] or 0


class Extension(models.Model):
    """More time, another day or one more attempt for one person, by whom, why and until when.

    `time_factor` makes the time of a test longer by a share: 1.25 is a quarter more. After
    `expires_on` nothing new begins with it; what has begun keeps its time.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="extensions")
    component_key = models.UUIDField()
    extra_minutes = models.PositiveSmallIntegerField(default=0)
    extra_attempts = models.PositiveSmallIntegerField(default=0)
    time_factor = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    reason = models.TextField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["enrolment", "component_key"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(extra_minutes__gt=0)
                | Q(extra_attempts__gt=0)
                | Q(time_factor__gt=1)
                | Q(due_at__isnull=False),
                name="assessment_extension_extends_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.component_key}"

    @property
    def holds(self) -> bool:
        """Return whether it is in force today."""
        return self.ended_at is None and (self.expires_on is None or self.expires_on >= today())


append_only(Extension, allow_update=("ended_at", "ended_by_id"))


@append_only
class KeyCorrection(models.Model):
    """A wrong key of a published quiz, set right beside it; marking reads these rows."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    quiz_key = models.UUIDField()
    question_key = models.UUIDField()
    data = models.JSONField()
    reason = models.TextField()
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    corrected_at = models.DateTimeField(auto_now_add=True)
    # The previewed change it belongs to; its undo is another row of the same change.
    change = models.ForeignKey(
        BulkChange, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["version", "quiz_key"])]

    def __str__(self) -> str:
        return f"{self.quiz_key} {self.question_key}"
