"""A case in the lesson player: the way is kept on the server, what lies ahead stays there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import User
from courses.actions import publish
from courses.models import Block, CourseVersion
from enrolments.models import BlockProgress, Cohort, Enrolment, LessonProgress
from tests.courses.make import make_draft
from tests.courses.test_cases import make_case
from tests.enrolments.make_learning import sent
from tests.make import make_cohort, make_course, staff
from tests.people import Cast

Browser = Callable[[User], Client]
FIRST, SECOND = "Cắt điện trước", "Đưa ngay"
AHEAD = ("Tám phút", "Không ai gọi lại", "Có người cần", "Cả nhà", "Nước lên", "Người trước", "tốn")


@dataclass
class Room:
    """A learner before a case."""

    client: Client
    enrolment: Enrolment
    block: Block

    @property
    def lesson(self) -> str:
        """Return the address of the lesson."""
        return f"/hoc/{self.enrolment.pk}/{self.block.lesson.key}/"

    @property
    def url(self) -> str:
        """Return the address that takes a choice."""
        return f"{self.lesson}tinh-huong/{self.block.key}/"

    def page(self) -> str:
        """Return the lesson as it is drawn now."""
        return self.client.get(self.lesson).content.decode()

    def choose(self, words: str, *, at: int | None = None, page: str = "") -> str:
        """Choose as the form of a page does; return the page after it."""
        page = page or self.page()
        form = re.search(r'name="at" value="(\d+)"', page)
        choice = re.search(rf'value="(\w+)" required><span>{words}', page)
        assert form
        assert choice
        sent_at = form[1] if at is None else at
        return self.send(at=str(sent_at), choice=choice[1])

    def send(self, **fields: str) -> str:
        """Send any fields; return the page one comes to."""
        return self.client.post(self.url, fields, follow=True).content.decode()

    @property
    def kept(self) -> BlockProgress | None:
        """Return what is kept of the case."""
        return BlockProgress.objects.filter(
            enrolment=self.enrolment, block_key=self.block.key
        ).first()


@pytest.fixture
def room(cast: Cast, browser: Browser) -> Room:
    return _room(cast, browser)


def _room(cast: Cast, browser: Browser, language: str = "vi") -> Room:
    version = make_draft(make_course(cast.provider), by=cast.trainer)
    block = make_case(version, cast, language=language)
    CourseVersion.objects.filter(pk=version.pk).update(is_sequential=True)
    version = publish(version=version, by=cast.trainer, change_note="")
    cohort = make_cohort(
        version, by=cast.training_officer, organiser=cast.department, state="running"
    )
    staff(cohort, cast.trainer)
    return Room(browser(cast.learner), sent(cast, cohort), block)


def test_a_learner_decides_step_by_step_and_learns_only_what_came_of_it(room: Room) -> None:
    page = room.page()
    assert "Ba tuyến phố ngập." in page
    assert not [words for words in AHEAD if words in page]
    assert "xong" not in page  # the names of steps stay here as well
    page = room.choose(FIRST)
    assert "Tám phút sau, khu phố tắt điện." in page
    assert "Có người cần đưa đi." in page
    assert not [words for words in (AHEAD[1], *AHEAD[3:]) if words in page]
    assert room.kept
    assert room.kept.completed_at is None
    page = room.choose(SECOND)
    assert "Xử lý tốt" in page
    assert "Người trước, việc sau" in page
    for words in ("Ba tuyến phố ngập.", FIRST, "Tám phút", "Có người cần", SECOND, "Cả nhà"):
        assert words in page  # the whole way stands beside the debrief
    assert not [words for words in ("Không ai gọi", "Nước lên", "tốn thời gian") if words in page]
    assert "Đã gặp 1/2 cách kết thúc." in page


def test_a_case_in_another_language_marks_its_own_words_alone(cast: Cast, browser: Browser) -> None:
    room = _room(cast, browser, "en")
    page = room.client.get(room.lesson).content.decode()
    assert 'class="piece" lang' not in re.sub(r' id="[^"]*"', "", page)
    assert 'Tình huống: <span lang="en">Đêm mưa</span>' in page
    assert '<h4 class="case-part" lang="en">21 giờ 40</h4>' in page
    assert f'required><span lang="en">{FIRST}</span>' in page
    assert "<legend>Xử lý thế nào?</legend>" in page  # words of the page
    for words in (FIRST, SECOND):
        [choice] = re.findall(rf'value="(\w+)" required><span lang="en">{words}', page)
        at = re.search(r'name="at" value="(\d+)"', page)
        assert at
        page = room.send(at=at[1], choice=choice)
        assert f'<span lang="en">{words}</span>' in page
    assert '<p class="case-label">Hệ quả</p><div lang="en"><p>Cả nhà' in page
    assert '<div class="prose" lang="en"><p>Đúng vì' in page


def test_the_first_ending_completes_the_case_and_beginning_anew_keeps_that(room: Room) -> None:
    room.client.post(f"{room.lesson}hoan-thanh/")
    assert not LessonProgress.objects.exclude(completed_at=None).exists()
    room.choose(FIRST)
    room.choose(SECOND)
    room.client.post(f"{room.lesson}hoan-thanh/")
    assert LessonProgress.objects.exclude(completed_at=None).count() == 1
    assert room.kept
    done_at = room.kept.completed_at
    page = room.send(again="1")
    assert "Ba tuyến phố ngập." in page
    assert not [words for words in AHEAD if words in page]
    assert 'class="tag green"' in page
    assert "Đã gặp 2/2 cách kết thúc." in room.choose("Chờ báo cáo giấy")
    assert room.kept.completed_at == done_at


def test_two_clicks_are_one_step_and_a_page_left_open_changes_nothing(room: Room) -> None:
    stale = room.page()
    room.choose(FIRST, page=stale)
    kept = room.kept
    assert kept
    assert "không được ghi" not in room.choose(FIRST, page=stale)
    assert "không được ghi" in room.choose("Chờ báo cáo giấy", page=stale)
    assert room.kept == kept
    assert room.kept
    assert room.kept.state == kept.state
    room.send(again="1")
    room.send(again="1")
    assert "không được ghi" in room.send(at="1", choice=kept.state["path"][0])


@pytest.mark.parametrize("sent", [{}, {"at": "0"}, {"at": "-1", "choice": "a"}, {"at": "x" * 90}])
def test_a_post_without_a_choice_asks_for_one(room: Room, sent: dict[str, str]) -> None:
    assert "Chọn một phương án trước." in room.send(**sent)
    assert room.kept is None


def test_a_choice_of_another_step_or_of_nobody_is_not_kept(room: Room) -> None:
    later = room.block.version.blocks.get(kind="case").frozen
    assert later
    key = later["steps"]["den noi"]["choices"][0]["key"]
    for choice in (key, "xong", "0", "../.."):
        assert "không được ghi" in room.send(at="0", choice=choice)
    assert room.kept is None


def test_nobody_else_and_no_other_block_can_be_decided(
    room: Room, cast: Cast, browser: Browser
) -> None:
    for person in (cast.stranger, cast.trainer, cast.hr, cast.training_officer):
        assert browser(person).post(room.url, {"again": "1"}).status_code == 404
    text = room.block.version.blocks.filter(kind="text").first()
    assert text
    for key in (text.key, room.enrolment.cohort.version.lessons.all()[1].key):
        url = room.url.replace(str(room.block.key), str(key))
        assert room.client.post(url, {"again": "1"}).status_code == 404
    other = room.url.replace(
        str(room.block.lesson.key), str(room.block.version.lessons.all()[1].key)
    )
    assert room.client.post(other, {"again": "1"}).status_code == 404
    assert room.client.get(room.url).status_code == 405
    assert room.kept is None


def test_in_a_class_that_is_not_open_a_case_is_read_and_not_decided(room: Room, cast: Cast) -> None:
    page = room.page()
    room.choose(FIRST)
    kept = room.kept
    assert kept
    Cohort.objects.filter(pk=room.enrolment.cohort_id).update(state="closed")
    assert "không được ghi" in room.send(at="1", choice="a")
    assert "không được ghi" in room.send(again="1")
    shown = room.page()
    assert 'name="choice"' in page
    assert 'name="choice"' not in shown
    assert "Tám phút sau" in shown
    assert SECOND in shown
    assert room.kept
    assert room.kept.state == kept.state


def test_a_step_costs_a_constant_number_of_queries(
    room: Room, django_assert_max_num_queries: Callable[..., object]
) -> None:
    room.page()
    key = re.search(rf'value="(\w+)" required><span>{FIRST}', room.page())
    assert key
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        room.client.post(room.url, {"at": "0", "choice": key[1]})
