"""Hỏi giảng viên: asked under a lesson, answered from an inbox."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enrolments.models import CohortStaff, LessonQuestion, LessonQuestionReply
from notifications.models import Notice
from tests.enrolments.make_learning import Place, make_place
from tests.make import staff
from tests.people import Cast

Browser = Callable[[User], Client]
INBOX = "/giang-day/hoi-dap/"


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast)


@pytest.fixture
def question(cast: Cast, place: Place, browser: Browser) -> LessonQuestion:
    browser(cast.learner).post(place.url(1, "hoi/"), {"body": "Có được dán tên người dân không?"})
    return LessonQuestion.objects.get()


def test_a_question_reaches_the_trainers_of_the_class_alone(
    cast: Cast, question: LessonQuestion
) -> None:
    told = Notice.objects.filter(kind="lesson_question")
    assert [row.person_id for row in told] == [cast.trainer.pk]
    assert told.get().url == f"{INBOX}{question.pk}/"


def test_the_same_question_sent_twice_is_one(
    cast: Cast, place: Place, question: LessonQuestion, browser: Browser
) -> None:
    browser(cast.learner).post(place.url(1, "hoi/"), {"body": question.body})
    assert LessonQuestion.objects.count() == 1
    assert Notice.objects.filter(kind="lesson_question").count() == 1


def test_an_empty_question_comes_back_with_the_page(
    cast: Cast, place: Place, browser: Browser
) -> None:
    page = browser(cast.learner).post(place.url(1, "hoi/"), {"body": " "})
    assert "error-summary" in page.content.decode()
    assert not LessonQuestion.objects.exists()


def test_the_learner_reads_the_reply_under_the_lesson(
    cast: Cast, place: Place, question: LessonQuestion, browser: Browser
) -> None:
    answer = browser(cast.trainer).post(f"{INBOX}{question.pk}/", {"body": "Không được."})
    assert answer["Location"] == INBOX
    question.refresh_from_db()
    assert question.answered_at is not None
    page = browser(cast.learner).get(place.url(1)).content.decode()
    assert "Không được." in page
    assert "Võ Ngọc Lan" in page
    told = Notice.objects.get(kind="lesson_answer")
    assert (told.person_id, told.url) == (cast.learner.pk, place.url(1) + "#hoi-giang-vien")


def test_an_answered_question_leaves_the_waiting_ones(
    cast: Cast, question: LessonQuestion, browser: Browser
) -> None:
    trainer = browser(cast.trainer)
    assert question.body in trainer.get(INBOX).content.decode()
    trainer.post(f"{INBOX}{question.pk}/", {"body": "Không được."})
    assert question.body not in trainer.get(INBOX, {}).content.decode()
    assert question.body in trainer.get(INBOX, {"muc": "da-tra-loi"}).content.decode()


def test_a_reply_sent_twice_is_said_once(
    cast: Cast, question: LessonQuestion, browser: Browser
) -> None:
    for _time in range(2):
        browser(cast.trainer).post(f"{INBOX}{question.pk}/", {"body": "Không được."})
    assert LessonQuestionReply.objects.count() == 1


def test_those_who_do_not_teach_the_class_find_nothing(
    cast: Cast, question: LessonQuestion, browser: Browser
) -> None:
    elsewhere = make_place(cast).enrolment.cohort
    CohortStaff.objects.filter(cohort=elsewhere).delete()
    staff(elsewhere, cast.supervisor)
    for other in (cast.learner, cast.stranger, cast.hr, cast.supervisor, cast.administrator):
        client = browser(other)
        found, absent = (client.get(f"{INBOX}{pk}/") for pk in (question.pk, question.pk + 99))
        assert found.status_code == absent.status_code == 404
        assert found.content == absent.content
        assert client.post(f"{INBOX}{question.pk}/", {"body": "x"}).status_code == 404
    assert not LessonQuestionReply.objects.exists()


def test_a_trainer_who_learns_in_the_class_does_not_answer_themselves(
    cast: Cast, question: LessonQuestion, browser: Browser
) -> None:
    staff(question.enrolment.cohort, cast.learner)
    client = browser(cast.learner)
    assert question.body not in client.get(INBOX).content.decode()
    assert client.post(f"{INBOX}{question.pk}/", {"body": "x"}).status_code == 404


def test_a_trainer_is_told_on_the_home_page(
    cast: Cast, question: LessonQuestion, browser: Browser
) -> None:
    assert question.answered_at is None
    page = browser(cast.trainer).get("/").content.decode()
    assert "câu hỏi của học viên chưa được trả lời" in page
    assert f'href="{INBOX}"' in page


@pytest.mark.parametrize("many", [10, 1000])
def test_the_inbox_costs_the_same_at_any_length(
    cast: Cast, place: Place, browser: Browser, many: int
) -> None:
    LessonQuestion.objects.bulk_create(
        LessonQuestion(
            enrolment=place.enrolment, lesson_key=place.lessons[n % 3].key, body=f"Câu {n}"
        )
        for n in range(many)
    )
    trainer = browser(cast.trainer)
    trainer.get(INBOX)
    with CaptureQueriesContext(connection) as queries:
        assert trainer.get(INBOX).status_code == 200
    assert len(queries) <= 12
