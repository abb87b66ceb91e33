"""Putting the plan of a folder into a draft: the same folder twice changes nothing."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from courses.actions.catalogue import create_course
from courses.actions.drafts import discard_draft, edit_settings, start_draft
from courses.actions.editing import (
    add_block,
    add_lesson,
    add_module,
    delete_block,
    delete_lesson,
    delete_module,
    edit_block,
    edit_lesson,
    edit_module,
    move_block,
    move_lesson,
    move_module,
)
from courses.actions.publishing import publish
from courses.blocks import kind_of
from courses.canonical import canonical, version_content
from courses.importing import (
    CourseFormatError,
    CoursePlan,
    LessonPlan,
    ModulePlan,
    Source,
    block_importers,
)
from courses.models import Block, Course, CourseVersion, Lesson, Module, Provider, Subject
from reference.models import Code


@transaction.atomic
def import_course(
    *, plan: CoursePlan, by: User, change_note: str = "", is_published: bool = False
) -> tuple[CourseVersion, bool]:
    """Return the version that holds the plan, and whether anything changed."""
    course = _course(plan, by=by)
    before = course.current_version
    had_draft = course.versions.drafts().exists()
    draft = start_draft(course=course, by=by)
    as_found = _as_would_be_frozen(draft)
    _fill(draft, plan, by=by)
    changed = _as_would_be_frozen(draft) != as_found
    if before and not changed and not had_draft:
        discard_draft(version=draft, by=by)  # the folder holds what is published
        return before, False
    if is_published:
        draft = publish(version=draft, by=by, change_note=change_note or "Nhập từ thư mục")
    return draft, changed or is_published


def _course(plan: CoursePlan, *, by: User) -> Course:
    found = Course.objects.filter(code=plan.code).select_related("current_version", "provider")
    course = found.first()
    if course:
        return course
    facts = plan.facts
    return create_course(
        provider=_named(Provider, facts, "provider"),
        subject=_named(Subject, facts, "subject"),
        code=plan.code,
        title_vi=plan.settings["title_vi"],
        title_en=plan.settings["title_en"],
        summary_vi=plan.settings["summary_vi"],
        summary_en=plan.settings["summary_en"],
        study_form=_named(Code, facts, "study_form", list="study_form"),
        content_group=_named(Code, facts, "content_group", list="content_group"),
        by=by,
    )


def _named(model: Any, facts: dict[str, Any], name: str, **more: str) -> Any:
    row = model.objects.filter(code=facts[name], **more).first()
    if row is None:
        raise CourseFormatError(f"course.yaml: there is no {name} «{facts[name]}».")
    return row


def _fill(draft: CourseVersion, plan: CoursePlan, *, by: User) -> None:
    edit_settings(version=draft, changes=plan.settings, revision=draft.revision, by=by)
    for position, row in enumerate(plan.modules, start=1):
        module = _module(draft, row, by=by)
        if module.position != position:
            move_module(module=module, position=position, by=by)
        for place, wanted in enumerate(row.lessons, start=1):
            lesson = _lesson(module, wanted, by=by)
            if (lesson.module_id, lesson.position) != (module.pk, place):
                move_lesson(lesson=lesson, module=module, position=place, by=by)
            _blocks(lesson, wanted, plan, by=by)
    _remove_others(draft, plan, by=by)


def _module(draft: CourseVersion, plan: ModulePlan, *, by: User) -> Module:
    module = draft.modules.filter(key=plan.key).first()
    if module is None:
        return add_module(version=draft, key=plan.key, by=by, **plan.fields)
    return edit_module(module=module, changes=plan.fields, revision=module.revision, by=by)


def _lesson(module: Module, plan: LessonPlan, *, by: User) -> Lesson:
    lesson = module.version.lessons.filter(key=plan.key).first()
    if lesson is None:
        return add_lesson(module=module, key=plan.key, by=by, **plan.fields)
    return edit_lesson(lesson=lesson, changes=plan.fields, revision=lesson.revision, by=by)


def _blocks(lesson: Lesson, plan: LessonPlan, whole: CoursePlan, *, by: User) -> None:
    unit_id = lesson.version.course.provider.unit_id
    source = Source(whole.folder, plan.path, by, unit_id, whole.facts)
    for position, row in enumerate(plan.blocks, start=1):
        if row.kind not in block_importers:
            raise CourseFormatError(f"{plan.path.name}: there is no kind of block «{row.kind}».")
        content = block_importers[row.kind](row, source)
        block = lesson.version.blocks.filter(key=row.key).first()
        if block is None:
            block = add_block(
                lesson=lesson,
                kind=row.kind,
                key=row.key,
                content=content,
                language=row.language,
                by=by,
            )
        else:
            block = edit_block(block=block, content=content, revision=block.revision, by=by)
        if (block.lesson_id, block.position) != (lesson.pk, position):
            move_block(block=block, lesson=lesson, position=position, by=by)


def _remove_others(draft: CourseVersion, plan: CoursePlan, *, by: User) -> None:
    """Remove what the folder does not name, from the inside out."""
    lessons = [lesson for module in plan.modules for lesson in module.lessons]
    for block in draft.blocks.exclude(key__in=[row.key for one in lessons for row in one.blocks]):
        delete_block(block=block, by=by)
    for lesson in draft.lessons.exclude(key__in=[row.key for row in lessons]):
        delete_lesson(lesson=lesson, by=by)
    for module in draft.modules.exclude(key__in=[row.key for row in plan.modules]):
        delete_module(module=module, by=by)


def _as_would_be_frozen(draft: CourseVersion) -> bytes:
    """Return what publishing would hash, without writing it."""
    content = version_content(draft)
    blocks: dict[str, Block] = {
        str(block.key): block for block in draft.blocks.select_related("file__blob")
    }
    for module in content["modules"]:
        for lesson in module["lessons"]:
            for row in lesson["blocks"]:
                block = blocks[row["key"]]
                row["frozen"] = kind_of(block).freeze(block)
    return canonical(content)
