"""Sentences that markers keep and put into comments with one press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions import comments as actions
from assessment.actions.comments import CommentRefused, keep_comment
from assessment.models import Mark, StockComment
from tests.assessment.works import Task, make_task
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
SAID = "Nêu đúng căn cứ, cần thêm số liệu."


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


def test_a_press_puts_the_comment_in_and_loses_nothing_that_was_typed(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, client = task.handed_in(), browser(cast.trainer)
    kept = keep_comment(text=SAID, by=cast.trainer)
    url = reverse("works:mark", args=[work.pk])
    typed = {"c-noi-dung": "5.5", "c-trinh-bay": "", "comment": "Bài gọn.", "insert": kept.pk}
    form = client.post(url, typed).context["form"]
    assert form["comment"].value() == f"Bài gọn.\n{SAID}"
    assert form["c-noi-dung"].value() == "5.5"
    assert not form.errors
    assert not Mark.objects.exists()


def test_a_comment_is_kept_while_marking_once_however_often_it_is_pressed(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, client = task.handed_in(), browser(cast.trainer)
    url = reverse("works:mark", args=[work.pk])
    for _press in range(2):
        page = client.post(url, {"comment": f"  {SAID} ", "do": "keep"})
        assert page.context["form"]["comment"].value() == f"  {SAID} "
    row = StockComment.objects.get()
    assert (row.owner, row.text) == (cast.trainer, SAID)
    assert SAID in client.get(url).content.decode()
    assert not Mark.objects.exists()


def test_what_is_shared_in_a_course_is_offered_there_alone_and_the_rest_to_its_owner(
    task: Task, cast: Cast, browser: Browser
) -> None:
    second = make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    course = task.cohort.course
    keep_comment(text="Câu dùng chung.", by=cast.trainer, course=course)
    keep_comment(text="Câu dùng riêng.", by=cast.trainer)
    other = make_task(cast)
    for marker, seen in ((second, [True, False]), (cast.trainer, [True, True])):
        work = task.handed_in(task.another("Người Học"))
        url = reverse("works:mark", args=[work.pk])
        text = browser(marker).get(url).content.decode()
        assert ["Câu dùng chung." in text, "Câu dùng riêng." in text] == seen
    elsewhere = browser(cast.trainer).get(reverse("works:mark", args=[other.handed_in().pk]))
    assert "Câu dùng chung." not in elsewhere.content.decode()
    with pytest.raises(CommentRefused):
        keep_comment(text=SAID, by=second, course=other.cohort.course)


def test_only_the_owner_drops_a_comment_and_marks_keep_its_words(
    task: Task, cast: Cast, browser: Browser
) -> None:
    second = make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    row = keep_comment(text=SAID, by=cast.trainer, course=task.cohort.course)
    task.marked(task.handed_in(), cast.trainer, comment=SAID)
    url = reverse("works:drop_comment", args=[row.pk])
    assert browser(second).post(url).status_code == 404
    browser(cast.trainer).post(url)
    assert not StockComment.objects.exists()
    assert Mark.objects.get().comment == SAID


def test_an_empty_or_endless_comment_gets_a_sentence(
    cast: Cast, task: Task, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("works:comments")
    assert browser(cast.trainer).post(url, {"text": "   "}).status_code == 422
    with pytest.raises(CommentRefused):
        keep_comment(text="a" * 501, by=cast.trainer)
    monkeypatch.setattr(actions, "AT_MOST", 1)
    keep_comment(text=SAID, by=cast.trainer)
    with pytest.raises(CommentRefused):
        keep_comment(text="Một câu nữa.", by=cast.trainer)
