"""Editing the outline of a draft: add, move, rename, delete. Only drafts change."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from courses.actions.drafts import demand_draft, save_once, siblings_in_order, touch
from courses.blocks import Content, Data, block_kinds, kind_of
from courses.errors import NotEmptyError
from courses.models import Block, BlockTranslation, CourseVersion, Lesson, Module

Changes = Mapping[str, Any]


@transaction.atomic
def add_module(
    *, version: CourseVersion, title_vi: str, by: User, key: uuid.UUID | None = None, **fields: Any
) -> Module:
    """Add a module at the end. With a key, safe to call twice."""
    del by
    demand_draft(version)
    key = key or uuid.uuid4()
    found = version.modules.filter(key=key).first()
    if found:
        return found
    touch(version)
    position = version.modules.count() + 1
    return Module.objects.create(
        version=version, key=key, position=position, title_vi=title_vi, **fields
    )


@transaction.atomic
def add_lesson(
    *, module: Module, title_vi: str, by: User, key: uuid.UUID | None = None, **fields: Any
) -> Lesson:
    """Add a lesson at the end of a module. With a key, safe to call twice."""
    del by
    version = module.version
    demand_draft(version)
    key = key or uuid.uuid4()
    found = version.lessons.filter(key=key).first()
    if found:
        return found
    touch(version)
    position = module.lessons.count() + 1
    return Lesson.objects.create(
        version=version, module=module, key=key, position=position, title_vi=title_vi, **fields
    )


@transaction.atomic
def add_block(
    *,
    lesson: Lesson,
    kind: str,
    by: User,
    content: Content | None = None,
    key: uuid.UUID | None = None,
    language: str = "vi",
) -> Block:
    """Add a block at the end of a lesson. With a key, safe to call twice."""
    version = lesson.version
    demand_draft(version)
    key = key or uuid.uuid4()
    found = version.blocks.filter(key=key).first()
    if found:
        return found
    content = content or Content(data={})
    owner = block_kinds[kind]  # an unknown kind is a programming error
    block = Block.objects.create(
        version=version,
        lesson=lesson,
        key=key,
        position=lesson.blocks.count() + 1,
        kind=kind,
        language=language,
        data=content.data,
        file_id=content.file_id,
    )
    owner.save(block, content, by=by)
    touch(version)
    return block


@transaction.atomic
def edit_module(*, module: Module, changes: Changes, revision: int, by: User) -> Module:
    """Change a module, unless somebody saved in between."""
    del by
    demand_draft(module.version)
    touch(module.version)
    saved: Module = save_once(module, changes, revision)
    return saved


@transaction.atomic
def edit_lesson(*, lesson: Lesson, changes: Changes, revision: int, by: User) -> Lesson:
    """Change a lesson, unless somebody saved in between."""
    del by
    demand_draft(lesson.version)
    touch(lesson.version)
    saved: Lesson = save_once(lesson, changes, revision)
    return saved


@transaction.atomic
def edit_block(*, block: Block, content: Content, revision: int, by: User) -> Block:
    """Change a block, unless somebody saved in between."""
    demand_draft(block.version)
    changes: Data = {"data": content.data, "file_id": content.file_id}
    saved: Block = save_once(block, changes, revision)
    kind_of(saved).save(saved, content, by=by)
    touch(block.version)
    return saved


@transaction.atomic
def put_translation(*, block: Block, language: str, data: Data, by: User) -> BlockTranslation:
    """Store a block in another language. Safe to call twice."""
    del by
    demand_draft(block.version)
    row, _is_new = BlockTranslation.objects.update_or_create(
        block=block, language=language, defaults={"data": data}
    )
    touch(block.version)
    return row


@transaction.atomic
def move_module(*, module: Module, position: int, by: User) -> None:
    """Put a module in a place of the course. Safe to call twice."""
    del by
    demand_draft(module.version)
    _place(module, module.version.modules.all(), position)
    touch(module.version)


@transaction.atomic
def move_lesson(*, lesson: Lesson, position: int, by: User, module: Module | None = None) -> None:
    """Put a lesson in a place of its module or of another of the same draft."""
    del by
    demand_draft(lesson.version)
    target = module or lesson.module
    _demand_same_version(lesson, target)
    old = lesson.module
    lesson.module = target
    lesson.save(update_fields=["module"])
    _place(lesson, target.lessons.all(), position)
    _renumber(siblings_in_order(old.lessons.all()))
    touch(lesson.version)


@transaction.atomic
def move_block(*, block: Block, position: int, by: User, lesson: Lesson | None = None) -> None:
    """Put a block in a place of its lesson or of another of the same draft."""
    del by
    demand_draft(block.version)
    target = lesson or block.lesson
    _demand_same_version(block, target)
    old = block.lesson
    block.lesson = target
    block.save(update_fields=["lesson"])
    _place(block, target.blocks.all(), position)
    _renumber(siblings_in_order(old.blocks.all()))
    touch(block.version)


@transaction.atomic
def delete_module(*, module: Module, by: User) -> None:
    """Remove an empty module from a draft. Safe to call twice."""
    del by
    version = module.version
    demand_draft(version)
    if module.lessons.exists():
        raise NotEmptyError
    Module.objects.filter(pk=module.pk).delete()
    _renumber(siblings_in_order(version.modules.all()))
    touch(version)


@transaction.atomic
def delete_lesson(*, lesson: Lesson, by: User) -> None:
    """Remove a lesson from a draft with its blocks. Safe to call twice."""
    version, module = lesson.version, lesson.module
    demand_draft(version)
    for block in lesson.blocks.all():
        _drop(block, by=by)
    Lesson.objects.filter(pk=lesson.pk).delete()
    _renumber(siblings_in_order(module.lessons.all()))
    touch(version)


@transaction.atomic
def delete_block(*, block: Block, by: User) -> None:
    """Remove a block from a draft. Safe to call twice."""
    demand_draft(block.version)
    _drop(block, by=by)
    _renumber(siblings_in_order(block.lesson.blocks.all()))
    touch(block.version)


def _drop(block: Block, *, by: User) -> None:
    kind_of(block).delete(block, by=by)
    Block.objects.filter(pk=block.pk).delete()


def _place(row: Any, siblings: Any, position: int) -> None:
    others = [other for other in siblings_in_order(siblings) if other.pk != row.pk]
    others.insert(min(max(position, 1), len(others) + 1) - 1, row)
    _renumber(others)


def _renumber(rows: list[Any]) -> None:
    moved = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            moved.append(row)
    if moved:
        type(moved[0]).objects.bulk_update(moved, ["position"])


def _demand_same_version(row: Lesson | Block, target: Module | Lesson) -> None:
    if row.version_id != target.version_id:
        raise ValueError("A row moves within its own draft only.")
