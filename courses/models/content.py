"""Modules, lessons and blocks. `key` is made once and copied by every draft."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.versions import PINNED_STATES, CourseVersion
from lms.ledgers import pinned
from lms.translated import translated


class Completion(models.TextChoices):
    """What finishes a lesson."""

    BLOCKS = "blocks", _("Everything in it is done: watched, answered, submitted")
    READ = "read", _("It was read to its end")


class Module(models.Model):
    """A topic (chuyên đề) with its periods (tiết) per kind of study."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="modules")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    title_vi = models.CharField(_("title of the part"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    periods_online = models.DecimalField(_("online"), max_digits=5, decimal_places=1, default=0)
    periods_class = models.DecimalField(_("in class"), max_digits=5, decimal_places=1, default=0)
    periods_guided = models.DecimalField(
        _("guided self-study"), max_digits=5, decimal_places=1, default=0
    )
    periods_test = models.DecimalField(_("test"), max_digits=5, decimal_places=1, default=0)
    # Counts the saves: two tabs do not overwrite one another.
    revision = models.PositiveIntegerField(default=0, editable=False)
    title = translated("title")

    class Meta:
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="courses_module_key_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def periods(self) -> Decimal:
        """Return the periods of all kinds together."""
        return self.periods_online + self.periods_class + self.periods_guided + self.periods_test


class Lesson(models.Model):
    """A lesson: what a learner finishes in one sitting."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="lessons")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="lessons")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    title_vi = models.CharField(_("title of the part"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    objective = models.TextField(_("objective"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    is_required = models.BooleanField(_("required"), default=True)
    completion = models.CharField(
        _("completed when"),
        max_length=10,
        choices=Completion,
        default=Completion.BLOCKS,
        blank=True,
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    title = translated("title")

    class Meta:
        ordering = ["module__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="courses_lesson_key_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Block(models.Model):
    """A piece of a lesson; its kind (see `courses/blocks.py`) knows what `data` means.

    `frozen` is written when the version is published: all that rendering and marking need,
    answers included, so it never leaves the server as it is.
    """

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="blocks")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="blocks")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=2, default="vi")
    data = models.JSONField(default=dict, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    frozen = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["lesson", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="courses_block_key_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class BlockTranslation(models.Model):
    """The same block in another language."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=2)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["block", "language"], name="courses_one_translation_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.block_id} {self.language}"


_STATE = "(SELECT state FROM courses_courseversion WHERE id = {version})"
_OWN = f"{_STATE.format(version='{row}.version_id')} IN {PINNED_STATES}"
_OF_BLOCK = "(SELECT version_id FROM courses_block WHERE id = {row}.block_id)"
pinned(Module, when=_OWN)
pinned(Lesson, when=_OWN)
pinned(Block, when=_OWN)
pinned(BlockTranslation, when=f"{_STATE.format(version=_OF_BLOCK)} IN {PINNED_STATES}")
