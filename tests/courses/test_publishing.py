"""What publishing demands, freezes, changes and refuses afterwards."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from courses import actions
from courses.blocks import Content, Severity
from courses.canonical import content_hash
from courses.errors import CourseError, InReviewError, NotOpenError, PublishRefusedError
from courses.models import (
    Block,
    BlockTranslation,
    CourseVersion,
    Lesson,
    Module,
    Moves,
    VersionState,
)
from courses.publish_checks import check
from courses.signals import version_published
from lms import ledgers
from tests.courses.make import make_draft, make_published
from tests.make import make_course
from tests.people import Cast


def _texts(version: CourseVersion, severity: Severity = Severity.BLOCKER) -> str:
    return "\n".join(row.text for row in check(version) if row.severity == severity)


def test_a_sound_draft_meets_no_line_of_the_check_list(cast: Cast) -> None:
    assert check(make_draft(by=cast.trainer)) == []


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda v: CourseVersion.objects.filter(pk=v.pk).update(title_vi=" "), "has no title"),
        (lambda v: v.modules.update(title_vi=""), "module has no title"),
        (lambda v: v.lessons.update(title_vi=""), "lesson has no title"),
        (lambda v: v.modules.update(periods_online=5), "add up to 5, the plan says 2"),
        (lambda v: v.modules.update(periods_class=1), "in class: the modules add up to 1"),
        (
            lambda v: Module.objects.create(version=v, position=2, title_vi="Trống"),
            "“Trống” has no periods",
        ),
        (lambda v: v.lessons.update(completion=""), "does not say when it is completed"),
        (lambda v: v.blocks.all().delete(), "is empty"),
        (lambda v: v.blocks.update(data={"html": "<p> </p>"}), "text block is empty"),
        (lambda v: v.blocks.update(kind="image"), "no alternative text"),
        (lambda v: v.blocks.update(kind="image"), "the file is missing"),
        (lambda v: v.blocks.update(kind="video"), "no captions"),
        (lambda v: v.blocks.update(kind="video"), "no transcript"),
        (lambda v: v.blocks.update(kind="audio"), "no transcript"),
    ],
)
def test_each_fault_is_a_line_that_refuses_publishing(cast: Cast, spoil: Any, line: str) -> None:
    draft = make_draft(by=cast.trainer)
    spoil(draft)
    draft.refresh_from_db()
    assert line in _texts(draft)
    with pytest.raises(PublishRefusedError):
        actions.publish(version=draft, by=cast.trainer, change_note="")
    draft.refresh_from_db()
    assert draft.is_open
    assert not draft.blocks.filter(frozen__isnull=False).exists()


def test_warnings_are_told_and_do_not_refuse(cast: Cast) -> None:
    draft = make_draft(by=cast.trainer)
    CourseVersion.objects.filter(pk=draft.pk).update(objectives_vi="", title_en="")
    draft.lessons.update(minutes=5)
    draft.refresh_from_db()
    warnings = _texts(draft, Severity.WARNING)
    assert "no objective" in warnings
    assert "lessons of 10 minutes" in warnings
    assert actions.publish(version=draft, by=cast.trainer, change_note="").content_hash


def test_publishing_freezes_hashes_retires_mirrors_and_records(cast: Cast) -> None:
    course = make_course(cast.provider, title="Kỹ năng số")
    first = make_published(course, by=cast.trainer)
    draft = actions.start_draft(course=course, by=cast.trainer)
    actions.edit_settings(
        version=draft, changes={"title_vi": "Kỹ năng số cơ bản"}, revision=0, by=cast.trainer
    )
    second = actions.publish(version=draft, by=cast.trainer, change_note="Luật mới")
    first.refresh_from_db()
    course.refresh_from_db()
    assert (first.state, second.state) == (VersionState.RETIRED, VersionState.PUBLISHED)
    assert course.current_version == second
    assert (course.title_vi, course.lesson_count) == ("Kỹ năng số cơ bản", 2)
    assert course.periods == 2
    assert "ky nang so co ban" in course.search_key
    assert not second.blocks.filter(frozen__isnull=True).exists()
    events = AuditEvent.objects.filter(action="publish")
    assert [event.reason for event in events] == ["Luật mới", "Bản đầu tiên"]
    assert (events[0].after or {})["hash"] == second.content_hash


def test_the_apps_above_hear_of_it_once_and_may_undo_it_all(cast: Cast) -> None:
    heard: list[dict[str, Any]] = []

    def listen(**facts: Any) -> None:
        heard.append(facts)
        if facts["moves"] == Moves.ALL:
            raise ValueError("no")

    version_published.connect(listen, weak=False)
    try:
        first = make_published(by=cast.trainer)
        actions.publish(version=first, by=cast.trainer, change_note="again")
        draft = actions.start_draft(course=first.course, by=cast.trainer)
        with pytest.raises(ValueError, match="no"):
            actions.publish(version=draft, by=cast.trainer, change_note="", moves=Moves.ALL)
    finally:
        version_published.disconnect(listen)
    assert [(facts["previous"], facts["moves"]) for facts in heard] == [
        (None, "nobody"),
        (first, "all"),
    ]
    draft.refresh_from_db()
    first.refresh_from_db()
    assert draft.is_open
    assert first.state == VersionState.PUBLISHED


def test_the_hash_stays_and_every_change_of_content_changes_it(cast: Cast) -> None:
    version = make_published(by=cast.trainer)
    assert content_hash(version) == version.content_hash == content_hash(version)
    draft = actions.start_draft(course=version.course, by=cast.trainer)
    same = actions.publish(version=draft, by=cast.trainer, change_note="")
    assert same.content_hash == version.content_hash
    seen = {version.content_hash}
    for spoil in (
        lambda v: v.lessons.filter(position=1).update(title_vi="Khác"),
        lambda v: v.lessons.filter(position=1).update(minutes=46),
        lambda v: v.blocks.filter(position=1).update(data={"html": "<p>Khác</p>"}),
        lambda v: BlockTranslation.objects.create(
            block=v.blocks.first(), language="en", data={"html": "<p>Other</p>"}
        ),
        lambda v: CourseVersion.objects.filter(pk=v.pk).update(is_sequential=True),
    ):
        draft = actions.start_draft(course=version.course, by=cast.trainer)
        spoil(draft)
        seen.add(actions.publish(version=draft, by=cast.trainer, change_note="").content_hash)
    assert len(seen) == 6


def test_no_action_changes_a_published_version(cast: Cast) -> None:
    version = make_published(by=cast.trainer)
    by = cast.trainer
    module, lesson = version.modules.get(), version.lessons.all()[0]
    block = lesson.blocks.get()
    content = Content(data={"html": "<p>Khác</p>"})
    acts: list[Any] = [
        lambda: actions.edit_settings(
            version=version, changes={"title_vi": "X"}, revision=0, by=by
        ),
        lambda: actions.add_module(version=version, title_vi="X", by=by),
        lambda: actions.edit_module(module=module, changes={"title_vi": "X"}, revision=0, by=by),
        lambda: actions.move_module(module=module, position=1, by=by),
        lambda: actions.delete_module(module=module, by=by),
        lambda: actions.add_lesson(module=module, title_vi="X", by=by),
        lambda: actions.edit_lesson(lesson=lesson, changes={"title_vi": "X"}, revision=0, by=by),
        lambda: actions.move_lesson(lesson=lesson, position=2, by=by),
        lambda: actions.delete_lesson(lesson=lesson, by=by),
        lambda: actions.add_block(lesson=lesson, kind="text", content=content, by=by),
        lambda: actions.edit_block(block=block, content=content, revision=0, by=by),
        lambda: actions.move_block(block=block, position=2, by=by),
        lambda: actions.delete_block(block=block, by=by),
        lambda: actions.put_translation(block=block, language="en", data={}, by=by),
        lambda: actions.discard_draft(version=version, by=by),
    ]
    for act in acts:
        with pytest.raises(NotOpenError):
            act()
    assert content_hash(version) == version.content_hash


def test_the_database_itself_refuses_to_change_a_published_version(cast: Cast) -> None:
    version = make_published(by=cast.trainer)
    draft = actions.start_draft(course=version.course, by=cast.trainer)
    module, lesson = version.modules.get(), version.lessons.all()[0]
    block, other = lesson.blocks.get(), draft.blocks.all()[0]
    same_version = CourseVersion.objects.filter(pk=version.pk)
    acts: list[Any] = [
        lambda: same_version.update(title_vi="X"),
        lambda: same_version.update(state=VersionState.DRAFT),
        lambda: same_version.update(content_hash="0" * 64),
        lambda: Module.objects.filter(pk=module.pk).update(title_vi="X"),
        lambda: Lesson.objects.filter(pk=lesson.pk).update(minutes=1),
        lambda: Block.objects.filter(pk=block.pk).update(data={}),
        lambda: Block.objects.filter(pk=block.pk).update(frozen={}),
        lambda: Block.objects.filter(pk=block.pk).delete(),
        lambda: Block.objects.filter(pk=block.pk).update(version=draft),
        lambda: Block.objects.filter(pk=other.pk).update(version=version),
        lambda: Module.objects.create(version=version, position=9, title_vi="X"),
        lambda: Block.objects.create(version=version, lesson=lesson, position=9, kind="text"),
        lambda: BlockTranslation.objects.create(block=block, language="en", data={}),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            act()
    version.save()  # a save that changes nothing is none
    Block.objects.filter(pk=other.pk).update(data={"html": "<p>Mới</p>"})
    assert content_hash(version) == version.content_hash


def test_a_lost_trigger_is_found_by_the_system_check(cast: Cast) -> None:
    assert ledgers.missing_triggers(databases=["default"]) == []
    with transaction.atomic():
        ledgers._drop(connection, "courses_block")
        found = ledgers.missing_triggers(databases=["default"])
        transaction.set_rollback(True)
    assert "courses_block has lost 3" in str(found)


def test_the_command_proves_the_hashes_and_names_what_was_altered(cast: Cast) -> None:
    version = make_published(by=cast.trainer)
    out = io.StringIO()
    call_command("verify_versions", stdout=out)
    assert "1 published" in out.getvalue()
    with ledgers.lifted():
        version.lessons.filter(position=1).update(title_vi="Sửa lén")
        with pytest.raises(CommandError, match=f"{version.course.code}.*1"):
            call_command("verify_versions", stdout=out)


def test_a_draft_in_review_waits_until_it_is_taken_back(cast: Cast) -> None:
    draft = make_draft(by=cast.trainer)
    assert actions.submit_for_review(version=draft, by=cast.trainer)
    assert not actions.submit_for_review(version=draft, by=cast.trainer)
    with pytest.raises(InReviewError):
        actions.add_module(version=draft, title_vi="X", by=cast.trainer)
    assert actions.take_back(version=draft, by=cast.trainer)
    assert actions.add_module(version=draft, title_vi="X", by=cast.trainer)


def test_a_draft_carries_keys_content_and_translations_over(cast: Cast) -> None:
    version = make_published(by=cast.trainer)
    draft = actions.start_draft(course=version.course, by=cast.trainer)
    assert actions.start_draft(course=version.course, by=cast.trainer) == draft
    for name in ("modules", "lessons", "blocks"):
        old = set(getattr(version, name).values_list("key", "position"))
        assert set(getattr(draft, name).values_list("key", "position")) == old
    assert draft.blocks.filter(frozen__isnull=True).count() == 2
    assert not draft.lessons.exclude(module__version=draft).exists()
    assert not draft.blocks.exclude(lesson__version=draft).exists()


def test_an_old_version_comes_back_as_a_draft_unless_one_is_open(cast: Cast) -> None:
    first = make_published(by=cast.trainer)
    draft = actions.start_draft(course=first.course, by=cast.trainer)
    draft.lessons.update(title_vi="Bản hai")
    actions.publish(version=draft, by=cast.trainer, change_note="")
    restored = actions.restore(version=first, by=cast.trainer)
    assert actions.restore(version=first, by=cast.trainer) == restored
    assert restored.number == 3
    assert not restored.lessons.filter(title_vi="Bản hai").exists()
    with pytest.raises(CourseError):
        actions.restore(version=draft, by=cast.trainer)
    assert actions.discard_draft(version=restored, by=cast.trainer)
    assert not actions.discard_draft(version=restored, by=cast.trainer)
    assert first.course.versions.count() == 2
