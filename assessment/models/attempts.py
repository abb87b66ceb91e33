"""Attempts and answers: the row and its deadline exist from the start, the server's clock rules."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from courses.models import CourseVersion
from enrolments.models import Cohort, Enrolment
from enrolments.models.cohorts import CohortState

OVER = (
    CohortState.CLOSED,
    CohortState.RECOGNISED,
    CohortState.ARCHIVED,
    CohortState.CANCELLED,
)


class AttemptState(models.TextChoices):
    """The life of an attempt."""

    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Submitted")
    GRADED = "graded", _("Graded")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Sets of attempts."""

    def open(self) -> Self:
        """Return the attempts that nobody has handed in."""
        return self.filter(state=AttemptState.IN_PROGRESS)

    def to_close(self, now: dt.datetime) -> Self:
        """Return the open attempts whose time, or whose class, is over."""
        return self.open().filter(Q(check_at__lte=now) | Q(enrolment__cohort__state__in=OVER))

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the attempts of classes on which the user holds the permission, not one's own."""
        cohorts = Cohort.objects.allowing(user, permission).values("pk")
        others = self.filter(enrolment__cohort__in=cohorts)
        return others.exclude(enrolment__learner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own attempts."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(enrolment__learner_id=user.pk)


class Attempt(models.Model):
    """One sitting of a quiz (lượt làm bài).

    `layout` fixes the order of questions and options drawn from `seed`; `check_at` is when the
    tick looks at an attempt that nobody submitted.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    quiz_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=AttemptState, default=AttemptState.IN_PROGRESS)
    seed = models.PositiveIntegerField()
    layout = models.JSONField(default=list)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True, blank=True)
    check_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    by_deadline = models.BooleanField(default=False)
    in_room = models.BooleanField(default=False)  # an invigilator watches over it
    # The question that is open, where one only goes forward; nothing where all are.
    reached = models.PositiveSmallIntegerField(null=True, blank=True)
    receipt = models.CharField(max_length=20, unique=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    max_points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    is_passed = models.BooleanField(null=True, blank=True)
    graded_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "quiz_key", "number"], name="assessment_attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "quiz_key"],
                condition=Q(state="in_progress"),
                name="assessment_one_open_attempt",
            ),
            models.CheckConstraint(
                condition=Q(state="in_progress", submitted_at=None)
                | (~Q(state="in_progress") & Q(submitted_at__isnull=False)),
                name="assessment_submitted_attempt_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="graded") | Q(graded_at__isnull=False, percent__isnull=False),
                name="assessment_graded_attempt_has_a_mark",
            ),
            models.CheckConstraint(
                condition=Q(reached=None) | Q(reached__gte=1),
                name="assessment_open_question_has_a_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["check_at"], condition=Q(state="in_progress"), name="assessment_to_check"
            )
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def is_open(self) -> bool:
        """Return whether it is still being written."""
        return self.state == AttemptState.IN_PROGRESS

    def number_of(self, question_key: str) -> int:
        """Return which number a question has in this attempt; 0 where it is not asked."""
        keys = [row["question"] for row in self.layout]
        return keys.index(question_key) + 1 if question_key in keys else 0

    @property
    def is_at_the_end(self) -> bool:
        """Return whether every question has been reached: the attempt can be looked over."""
        return self.reached is None or self.reached >= len(self.layout)

    @property
    def is_graded(self) -> bool:
        """Return whether it has been marked."""
        return self.state == AttemptState.GRADED


class Answer(models.Model):
    """The answer to one question; a save with an older revision changes nothing."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="answers")
    question_key = models.UUIDField()
    revision = models.PositiveIntegerField()
    response = models.JSONField(default=dict)
    is_flagged = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "question_key"], name="assessment_answer_once_per_question"
            )
        ]
        # How hard a question is: asked of the marked answers to fifty questions of a page.
        indexes = [
            models.Index(
                fields=["question_key"],
                condition=Q(points__isnull=False),
                name="assessment_marked_answers",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.question_key} r{self.revision}"
