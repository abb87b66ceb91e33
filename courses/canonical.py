"""The whole of a version as canonical JSON, and the hash that proves it did not change."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from courses.models import Block, CourseVersion, Lesson, Module

VERSION_FIELDS = (
    *("title_vi", "title_en", "summary_vi", "summary_en", "objectives_vi", "objectives_en"),
    *("periods_online", "periods_class", "periods_guided", "periods_test"),
    *("min_attendance_percent", "is_sequential", "issues_at_once"),
)
MODULE_FIELDS = (
    *("key", "position", "title_vi", "title_en"),
    *("periods_online", "periods_class", "periods_guided", "periods_test"),
)
LESSON_FIELDS = (
    *("key", "position", "title_vi", "title_en", "objective"),
    *("minutes", "is_required", "completion"),
)
BLOCK_FIELDS = ("key", "position", "kind", "language", "frozen")


def canonical(content: Any) -> bytes:
    """Return the one spelling of some plain JSON."""
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return text.encode()


def content_hash(version: CourseVersion) -> str:
    """Return the hash of everything a learner of the version may meet, answers included."""
    return hashlib.sha256(canonical(version_content(version))).hexdigest()


def version_content(version: CourseVersion) -> dict[str, Any]:
    """Return the frozen version as nested plain data, in five statements."""
    version = CourseVersion.objects.get(pk=version.pk)  # numbers as the database keeps them
    modules = version.modules.order_by("position", "pk").prefetch_related(
        Prefetch("lessons", Lesson.objects.order_by("position", "pk")),
        Prefetch("lessons__blocks", Block.objects.order_by("position", "pk")),
        "lessons__blocks__translations",
    )
    return _fields(version, VERSION_FIELDS) | {"modules": [_module(row) for row in modules]}


def _module(module: Module) -> dict[str, Any]:
    lessons = [_lesson(row) for row in module.lessons.all()]
    return _fields(module, MODULE_FIELDS) | {"lessons": lessons}


def _lesson(lesson: Lesson) -> dict[str, Any]:
    return _fields(lesson, LESSON_FIELDS) | {"blocks": [_block(row) for row in lesson.blocks.all()]}


def _block(block: Block) -> dict[str, Any]:
    translations = {row.language: row.data for row in block.translations.all()}
    return _fields(block, BLOCK_FIELDS) | {"translations": translations}


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    # Decimals and keys as text: "4.0" from a form and from the database are the same.
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.1f}"
    return value if isinstance(value, (bool, int, str, dict, list, type(None))) else str(value)
