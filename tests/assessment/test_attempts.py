"""Sitting a test: the server keeps the time and the answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessment.actions.attempts import GRACE, start, submit
from assessment.actions.extensions import extend
from assessment.errors import NoAttemptLeft, NotTheLearner, OwnRecord, QuizClosed
from assessment.models import Answer, Attempt, GradeCell, GradeEntry
from assessment.tasks import tick
from audit.models import AuditEvent
from enrolments.models import Cohort, Enrolment
from jobs.models import Outbox
from tests.assessment.make import RIGHT, Room, make_room, mark_all
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast)


@pytest.fixture
def learner(room: Room, browser: Browser) -> Client:
    return browser(room.learner)


def test_a_learner_sits_a_test_from_start_to_receipt(room: Room, learner: Client) -> None:
    page = learner.get(room.url("start"))
    assert "Bắt đầu làm bài" in page.content.decode()
    asked = learner.post(room.url("begin"), follow=True)
    assert "Câu 1/9" in asked.content.decode()
    room.answer_all(learner)
    assert "Tất cả các câu đã được trả lời" in learner.get(room.url("review", 1)).content.decode()
    receipt = learner.post(room.url("hand_in", 1), follow=True)
    attempt = Attempt.objects.get()
    assert attempt.receipt in receipt.content.decode()
    assert "Đang chấm" in receipt.content.decode()
    mark_all()
    attempt.refresh_from_db()
    assert attempt.state == "graded"
    assert attempt.percent == 100
    assert attempt.is_passed


def test_starting_twice_gives_the_same_attempt(room: Room) -> None:
    assert room.begin() == room.begin()
    assert AuditEvent.objects.filter(action="start_attempt").count() == 1


def test_the_database_holds_one_open_attempt(room: Room) -> None:
    attempt = room.begin()
    attempt.pk, attempt.number, attempt.receipt = None, 2, "x"
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt.save(force_insert=True)


def test_the_deadline_is_in_the_row_from_the_start(room: Room) -> None:
    Cohort.objects.update(starts_on=dt.date(2026, 1, 1))
    with time_machine.travel(dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC), tick=False):
        attempt = room.begin()
    assert attempt.deadline_at == dt.datetime(2026, 3, 2, 8, 45, tzinfo=dt.UTC)


@pytest.mark.parametrize("state", ["closed", "recognised", "archived", "cancelled"])
def test_no_test_begins_when_the_class_is_over(room: Room, state: str) -> None:
    Cohort.objects.update(state=state)
    with pytest.raises(QuizClosed):
        room.begin()


def test_no_test_begins_without_a_place(room: Room) -> None:
    Enrolment.objects.update(state="withdrawn")
    with pytest.raises(QuizClosed):
        room.begin()


def test_no_test_begins_before_its_lesson_is_open(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, lesson_number=2, is_sequential=True)
    learner = browser(room.learner)
    page = learner.get(room.url("start")).content.decode()
    assert "Mở sau khi hoàn thành bài 1" in page
    assert "Bắt đầu làm bài" not in page
    answer = learner.post(room.url("begin"), follow=True).content.decode()
    assert "Mở sau khi hoàn thành bài 1" in answer
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": "postponed"}, "Lớp tạm hoãn"),
        ({"starts_on": dt.date(2999, 1, 1), "ends_on": dt.date(2999, 2, 1)}, "01/01/2999"),
    ],
)
def test_no_test_begins_while_the_class_does_not_run(
    room: Room, learner: Client, fields: dict[str, Any], sentence: str
) -> None:
    Cohort.objects.update(**fields)
    assert sentence in learner.post(room.url("begin"), follow=True).content.decode()
    assert not Attempt.objects.exists()


def test_an_attempt_that_has_begun_goes_on_though_the_class_is_postponed(
    room: Room, learner: Client
) -> None:
    room.begin()
    Cohort.objects.update(state="postponed")
    assert learner.post(room.url("begin"), follow=True).status_code == 200
    learner.post(room.url("hand_in", 1))
    assert Attempt.objects.get().state == "submitted"


def test_nobody_sits_for_somebody_else(room: Room, cast: Cast) -> None:
    with pytest.raises(NotTheLearner):
        start(enrolment=room.enrolment, quiz_key=room.quiz.key, by=cast.trainer)


def test_fifty_submits_to_a_test_of_two_attempts_give_two(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, attempts_allowed=2)
    client = browser(room.learner)
    for n in range(50):
        client.post(room.url("begin"))
        client.post(room.url("hand_in", min(n + 1, 2)))
    assert Attempt.objects.filter(state="submitted").count() == 2
    assert Outbox.objects.filter(task="assessment.grade").count() == 2
    with pytest.raises(NoAttemptLeft):
        room.begin()


@pytest.mark.parametrize(
    ("after", "is_taken"),
    [
        (dt.timedelta(seconds=-1), True),
        (GRACE, True),
        (GRACE + dt.timedelta(seconds=1), False),
    ],
)
def test_the_servers_clock_decides_what_is_late(
    room: Room, browser: Browser, after: dt.timedelta, *, is_taken: bool
) -> None:
    attempt = room.begin()
    assert attempt.deadline_at
    with time_machine.travel(attempt.deadline_at + after, tick=False):
        answer = room.save(
            browser(room.learner), "single", **RIGHT["single"], now="2020-01-01", saved_at="x"
        )
    assert answer.status_code == (200 if is_taken else 410)
    assert Answer.objects.exists() is is_taken


def test_nothing_is_saved_after_handing_in(room: Room, learner: Client) -> None:
    submit(attempt=room.begin(), by=room.learner)
    assert room.save(learner, "single", **RIGHT["single"]).status_code == 410
    assert not Answer.objects.exists()


def test_replays_out_of_order_leave_the_highest_revision(room: Room, learner: Client) -> None:
    room.begin()
    sent = {1: "một", 2: "hai", 3: "ba", 4: "bốn"}
    for revision in [2, 4, 1, 3] * 3:
        room.save(learner, "short_text", revision, text=sent[revision])
    answer = Answer.objects.get()
    assert (answer.revision, answer.response) == (4, {"text": "bốn"})


def test_a_save_sent_three_times_is_one_and_says_the_same(room: Room, learner: Client) -> None:
    room.begin()
    answers = [room.save(learner, "single", **RIGHT["single"]) for _n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["message"] for answer in answers}) == 1
    assert Answer.objects.count() == 1


def test_a_second_tab_is_told_that_a_newer_answer_is_held(room: Room, learner: Client) -> None:
    room.begin()
    room.save(learner, "short_text", 5, text="mới")
    late = room.save(learner, "short_text", 5, text="cũ")
    assert late.status_code == 409
    assert late.json()["revision"] == 5
    assert "cửa sổ khác" in late.json()["message"]
    assert Answer.objects.get().response == {"text": "mới"}


def test_saving_works_without_scripts_and_goes_on(room: Room, learner: Client) -> None:
    room.begin()
    sent = {"question": str(room.key_of("single")), "revision": 1, "choice": "a1b2c3", "den": "2"}
    page = learner.post(room.url("save", 1), sent)
    assert page.headers["Location"] == room.url("question", 1) + "?cau=2"
    last = learner.post(room.url("save", 1), sent | {"den": "xem-lai"})
    assert last.headers["Location"] == room.url("review", 1)


def test_the_review_names_blanks_and_marked_questions(room: Room, learner: Client) -> None:
    room.begin()
    room.save(learner, "single", **RIGHT["single"], flagged="1")
    page = learner.get(room.url("review", 1)).content.decode()
    assert "Còn 8 câu chưa trả lời" in page
    assert "Đã đánh dấu để xem lại" in page


@pytest.mark.parametrize("revision", ["0", "-1", "abc", "99999999999999", "", "²"])
def test_a_revision_that_is_none_is_refused_politely(
    room: Room, learner: Client, revision: str
) -> None:
    room.begin()
    sent = {"question": str(room.key_of("single")), "revision": revision, "choice": "a1b2c3"}
    answer = learner.post(room.url("save", 1), sent, headers={"accept": "application/json"})
    assert answer.status_code == 422


def test_answers_are_cut_to_size_and_foreign_options_left_out(room: Room, learner: Client) -> None:
    room.begin()
    room.save(learner, "short_text", text="x" * 100_000)
    room.save(learner, "single", choice="not-an-option")
    by_key = {answer.question_key: answer.response for answer in Answer.objects.all()}
    assert len(by_key[room.key_of("short_text")]["text"]) == 500
    assert by_key[room.key_of("single")] == {}


@pytest.mark.parametrize("question", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_question_of_another_test_is_refused(room: Room, learner: Client, question: str) -> None:
    room.begin()
    sent = {"question": question, "revision": 1}
    answer = learner.post(room.url("save", 1), sent, headers={"accept": "application/json"})
    assert answer.status_code == 422


def test_no_field_of_the_attempt_can_be_written_from_outside(room: Room, learner: Client) -> None:
    before = Attempt.objects.filter(pk=room.begin().pk).values().get()
    forged: dict[str, Any] = {
        name: "100" for name in before if name not in ("id", "number", "quiz_key")
    }
    forged |= {"points": "99", "is_passed": "true", "state": "graded", "saved_at": "2020-01-01"}
    assert room.save(learner, "single", **forged).status_code == 200
    learner.post(room.url("begin"), forged)
    assert Attempt.objects.values().get() == before
    answer = Answer.objects.get()
    assert answer.points is None
    assert answer.attempt_id == before["id"]


@pytest.mark.parametrize(
    "name", ["question", "review", "result", "result_state", "save", "hand_in"]
)
def test_anothers_attempt_is_like_one_that_is_not_there(
    room: Room, cast: Cast, browser: Browser, name: str
) -> None:
    room.begin()
    url = room.url(name, 1)
    absent = url.replace(f"/{room.enrolment.pk}/", "/999999/")
    for person in (cast.stranger, cast.hr, cast.trainer, cast.administrator):
        client = browser(person)
        ask = client.post if name in ("save", "hand_in") else client.get
        theirs, nobodys = ask(url), ask(absent)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content.replace(url.encode(), b"") == nobodys.content.replace(
            absent.encode(), b""
        )
    assert Attempt.objects.get().is_open


def test_the_tick_hands_in_what_time_has_closed(room: Room, learner: Client) -> None:
    attempt = room.begin()
    room.save(learner, "single", **RIGHT["single"])
    assert attempt.deadline_at
    with time_machine.travel(attempt.deadline_at + GRACE - dt.timedelta(seconds=1), tick=False):
        tick()
    assert Attempt.objects.get().is_open
    with time_machine.travel(attempt.deadline_at + dt.timedelta(hours=3), tick=False):
        tick()
        tick()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.by_deadline) == ("submitted", True)
    assert attempt.submitted_at == attempt.deadline_at
    assert Outbox.objects.filter(task="assessment.grade").count() == 1


def test_the_tick_hands_in_an_untimed_attempt_when_the_class_closes(cast: Cast) -> None:
    room = make_room(cast, minutes=None)
    attempt = room.begin()
    assert attempt.deadline_at is None
    tick()
    assert Attempt.objects.get().is_open
    Cohort.objects.update(state="closed")
    tick()
    assert not Attempt.objects.get().is_open


def test_opening_a_page_after_the_time_shows_the_receipt(room: Room, browser: Browser) -> None:
    attempt = room.begin()
    assert attempt.check_at
    with time_machine.travel(attempt.check_at + dt.timedelta(seconds=1), tick=False):
        page = browser(room.learner).get(room.url("question", 1))
    assert page.headers["Location"] == room.url("result", 1)
    assert Attempt.objects.get().by_deadline


def test_extra_minutes_reach_the_open_attempt_and_the_next(room: Room, cast: Cast) -> None:
    attempt = room.begin()
    deadline = attempt.deadline_at
    assert deadline
    facts: dict[str, Any] = {"component_key": room.quiz.key, "reason": "Mất điện"}
    extend(enrolment=room.enrolment, by=cast.trainer, extra_minutes=15, extra_attempts=1, **facts)
    attempt.refresh_from_db()
    assert attempt.deadline_at == deadline + dt.timedelta(minutes=15)
    submit(attempt=attempt, by=room.learner)
    second = room.begin()
    assert second.number == 2
    assert second.deadline_at
    assert second.deadline_at - second.started_at == dt.timedelta(minutes=60)
    with pytest.raises(OwnRecord):
        extend(enrolment=room.enrolment, by=room.learner, extra_minutes=15, **facts)


def test_submitting_twice_enqueues_one_marking(room: Room) -> None:
    attempt = room.begin()
    submit(attempt=attempt, by=room.learner)
    again = submit(attempt=Attempt.objects.get(), by=room.learner)
    assert again.receipt == attempt.receipt
    assert Outbox.objects.filter(task="assessment.grade").count() == 1
    assert AuditEvent.objects.filter(action="submit_attempt").count() == 1


def test_marking_twice_gives_one_grade(room: Room, learner: Client) -> None:
    room.begin()
    room.answer_all(learner)
    learner.post(room.url("hand_in", 1))
    mark_all()
    Attempt.objects.update(state="submitted")  # as if the first marking had not been seen
    mark_all()
    assert GradeEntry.objects.count() == GradeCell.objects.count() == 1


def test_the_highest_of_all_attempts_is_in_force(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, attempts_allowed=2)
    client = browser(room.learner)
    room.begin()
    room.answer_all(client)
    client.post(room.url("hand_in", 1))
    room.begin()
    client.post(room.url("hand_in", 2))
    mark_all()
    assert GradeEntry.objects.count() == 2
    assert GradeCell.objects.get().entry.percent == 100


def test_the_grade_ledger_refuses_to_be_changed(room: Room) -> None:
    submit(attempt=room.begin(), by=room.learner)
    mark_all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        GradeEntry.objects.update(points=9)


def test_pages_of_a_test_ask_at_most_fifteen_queries(
    room: Room, learner: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    room.begin()
    room.answer_all(learner)
    for url in (room.url("start"), room.url("question", 1), room.url("review", 1)):
        with django_assert_max_num_queries(15):
            assert learner.get(url).status_code == 200
    learner.post(room.url("hand_in", 1))
    mark_all()
    with django_assert_max_num_queries(15):
        assert learner.get(room.url("result", 1)).status_code == 200


def test_only_posts_change_anything(room: Room, learner: Client) -> None:
    assert learner.get(room.url("begin")).status_code == 405
    assert not Attempt.objects.exists()
    room.begin()
    for name in ("save", "hand_in"):
        assert learner.get(room.url(name, 1)).status_code == 405
    assert Attempt.objects.get().is_open
    assert timezone.now() < (Attempt.objects.get().deadline_at or timezone.now())


def test_saving_answers_keeps_the_session_and_waiting_for_marks_does_not(
    cast: Cast, browser: Browser
) -> None:
    room = make_room(cast, minutes=120)
    client = browser(room.learner)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        room.begin()
        for revision in range(1, 4):
            clock.shift(25 * 60)
            saved = room.save(client, "single", revision, choice=["a1b2c3"])
            assert saved.status_code == 200
        client.post(room.url("hand_in", 1))
        clock.shift(25 * 60)
        asked = {"HX-Request": "true", "X-Background": "1"}
        page = client.get(room.url("result_state", 1), headers=asked).content.decode()
        assert 'hx-headers=\'{"X-Background": "1"}\'' in page
        clock.shift(6 * 60)
        assert client.get(room.url("result", 1)).status_code == 302
