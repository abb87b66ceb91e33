"""A quiz as its author edits it; learners meet the frozen copy in the published block."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.models.questions import QuestionVersion
from courses.models import CourseVersion
from courses.models.versions import PINNED_STATES
from lms.ledgers import pinned
from lms.translated import translated


class ResultsShown(models.TextChoices):
    """When a learner sees marks and feedback."""

    AT_ONCE = "at_once", _("As soon as it is marked")
    ON_RELEASE = "on_release", _("When the results are released")


class Quiz(models.Model):
    """A quiz (bài kiểm tra) of one version of a course; `key` is that of its block."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="quizzes")
    key = models.UUIDField()
    title_vi = models.CharField(_("Title"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    intro = models.TextField(_("Introduction"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("Minutes"), null=True, blank=True)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("Attempts"), default=1, validators=[MinValueValidator(1)]
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("Pass mark (%)"), default=50, validators=[MaxValueValidator(100)]
    )
    questions_asked = models.PositiveSmallIntegerField(
        _("Questions asked of each person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )  # drawn anew for each attempt; nothing: all
    is_shuffled = models.BooleanField(_("Shuffle questions and options"), default=True)
    is_one_way = models.BooleanField(
        _("One question after another, without going back"), default=False
    )
    is_graded = models.BooleanField(_("Counts towards the result"), default=True)
    results_shown = models.CharField(
        _("Results are shown"), max_length=12, choices=ResultsShown, default=ResultsShown.ON_RELEASE
    )
    title = translated("title")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="assessment_quiz_once_per_block"
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__lte=100), name="assessment_pass_mark_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(attempts_allowed__gte=1), name="assessment_quiz_may_be_sat"
            ),
            models.CheckConstraint(
                condition=Q(questions_asked=None) | Q(questions_asked__gte=1),
                name="assessment_quiz_asks_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title_vi


class QuizItem(models.Model):
    """A question in a quiz, pinned to one of its versions."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="items")
    question_version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, related_name="quiz_items"
    )
    position = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=5, decimal_places=2, default=1)

    class Meta:
        ordering = ["quiz", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "question_version"], name="assessment_question_once_per_quiz"
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0), name="assessment_question_is_worth_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id} #{self.position}"


_STATE = "(SELECT state FROM courses_courseversion WHERE id = {version})"
_OF_QUIZ = "(SELECT version_id FROM assessment_quiz WHERE id = {row}.quiz_id)"
pinned(Quiz, when=f"{_STATE.format(version='{row}.version_id')} IN {PINNED_STATES}")
pinned(QuizItem, when=f"{_STATE.format(version=_OF_QUIZ)} IN {PINNED_STATES}")
