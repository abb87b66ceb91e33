"""Published versions are read once per process; drafts anew; kinds of other apps take part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from courses import actions
from courses.block_forms import BlockForm
from courses.blocks import (
    BlockContext,
    BlockKind,
    CompletesOn,
    Content,
    Data,
    Problem,
    Severity,
    block_kinds,
)
from courses.errors import PublishRefusedError
from courses.models import Block, CourseVersion, Lesson
from courses.outline import BLOCKS_AT_MOST, Bounded, block_html, forget, outline
from tests.courses.make import make_draft, make_published
from tests.people import Cast, signed_in_as


class PollKind(BlockKind):
    """A small kind of another app: an answer that must not leave the server, a pass mark."""

    code = "poll"
    label = "Poll"
    icon = "help-circle"
    form_class: type[BlockForm] = BlockForm
    completes_on = CompletesOn.EVENT
    is_personal = True
    copied: ClassVar[list[tuple[int, int]]] = []

    def copy(self, block: Block, *, to: Block, by: User) -> None:
        """Note that rows were brought along."""
        assert by.username == "lan"
        self.copied.append((block.pk, to.pk))

    def freeze(self, block: Block) -> Data:
        """Keep the answer."""
        return {"question": block.data["question"], "key": block.data["key"]}

    def check(self, block: Block) -> list[Problem]:
        """Ask for a pass mark."""
        if block.data.get("pass") is None:
            return [Problem(Severity.BLOCKER, "no pass mark")]
        return []

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Show the question alone."""
        return format_html("<p>{} ({})</p>", frozen["question"], context.user.username)

    def summary(self, frozen: Data) -> str:
        """Tell the question."""
        return str(frozen["question"])

    def requirement(self, frozen: Data) -> str:
        """Ask for an answer."""
        return f"Trả lời: {frozen['question']}"


@pytest.fixture(autouse=True)
def poll() -> Iterator[PollKind]:
    """Register the kind for one test, and start with nothing held."""
    forget()
    kind = PollKind()
    block_kinds.register("poll", kind)
    yield kind
    del block_kinds._entries["poll"]
    PollKind.copied.clear()


def _with_poll(draft: CourseVersion, by: User, **data: object) -> Block:
    content = Content({"question": "Đồng ý?", "key": "BIMAT-42", **data})
    lesson = draft.lessons.all()[0]
    return actions.add_block(lesson=lesson, kind="poll", content=content, by=by)


def test_a_published_outline_is_read_once_and_holds_everything(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    version = make_published(by=cast.trainer)
    made = outline(version)
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        again = outline(version)
        context = BlockContext(cast.learner, 0, "")
        html = [block_html(again, block, context) for block in again.blocks()]
    assert again is made
    assert "Nội dung bài 1." in html[0]
    assert [lesson.title for lesson in made.lessons] == ["Bài 1", "Bài 2"]
    assert (made.minutes, len(made.required_lessons)) == (90, 2)
    assert made.periods == 2
    first, second = made.lessons
    assert made.beside(first) == (None, second)
    assert made.lesson(second.key) is second
    assert made.module_of(second).number == 1


def test_a_draft_is_read_anew(cast: Cast) -> None:
    draft = make_draft(by=cast.trainer)
    assert outline(draft).lessons[0].title == "Bài 1"
    Lesson.objects.filter(version=draft, position=1).update(title_vi="Khác")
    assert outline(draft).lessons[0].title == "Khác"


def test_two_courses_with_the_same_content_keep_their_own_rows(cast: Cast) -> None:
    first = make_published(by=cast.trainer)
    copy = CourseVersion.objects.get(pk=first.pk)
    outline(copy)
    draft = actions.start_draft(course=first.course, by=cast.trainer)
    second = actions.publish(version=draft, by=cast.trainer, change_note="")
    assert first.content_hash == second.content_hash
    assert outline(second).lessons[0].id != outline(first).lessons[0].id


def test_what_is_held_is_bounded_by_last_use() -> None:
    held: Bounded[int, int] = Bounded(3)
    for n in range(3):
        held.put(n, n)
    assert held.get(0) == 0
    held.put(3, 3)
    assert (held.get(1), held.get(0), len(held)) == (None, 0, 3)
    assert BLOCKS_AT_MOST < 10_000


def test_the_kind_of_another_app_is_checked_frozen_copied_and_drawn_for_one_person(
    cast: Cast, poll: PollKind
) -> None:
    draft = make_draft(by=cast.trainer)
    block = _with_poll(draft, cast.trainer)
    with pytest.raises(PublishRefusedError) as refused:
        actions.publish(version=draft, by=cast.trainer, change_note="")
    assert [(row.text, row.anchor) for row in refused.value.problems] == [
        ("Bài 1: no pass mark", f"block:{block.pk}")
    ]
    Block.objects.filter(pk=block.pk).update(data={**block.data, "pass": 50})
    version = actions.publish(version=draft, by=cast.trainer, change_note="")
    made = outline(version)
    held = next(row for row in made.blocks() if row.kind == "poll")
    drawn = {
        block_html(made, held, BlockContext(user, held.id, str(held.key)))
        for user in (cast.learner, cast.stranger)
    }
    assert drawn == {"<p>Đồng ý? (hanh)</p>", "<p>Đồng ý? (la)</p>"}
    assert made.requirements == ["Trả lời: Đồng ý?"]
    assert made.lessons[0].icon == "help-circle"
    new = actions.start_draft(course=version.course, by=cast.trainer)
    assert poll.copied == [(block.pk, new.blocks.get(key=block.key).pk)]


def test_a_frozen_answer_is_in_no_page(cast: Cast) -> None:
    draft = make_draft(by=cast.trainer)
    _with_poll(draft, cast.trainer, **{"pass": 50})
    version = actions.publish(version=draft, by=cast.trainer, change_note="")
    client = signed_in_as(cast.learner)
    page = client.get(f"/khoa-hoc/{version.course.code}/").content.decode()
    assert "Trả lời: Đồng ý?" in page
    assert "BIMAT-42" not in page
    assert "BIMAT-42" not in repr(outline(version))


def test_a_translation_is_drawn_in_the_readers_language(cast: Cast) -> None:
    draft = make_draft(by=cast.trainer)
    block = draft.blocks.all()[0]
    words = {"html": "<p>Lesson one.</p>"}
    actions.put_translation(block=block, language="en", data=words, by=cast.trainer)
    version = actions.publish(version=draft, by=cast.trainer, change_note="")
    version.course.refresh_from_db()
    assert version.course.languages == "en vi"
    made = outline(version)
    held = next(iter(made.blocks()))
    for language, text in (("en", "Lesson one."), ("vi", "Nội dung bài 1."), ("fr", "Nội dung")):
        context = BlockContext(cast.learner, held.id, str(held.key), language)
        assert text in block_html(made, held, context)
