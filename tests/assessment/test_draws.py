"""A test draws its questions: the same share of every topic, other questions for each attempt."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from assessment.actions.grades import grade_attempt
from assessment.draws import draw, shares
from assessment.frozen import quiz_of
from assessment.models import Answer, Attempt, Quiz, QuizItem
from courses.actions import publish
from courses.blocks import Severity, block_kinds
from courses.errors import PublishRefusedError
from courses.models import Block, CourseVersion
from tests.assessment.make import RIGHT, Room, make_quiz_draft, make_room
from tests.make import make_course, make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
TOPICS = ["Văn bản"] * 6 + ["Bảo mật"] * 3
SHARE = {"Văn bản": 2, "Bảo mật": 1}


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(
        cast, kinds=["true_false"] * 9, topics=TOPICS, questions_asked=3, attempts_allowed=30
    )


def topics_asked(room: Room, attempt: Attempt) -> Counter[str]:
    topic = {str(row.key): row.topic for row in room.quiz.questions}
    return Counter(topic[row["question"]] for row in attempt.layout)


def answer(client: Client, room: Room, key: str) -> int:
    sent = {"question": key, "revision": 1, **RIGHT["true_false"]}
    url = room.url("save", 1)
    return client.post(url, sent, headers={"accept": "application/json"}).status_code


def sit_again(room: Room, times: int) -> list[Attempt]:
    """Begin and end attempts of the learner."""
    found = []
    for _again in range(times):
        attempt = room.begin()
        found.append(attempt)
        ended = {"state": "graded", "submitted_at": timezone.now(), "graded_at": timezone.now()}
        Attempt.objects.filter(pk=attempt.pk).update(**ended, percent=0)
    return found


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.data())
def test_each_topic_has_its_share_and_never_more_than_it_holds(
    sizes: list[int], data: st.DataObject
) -> None:
    whole = sum(sizes)
    asked = data.draw(st.integers(1, whole))
    found = shares([f"t{n}" for n, size in enumerate(sizes) for _one in range(size)], asked)
    assert sum(found.values()) == asked
    for size, share in zip(sizes, found.values(), strict=True):
        assert 0 <= share <= size
        assert abs(share - asked * size / whole) < 1


def test_every_attempt_asks_the_same_share_of_every_topic_but_other_questions(room: Room) -> None:
    attempts = sit_again(room, 20)
    assert all(topics_asked(room, attempt) == SHARE for attempt in attempts)
    drawn = {frozenset(row["question"] for row in attempt.layout) for attempt in attempts}
    assert len(drawn) > 5
    assert len(frozenset.union(*drawn)) == 9  # nothing of the pool is out of reach


def test_an_attempt_keeps_what_was_drawn_for_it(room: Room) -> None:
    attempt = room.begin()
    again = room.begin()
    assert again.layout == attempt.layout
    drawn = {str(question.key) for question in draw(room.quiz, attempt.seed)}
    assert drawn == {row["question"] for row in attempt.layout}


def test_all_right_of_what_was_drawn_is_everything(room: Room, browser: Browser) -> None:
    client = browser(room.learner)
    start = unescape(client.get(room.url("start")).content.decode())
    assert "3, bốc lại cho mỗi lượt làm" in start
    attempt = room.begin()
    assert "Câu 1/3" in client.get(room.url("question", 1)).content.decode()
    for row in attempt.layout:
        assert answer(client, room, row["question"]) == 200
    client.post(room.url("hand_in", 1))
    attempt.refresh_from_db()
    grade_attempt(attempt=attempt)
    attempt.refresh_from_db()
    worth = (attempt.points, attempt.max_points, attempt.percent)
    assert worth == (Decimal(3), Decimal(3), Decimal(100))


def test_two_of_three_are_two_thirds(room: Room, browser: Browser) -> None:
    client = browser(room.learner)
    attempt = room.begin()
    for row in attempt.layout[:2]:
        answer(client, room, row["question"])
    client.post(room.url("hand_in", 1))
    attempt.refresh_from_db()
    grade_attempt(attempt=attempt)
    attempt.refresh_from_db()
    assert f"{attempt.percent:.2f}" == "66.67"


def test_a_question_that_was_not_drawn_takes_no_answer(room: Room, browser: Browser) -> None:
    attempt = room.begin()
    asked = {row["question"] for row in attempt.layout}
    other = next(str(row.key) for row in room.quiz.questions if str(row.key) not in asked)
    assert answer(browser(room.learner), room, other) in (404, 422)
    assert not Answer.objects.exists()


@pytest.fixture
def draft(cast: Cast) -> CourseVersion:
    return make_quiz_draft(
        by=cast.trainer, course=make_course(cast.provider), kinds=["true_false"] * 9, topics=TOPICS
    )


def refusal(draft: CourseVersion, cast: Cast) -> list[str]:
    """Return what stands against the publication."""
    with pytest.raises(PublishRefusedError) as refused:
        publish(version=draft, by=cast.trainer, change_note="1")
    blockers = [row for row in refused.value.problems if row.severity == Severity.BLOCKER]
    return [str(problem.text) for problem in blockers]


def test_a_draw_from_questions_of_other_weight_is_not_published(
    draft: CourseVersion, cast: Cast
) -> None:
    Quiz.objects.update(questions_asked=3)
    QuizItem.objects.filter(position=1).update(points=2)
    assert refusal(draft, cast) == ["Bài 1: câu hỏi được bốc nên mỗi câu phải có cùng số điểm."]


def test_a_test_cannot_ask_more_than_it_holds(
    draft: CourseVersion, cast: Cast, browser: Browser
) -> None:
    Quiz.objects.update(questions_asked=10)
    url = reverse("assessment:quiz", args=[Block.objects.get(version=draft, kind="quiz").pk])
    assert "Mỗi lượt làm hỏi gì" not in browser(cast.trainer).get(url).content.decode()
    assert refusal(draft, cast) == ["Bài 1: bài hỏi 10 câu mà chỉ có 9 câu."]


def test_topics_too_small_for_a_share_are_named_before_publication(
    draft: CourseVersion, cast: Cast, browser: Browser
) -> None:
    Quiz.objects.update(questions_asked=1)
    block = Block.objects.get(version=draft, kind="quiz")
    warnings = [row.text for row in block_kinds[block.kind].check(block)]
    assert warnings == ["chủ đề không ai được hỏi câu nào: Bảo mật."]
    url = reverse("assessment:quiz", args=[block.pk])
    assert browser(cast.trainer).get(url).content.decode().count("không được hỏi") == 1


def test_asking_all_of_them_is_no_draw(draft: CourseVersion, cast: Cast) -> None:
    Quiz.objects.update(questions_asked=9)
    QuizItem.objects.filter(position=1).update(points=2)
    version = publish(version=draft, by=cast.trainer, change_note="1")
    quiz = quiz_of(version, version.blocks.get(kind="quiz").key)
    assert quiz is not None
    assert not quiz.is_drawn
    assert quiz.max_points == 10


def test_a_draw_of_nothing_is_refused_by_the_database(draft: CourseVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Quiz.objects.update(questions_asked=0)


def test_the_author_sees_what_of_each_topic_is_asked(
    draft: CourseVersion, cast: Cast, browser: Browser
) -> None:
    url = reverse("assessment:quiz", args=[Block.objects.get(version=draft, kind="quiz").pk])
    client = browser(cast.trainer)
    assert "Mỗi lượt làm hỏi gì" not in client.get(url).content.decode()
    fields = {
        "title_vi": "Bài kiểm tra",
        "attempts_allowed": 1,
        "pass_percent": 50,
        "questions_asked": 3,
        "results_shown": "on_release",
    }
    assert client.post(url, fields).status_code == 302
    page = unescape(client.get(url).content.decode())
    assert "Mỗi lượt làm hỏi gì" in page
    for topic, asked in SHARE.items():
        row = page.split(f"<td>{topic}</td>", 1)[1].split("</tr>", 1)[0]
        assert f'<td class="num">{asked}</td>' in row
    assert client.post(url, fields | {"questions_asked": 0}).status_code == 422


def test_a_question_is_judged_by_those_who_were_asked_it(
    room: Room, cast: Cast, browser: Browser
) -> None:
    # The first question is asked of twelve and all know it; the second of four only.
    first, second, *rest = [str(row.key) for row in room.quiz.questions]
    now = timezone.now()
    for at in range(16):
        person = make_user(f"Lê Văn {at}", unit=cast.ward)
        place = make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)
        asked = [first if at < 12 else second, rest[at % 7], rest[(at + 1) % 7]]
        asked += [str(uuid.uuid4())] if at == 0 else []  # left out of the course since
        attempt = Attempt.objects.create(
            enrolment=place, version=room.cohort.version, quiz_key=room.quiz.key, number=1,
            state="graded", seed=1, started_at=now, submitted_at=now, graded_at=now,
            receipt=f"R{place.pk}", points=at % 3, max_points=3, percent=33.33, is_passed=False,
            layout=[{"question": key, "options": []} for key in asked],
        )  # fmt: skip
        Answer.objects.create(
            attempt=attempt, question_key=asked[0], revision=1, response={"a": 1},
            saved_at=now, points=1,
        )  # fmt: skip
    args = [room.cohort.pk, room.quiz.key]
    answer = browser(cast.trainer).get(reverse("assessment:statistics", args=args))
    assert answer.context["found"].alpha is None  # no two sat the same test
    page = unescape(answer.content.decode())
    assert "không có hai người làm cùng một bài" in page
    table = page.split('id="questions"', 1)[1]
    assert "100%" in table.split("<tbody>", 1)[1].split("</tr>", 1)[0]
    assert "được bốc cho dưới 10 lượt làm" in page
