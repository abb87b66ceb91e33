"""How far a learner is, and what they ask. Progress points at keys, so versions may change."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models.cohorts import Cohort
from enrolments.models.places import Enrolment


class LessonProgress(models.Model):
    """A learner has opened a lesson; with `completed_at`, finished it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="lessons")
    lesson_key = models.UUIDField()
    opened_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson_key"], name="enrolments_lesson_progress_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lesson_key}"


class BlockProgress(models.Model):
    """A learner in one block: where the video stands, whether it counts as done."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="blocks")
    block_key = models.UUIDField()
    state = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "block_key"], name="enrolments_block_progress_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.block_key}"


class LessonQuestionQuerySet(models.QuerySet["LessonQuestion"]):
    """Sets of questions put to trainers."""

    def unanswered(self) -> Self:
        """Return the questions that wait."""
        return self.filter(answered_at=None)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the questions of the classes on which the user holds the permission."""
        return self.filter(
            enrolment__cohort__in=Cohort.objects.allowing(user, permission).values("pk")
        )

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own questions and those one may answer."""
        if not user.is_authenticated:
            return self.none()
        mine_to_answer = LessonQuestion.objects.allowing(user, Permission.ANSWER_LEARNERS)
        return self.filter(Q(enrolment__learner_id=user.pk) | Q(pk__in=mine_to_answer.values("pk")))


class LessonQuestion(models.Model):
    """Hỏi giảng viên: a question under a lesson, in the trainers' inbox."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="questions")
    lesson_key = models.UUIDField()
    body = models.TextField(_("question"), max_length=4000)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = LessonQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return self.body[:60]


class LessonQuestionReply(models.Model):
    """What was said in reply."""

    question = models.ForeignKey(LessonQuestion, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("reply"), max_length=4000)
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["said_at", "pk"]

    def __str__(self) -> str:
        return self.body[:60]
