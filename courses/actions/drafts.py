"""Drafts: starting, describing, reviewing, giving up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from audit.actions import record
from courses.blocks import kind_of
from courses.errors import InReviewError, NotOpenError, StaleEditError
from courses.models import (
    Block,
    BlockTranslation,
    Course,
    CourseVersion,
    Lesson,
    Module,
    VersionState,
)

NOT_COPIED = ("id", "version", "module", "lesson", "revision", "frozen")
SETTINGS = (
    *("title_vi", "title_en", "summary_vi", "summary_en", "objectives_vi", "objectives_en"),
    *("periods_online", "periods_class", "periods_guided", "periods_test"),
    *("min_attendance_percent", "is_sequential", "issues_at_once"),
)


@transaction.atomic
def start_draft(*, course: Course, by: User) -> CourseVersion:
    """Return the open draft, or one copied from the version in force. Safe to call twice."""
    course = _locked(course)
    draft = course.versions.drafts().first()
    if draft:
        return draft
    return _draft_from(course, course.current_version, by=by, action="start_draft")


@transaction.atomic
def restore(*, version: CourseVersion, by: User) -> CourseVersion:
    """Make an old version the draft. An open draft stands in the way: it is nobody's to drop."""
    course = _locked(version.course)
    draft = course.versions.drafts().first()
    if draft and draft.based_on_id == version.pk:
        return draft
    if draft:
        raise StaleEditError
    return _draft_from(course, version, by=by, action="restore_version")


@transaction.atomic
def edit_settings(
    *, version: CourseVersion, changes: Mapping[str, Any], revision: int, by: User
) -> CourseVersion:
    """Change title, plan and rules of a draft, unless somebody saved in between."""
    demand_draft(version)
    del by  # the draft's own history is the version that comes of it
    unknown = set(changes) - set(SETTINGS)
    if unknown:
        raise ValueError(f"not settings of a version: {sorted(unknown)}")
    saved: CourseVersion = save_once(version, changes, revision)
    return saved


@transaction.atomic
def submit_for_review(*, version: CourseVersion, by: User) -> bool:
    """Ask for the version to be read and published. Safe to call twice."""
    return _change_state(version, VersionState.DRAFT, VersionState.IN_REVIEW, by=by)


@transaction.atomic
def take_back(*, version: CourseVersion, by: User) -> bool:
    """Make a version in review a draft again. Safe to call twice."""
    return _change_state(version, VersionState.IN_REVIEW, VersionState.DRAFT, by=by)


@transaction.atomic
def discard_draft(*, version: CourseVersion, by: User) -> bool:
    """Delete a draft that nothing was published from. Safe to call twice."""
    held = CourseVersion.objects.select_for_update().filter(pk=version.pk).first()
    if held is None:
        return False
    demand_draft(held)
    for block in held.blocks.all():
        kind_of(block).delete(block, by=by)
    held.blocks.all().delete()
    held.lessons.all().delete()
    held.modules.all().delete()
    record(by=by, action="discard_draft", target=held, unit_id=held.course.provider.unit_id)
    held.delete()
    return True


def demand_draft(version: CourseVersion) -> None:
    """Refuse a version that does not change now, by its state in the database."""
    state = CourseVersion.objects.values_list("state", flat=True).get(pk=version.pk)
    if state == VersionState.IN_REVIEW:
        raise InReviewError
    if state != VersionState.DRAFT:
        raise NotOpenError


def save_once(row: Any, changes: Mapping[str, Any], revision: int) -> Any:
    """Write the changes if the row still is as it was read; else raise `StaleEditError`.

    What is stored already is not an overwriting: the same save twice is one.
    """
    unchanged = type(row).objects.filter(pk=row.pk, revision=revision)
    stamp = {"updated_at": timezone.now()} if isinstance(row, CourseVersion) else {}
    if not unchanged.update(revision=F("revision") + 1, **changes, **stamp):
        row.refresh_from_db()
        if any(getattr(row, name) != value for name, value in changes.items()):
            raise StaleEditError
    row.refresh_from_db()
    return row


def touch(version: CourseVersion) -> None:
    """Note when the draft was worked on last."""
    CourseVersion.objects.filter(pk=version.pk).update(updated_at=timezone.now())


def _locked(course: Course) -> Course:
    """Return the course with its row locked: one draft is made at a time."""
    # `of` keeps the lock off the version that PostgreSQL would join by an outer join.
    found = Course.objects.select_for_update(of=("self",)).select_related("current_version")
    return found.get(pk=course.pk)


def _draft_from(
    course: Course, source: CourseVersion | None, *, by: User, action: str
) -> CourseVersion:
    last = course.versions.aggregate(last=Max("number"))["last"] or 0
    settings = {name: getattr(source, name) for name in SETTINGS} if source else {}
    words = {"title_vi": course.title_vi, "title_en": course.title_en}
    draft = CourseVersion.objects.create(
        **(words | settings), course=course, number=last + 1, based_on=source, created_by=by
    )
    if source:
        _copy_content(source, draft, by=by)
    facts = {"number": draft.number, "from": source.number if source else None}
    unit_id = course.provider.unit_id
    record(by=by, action=action, target=draft, unit_id=unit_id, after=facts)
    return draft


def _copy_content(source: CourseVersion, draft: CourseVersion, *, by: User) -> None:
    old_blocks = list(source.blocks.order_by("pk"))
    modules = _copies(Module, source.modules.all(), version=draft)
    lessons = _copies(Lesson, source.lessons.all(), version=draft, module=modules)
    blocks = _copies(Block, old_blocks, version=draft, lesson=lessons)
    translations = BlockTranslation.objects.filter(block__version=source).order_by("pk")
    BlockTranslation.objects.bulk_create(
        BlockTranslation(block=blocks[row.block_id], language=row.language, data=row.data)
        for row in translations
    )
    for block in old_blocks:
        kind_of(block).copy(block, to=blocks[block.pk], by=by)


def _copies(model: Any, rows: Iterable[Any], **links: Any) -> dict[int, Any]:
    """Copy rows with their keys; a link is one row for all, or a map from the old row's link."""
    old = sorted(rows, key=lambda row: row.pk)
    names = [field.attname for field in model._meta.concrete_fields if field.name not in NOT_COPIED]
    new = [model(**{name: getattr(row, name) for name in names}) for row in old]
    for before, after in zip(old, new, strict=True):
        for name, link in links.items():
            found = link[getattr(before, f"{name}_id")] if isinstance(link, dict) else link
            setattr(after, name, found)
    model.objects.bulk_create(new, batch_size=500)
    return {before.pk: after for before, after in zip(old, new, strict=True)}


def _change_state(
    version: CourseVersion, before: VersionState, after: VersionState, *, by: User
) -> bool:
    waiting = CourseVersion.objects.filter(pk=version.pk, state=before)
    if not waiting.update(state=after, updated_at=timezone.now()):
        return False
    version.refresh_from_db()
    unit_id = version.course.provider.unit_id
    record(by=by, action=after.value, target=version, unit_id=unit_id, before={"state": before})
    return True


def siblings_in_order(rows: models.QuerySet[Any]) -> list[Any]:
    """Return modules, lessons or blocks as they stand, their rows locked."""
    return list(rows.select_for_update().order_by("position", "pk"))
