"""The question bank. Editing a used question makes a new version."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from courses.models import Course, Provider
from lms.text import fold
from lms.trigrams import searched


class QuestionKind(models.TextChoices):
    """How a question is asked and marked; see `assessment/kinds/`."""

    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")
    SHORT_TEXT = "short_text", _("Short text")
    NUMERIC = "numeric", _("Numeric answer")
    MATCHING = "matching", _("Matching")
    ORDERING = "ordering", _("Put in order")
    CLOZE = "cloze", _("Text with gaps")
    CATEGORISE = "categorise", _("Grouping")


class QuestionBankQuerySet(models.QuerySet["QuestionBank"]):
    """Sets of banks."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the banks on which the user holds the permission: by provider or course."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        return self.filter(
            Exists(granted.site_wide())
            | Q(provider__unit__in=granted.provider_unit_ids())
            | Q(provider__unit__in=granted.unit_ids())
            | Q(course__in=Course.objects.allowing(user, permission).values("pk"))
        )


class QuestionBank(models.Model):
    """Questions of a provider, usually of one course (ngân hàng câu hỏi)."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="banks")
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, blank=True, related_name="banks"
    )
    name = models.CharField(_("name"), max_length=200)

    objects = QuestionBankQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class QuestionQuerySet(models.QuerySet["Question"]):
    """Sets of questions."""

    def in_force(self) -> Self:
        """Return the questions that authors may pick."""
        return self.filter(archived_at=None, current__isnull=False)

    def matching(self, text: str) -> Self:
        """Return the questions whose folded words hold the folded text."""
        return self.filter(search_key__contains=fold(text))

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the questions of the banks on which the user holds the permission."""
        return self.filter(bank__in=QuestionBank.objects.allowing(user, permission).values("pk"))


class Question(models.Model):
    """A question's identity; what it says is in its versions."""

    bank = models.ForeignKey(QuestionBank, on_delete=models.PROTECT, related_name="questions")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.CharField(_("Topic"), max_length=120, blank=True)
    current = models.ForeignKey(
        "assessment.QuestionVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    # What lists search: the folded words of the version in force.
    search_key = models.CharField(max_length=500, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.key)


searched(Question, "search_key")


class QuestionVersion(models.Model):
    """What is asked, the key, and the explanation shown after release.

    `data` by kind. single, multiple: `options` [{key, text}], `correct` [key];
    true_false: `correct` bool; short_text: `accepted` [text]; numeric: `value`, `tolerance`;
    matching: `pairs` [{key, left, right_key, right}], `distractors` [{key, text}];
    ordering: `items` [{key, text}] in their right order; cloze: `pieces` [{text} | gap], see
    `assessment/kinds/cloze.py`; categorise: `groups` [{key, text}], `items` [{key, text, group}].
    `scheme` says how parts add up where it is not the kind's first (`assessment/kinds/base.py`).
    """

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=QuestionKind)
    body = models.TextField(_("Question"))
    data = models.JSONField(default=dict)
    explanation = models.TextField(_("Explanation of the answer"), blank=True)
    lesson_key = models.UUIDField(null=True, blank=True)
    language = models.CharField(max_length=2, default="vi")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="assessment_question_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"
