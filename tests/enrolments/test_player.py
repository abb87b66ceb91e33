"""The lesson player, as a learner's browser meets it."""

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enrolments.actions.places import withdraw
from enrolments.models import (
    BlockProgress,
    Cohort,
    Enrolment,
    HoursEntry,
    LessonProgress,
    LessonQuestion,
)
from lms.clock import today
from tests.enrolments.make_learning import Place, make_place
from tests.people import Cast

Browser = Callable[[User], Client]
DURATION = 100.0


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast)


@pytest.fixture
def learner(cast: Cast, browser: Browser) -> Client:
    return browser(cast.learner)


def tell(
    client: Client, place: Place, played: list[list[float]], position: float = 0, at: int = 0
) -> Any:
    fields = {"block": place.video.key, "position": position, "duration": DURATION}
    fields |= {"played": json.dumps(played), "at": at or int(time.time() * 1000)}
    return client.post(place.url(2, "xem/"), fields)


def watched(place: Place) -> BlockProgress:
    return BlockProgress.objects.get(enrolment=place.enrolment, block_key=place.video.key)


def finish(client: Client, place: Place, number: int) -> Any:
    return client.post(place.url(number, "hoan-thanh/"), follow=True)


def test_a_learner_reads_a_lesson(learner: Client, place: Place) -> None:
    page = learner.get(place.url(1)).content.decode()
    assert "Nội dung riêng của Bài 1" in page
    assert "Chuyên đề 1" in page


def test_reading_a_lesson_writes_nothing(learner: Client, place: Place) -> None:
    learner.get(place.url(1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        learner.get(place.url(1))
        learner.get(f"/hoc/{place.enrolment.pk}/", follow=True)
        learner.get(f"/hoc/{place.enrolment.pk}/tong-quan/")
    writing = ("INSERT", "UPDATE", "DELETE")
    assert [row["sql"] for row in queries if row["sql"].lstrip().startswith(writing)] == []
    assert not LessonProgress.objects.exists()


def test_nobody_opens_the_place_of_another(cast: Cast, place: Place, browser: Browser) -> None:
    absent = f"/hoc/{place.enrolment.pk + 99}/"
    endings = ["", "tong-quan/", place.url(1).split("/", 3)[3]]
    for other in (cast.stranger, cast.trainer, cast.hr, cast.administrator):
        client = browser(other)
        for ending in endings:
            answer = client.get(f"/hoc/{place.enrolment.pk}/{ending}")
            assert answer.status_code == 404
            assert answer.content == client.get(f"{absent}{ending}").content


def test_nobody_writes_into_the_place_of_another(
    cast: Cast, place: Place, browser: Browser
) -> None:
    client = browser(cast.trainer)
    answers = [
        client.post(place.url(1, ending), {"body": "?"}).status_code
        for ending in ("mo/", "hoan-thanh/", "hoi/", f"ban-ghi/{place.video.key}/")
    ]
    assert [*answers, tell(client, place, [[0, 99]]).status_code] == [404] * 5
    assert not LessonProgress.objects.exists()
    assert not LessonQuestion.objects.exists()


def test_a_place_entered_by_mistake_is_not_there(learner: Client, place: Place) -> None:
    Enrolment.objects.update(state="mistake")
    assert learner.get(f"/hoc/{place.enrolment.pk}/tong-quan/").status_code == 404


def test_opening_is_told_by_post_and_counts_once(learner: Client, place: Place) -> None:
    for _time in range(3):
        assert learner.post(place.url(1, "mo/")).status_code == 204
    place.enrolment.refresh_from_db()
    assert place.enrolment.state == "studying"
    assert LessonProgress.objects.count() == 1


def test_a_locked_lesson_says_why_and_shows_nothing(learner: Client, place: Place) -> None:
    page = learner.get(place.url(3)).content.decode()
    assert "Nội dung riêng của Bài 3" not in page
    assert "Mở sau khi hoàn thành bài 1" in page


def test_nothing_counts_in_a_locked_lesson(learner: Client, place: Place) -> None:
    learner.post(place.url(3, "mo/"))
    finish(learner, place, 3)
    tell(learner, place, [[0, 100]])
    learner.post(place.url(2, f"ban-ghi/{place.video.key}/"))
    assert not LessonProgress.objects.exists()
    assert not BlockProgress.objects.exists()


def test_a_free_course_locks_nothing(cast: Cast, learner: Client) -> None:
    place = make_place(cast, sequential=False)
    assert "Nội dung riêng của Bài 3" in learner.get(place.url(3)).content.decode()


def test_completing_a_lesson_goes_on_to_the_next(learner: Client, place: Place) -> None:
    page = finish(learner, place, 1)
    assert page.redirect_chain[-1][0] == place.url(2)
    assert "Đã hoàn thành bài: Bài 1" in page.content.decode()
    assert "Nội dung riêng của Bài 2" in page.content.decode()


def test_a_lesson_is_completed_once(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    first = LessonProgress.objects.get().completed_at
    finish(learner, place, 1)
    assert LessonProgress.objects.get(lesson_key=place.lessons[0].key).completed_at == first
    place.enrolment.refresh_from_db()
    assert (place.enrolment.lessons_done, place.enrolment.progress_percent) == (1, 33)


def test_a_lesson_with_something_left_says_what(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    page = finish(learner, place, 2)
    assert page.redirect_chain[-1][0] == place.url(2)
    assert "Bài học chưa hoàn thành" in page.content.decode()
    assert f"#khoi-{place.video.key}" in page.content.decode()


def test_ninety_per_cent_of_a_recording_count(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    assert tell(learner, place, [[0, 89]]).json() == {"done": False}
    assert watched(place).completed_at is None
    assert tell(learner, place, [[95, 97]]).json() == {"done": True}
    assert watched(place).completed_at is not None


def test_the_same_stretch_twice_is_played_once(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    for _time in range(4):
        tell(learner, place, [[0, 50], [10, 45]])
    assert watched(place).completed_at is None
    assert watched(place).state["played"] == [[0, 50]]


def test_reports_may_come_late_and_in_any_order(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    now = int(time.time() * 1000)
    tell(learner, place, [[0, 60]], position=60, at=now - 1000)
    tell(learner, place, [[0, 30]], position=30, at=now - 9000)
    assert watched(place).state["position"] == 60
    assert watched(place).state["played"] == [[0, 60]]


def test_a_short_length_does_not_make_little_count(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    tell(learner, place, [[0, 5]])
    fields = {"block": place.video.key, "position": 1, "duration": 1, "at": 1, "played": "[[0,1]]"}
    learner.post(place.url(2, "xem/"), fields)
    assert watched(place).completed_at is None


@pytest.mark.parametrize("played", ["[[5,1]]", "[[0,1e999]]", "{}1", "[1]", '[["a","b"]]', "[[0]]"])
def test_a_report_that_makes_no_sense_is_refused(
    learner: Client, place: Place, played: str
) -> None:
    finish(learner, place, 1)
    fields = {"block": place.video.key, "position": 0, "duration": 9, "at": 1, "played": played}
    assert learner.post(place.url(2, "xem/"), fields).status_code == 400
    assert not BlockProgress.objects.filter(block_key=place.video.key).exists()


def test_the_place_in_a_recording_is_kept(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    tell(learner, place, [[0, 42.5]], position=42.5)
    assert 'data-position="42.5"' in learner.get(place.url(2)).content.decode()


def test_a_transcript_may_be_read_instead(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    learner.post(place.url(2, f"ban-ghi/{place.video.key}/"))
    assert watched(place).completed_at is not None
    assert finish(learner, place, 2).redirect_chain[-1][0] == place.url(3)


def test_a_text_block_is_no_recording(learner: Client, place: Place) -> None:
    text = place.lessons[0].blocks.get()
    learner.post(place.url(1, f"ban-ghi/{text.key}/"))
    assert not BlockProgress.objects.exists()


def test_the_last_lesson_completes_the_place(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    tell(learner, place, [[0, 100]])
    finish(learner, place, 2)
    page = finish(learner, place, 3)
    place.enrolment.refresh_from_db()
    assert (place.enrolment.state, place.enrolment.progress_percent) == ("completed", 100)
    assert page.redirect_chain[-1][0] == f"/hoc/{place.enrolment.pk}/tong-quan/"
    assert not HoursEntry.objects.exists(), "hours follow recognition"


def test_one_goes_on_where_one_was(learner: Client, place: Place) -> None:
    start = f"/hoc/{place.enrolment.pk}/"
    assert learner.get(start)["Location"] == place.url(1)
    finish(learner, place, 1)
    assert learner.get(start)["Location"] == place.url(2)
    learner.post(place.url(2, "mo/"))
    learner.post(place.url(1, "mo/"))
    assert learner.get(start)["Location"] == place.url(2), "a finished lesson is not gone back to"


def test_going_on_by_post_begins_the_place(learner: Client, place: Place) -> None:
    assert learner.post(f"/hoc/{place.enrolment.pk}/")["Location"] == place.url(1)
    place.enrolment.refresh_from_db()
    assert place.enrolment.started_at is not None


@pytest.mark.parametrize("state", ["closed", "recognised", "archived", "postponed", "cancelled"])
def test_a_class_that_does_not_run_stays_readable_and_counts_nothing(
    learner: Client, place: Place, state: str
) -> None:
    Cohort.objects.update(state=state)
    page = learner.get(place.url(3)).content.decode()
    assert "Nội dung riêng của Bài 3" in page
    assert "Lớp " in page.split('class="notice', 1)[1].split("</div>", 1)[0]
    assert "hoan-thanh/" not in page
    finish(learner, place, 1)
    tell(learner, place, [[0, 100]])
    learner.post(place.url(1, "hoi/"), {"body": "Hỏi sau khi lớp đóng?"})
    assert not LessonProgress.objects.exists()
    assert not BlockProgress.objects.exists()
    assert not LessonQuestion.objects.exists()


def test_a_class_that_has_not_begun_opens_on_its_day(cast: Cast, learner: Client) -> None:
    place = make_place(cast, starts_on=today() + dt.timedelta(days=3))
    page = learner.get(place.url(1)).content.decode()
    assert "Nội dung riêng của Bài 1" not in page
    assert "Lớp khai giảng ngày" in page
    finish(learner, place, 1)
    assert not LessonProgress.objects.exists()


def test_who_was_taken_off_is_told_and_reads_nothing(
    cast: Cast, learner: Client, place: Place
) -> None:
    withdraw(enrolment=place.enrolment, by=cast.hr, reason="Chuyển công tác")
    page = learner.get(place.url(1)).content.decode()
    assert "Nội dung riêng của Bài 1" not in page
    assert "Đã rút tên khỏi lớp" in page
    assert "Chuyển công tác" in page


def test_an_unknown_lesson_is_not_there(learner: Client, place: Place, cast: Cast) -> None:
    other = make_place(cast)
    foreign = f"/hoc/{place.enrolment.pk}/{other.lessons[0].key}/"
    assert learner.get(foreign).status_code == 404
    assert learner.post(f"{foreign}hoan-thanh/").status_code == 404


def test_the_overview_lists_what_is_missing(learner: Client, place: Place) -> None:
    finish(learner, place, 1)
    page = learner.get(f"/hoc/{place.enrolment.pk}/tong-quan/").content.decode()
    assert "Hoàn thành đủ 3 bài học bắt buộc" in page
    assert "còn 2 bài" in page


def test_a_lesson_costs_the_same_in_a_long_course(
    cast: Cast, learner: Client, place: Place
) -> None:
    learner.get(place.url(1))
    with CaptureQueriesContext(connection) as few:
        learner.get(place.url(1))
    assert len(few) <= 8
