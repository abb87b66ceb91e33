"""What may be known when: nothing of keys, marks and feedback before release."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions.attempts import submit
from assessment.actions.grades import record_grade, release
from assessment.actions.releases import settle_release
from assessment.errors import OwnRecord
from assessment.models import Attempt, GradeCell, GradeEntry, KeyCorrection, Release
from assessment.models.grades import GradeSource
from audit.models import AuditEvent
from enrolments.models import BlockProgress
from jobs.models import Job
from notifications.models import Notice
from tests.assessment.make import RIGHT, SECRETS, Room, make_room, mark_all
from tests.make import make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast)


@pytest.fixture
def learner(room: Room, browser: Browser) -> Client:
    return browser(room.learner)


def _sit(room: Room, client: Client) -> None:
    """Sit the test, wrongly where the right answer would itself be a secret word."""
    room.begin()
    for kind, fields in RIGHT.items():
        wrong: dict[str, Any] = {"text": ["0"]} if "text" in fields else fields
        if kind == "cloze":
            wrong = fields | {"gap_g2": ["0"]}
        room.save(client, kind, **wrong)
    client.post(room.url("hand_in", 1))


def _settle() -> None:
    job = Job.objects.get()
    assert settle_release(job, time.monotonic() + 60)


def _crawl(room: Room, client: Client) -> str:
    """Return everything a learner can read about the test."""
    pages = [client.get(room.url("start"))]
    for name in ("question", "review", "result", "result_state"):
        pages += [client.get(f"{room.url(name, 1)}?cau={n}", follow=True) for n in range(1, 7)]
    pages += [
        room.save(client, "single", 50, **RIGHT["single"]),
        client.post(room.url("save", 1), {"question": str(room.key_of("numeric"))}, follow=True),
    ]
    return "".join(
        page.content.decode() + str(page.headers) for page in pages if page.status_code < 500
    )


def _leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text.casefold()]


def test_no_secret_leaves_the_server_before_release(room: Room, learner: Client) -> None:
    room.begin()
    assert not _leaks(_crawl(room, learner))
    submit(attempt=Attempt.objects.get(), by=room.learner)
    assert not _leaks(_crawl(room, learner))
    mark_all()
    text = _crawl(room, learner)
    assert not _leaks(text)
    assert "Không đạt" not in text
    assert "Kết quả hiển thị khi công bố" in text


def test_everything_is_seen_after_release(room: Room, cast: Cast, learner: Client) -> None:
    _sit(room, learner)
    mark_all()
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    page = learner.get(room.url("result", 1)).content.decode()
    assert _leaks(page.replace(".", "")) == list(SECRETS)
    assert "74,07" in page
    assert "Đạt" in page


def test_each_question_of_a_result_leads_to_its_lesson(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, lesson_of_questions=2)
    client = browser(room.learner)
    lesson = room.enrolment.version.lessons.get(position=2)
    link = reverse("enrolments:lesson", args=[room.enrolment.pk, lesson.key])
    _sit(room, client)
    mark_all()
    assert link not in client.get(room.url("result", 1)).content.decode()
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    page = client.get(room.url("result", 1)).content.decode()
    assert page.count(link) == len(room.quiz.questions)
    assert client.get(link).status_code == 200


def test_progress_tells_nothing_before_release(room: Room, cast: Cast, learner: Client) -> None:
    _sit(room, learner)
    mark_all()
    assert not BlockProgress.objects.filter(block_key=room.quiz.key).exists()
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    _settle()
    assert BlockProgress.objects.get(block_key=room.quiz.key).completed_at
    assert Notice.objects.get().person_id == room.learner.pk


def test_a_failed_test_completes_nothing(room: Room, cast: Cast) -> None:
    submit(attempt=room.begin(), by=room.learner)
    mark_all()
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    _settle()
    assert not BlockProgress.objects.exists()
    assert Notice.objects.count() == 1


def test_releasing_twice_is_once(room: Room, cast: Cast, learner: Client) -> None:
    _sit(room, learner)
    mark_all()
    for _n in range(2):
        release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    assert Release.objects.count() == Job.objects.count() == 1
    assert AuditEvent.objects.filter(action="release_results").count() == 1


def test_a_mark_that_comes_after_the_release_is_seen_at_once(
    room: Room, cast: Cast, learner: Client
) -> None:
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    _sit(room, learner)
    mark_all()
    assert GradeCell.objects.get().released_at
    assert BlockProgress.objects.get(block_key=room.quiz.key).completed_at


def test_marks_at_once_keep_the_keys_while_attempts_are_left(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, results_shown="at_once", attempts_allowed=2)
    client = browser(room.learner)
    _sit(room, client)
    mark_all()
    page = client.get(room.url("result", 1)).content.decode()
    assert "74,07" in page
    assert not _leaks(page.replace(".", ""))
    submit(attempt=room.begin(), by=room.learner)
    page = client.get(room.url("result", 1)).content.decode()
    assert _leaks(page.replace(".", "")) == list(SECRETS)


def test_the_result_appears_where_the_learner_waits(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, results_shown="at_once")
    client = browser(room.learner)
    _sit(room, client)
    waiting = client.get(room.url("result", 1)).content.decode()
    assert f'hx-get="{room.url("result_state", 1)}"' in waiting
    mark_all()
    after = client.get(room.url("result_state", 1)).content.decode()
    assert "74,07" in after
    assert "hx-get" not in after


def test_a_corrected_key_is_what_marking_reads(room: Room, cast: Cast, learner: Client) -> None:
    room.begin()
    room.save(learner, "short_text", text="khác")
    KeyCorrection.objects.create(
        version_id=room.quiz.version_id,
        quiz_key=room.quiz.key,
        question_key=room.key_of("short_text"),
        data={"accepted": ["Khác"]},
        reason="Đáp án nhầm",
        corrected_by=cast.trainer,
    )
    learner.post(room.url("hand_in", 1))
    mark_all()
    assert Attempt.objects.get().points == 1


def test_nobody_releases_a_class_they_learn_in(room: Room, cast: Cast) -> None:
    make_enrolment(room.cohort, cast.trainer, by=cast.hr, unit=cast.ward)
    with pytest.raises(OwnRecord):
        release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    assert not Release.objects.exists()


def test_nobody_grades_themselves(room: Room) -> None:
    facts: dict[str, Any] = {"points": 10, "max_points": 10, "is_passed": True}
    with pytest.raises(OwnRecord):
        record_grade(
            enrolment=room.enrolment,
            component_key=room.quiz.key,
            source=GradeSource.MARKER,
            by=room.learner,
            **facts,
        )
    assert not GradeEntry.objects.exists()


def _staff_urls(room: Room) -> list[str]:
    args = [room.cohort.pk, room.quiz.key]
    return [
        reverse("assessment:class_results", args=args),
        reverse("assessment:release", args=args),
        reverse("assessment:extend", args=[room.enrolment.pk, room.quiz.key]),
    ]


def test_only_those_who_run_the_class_reach_its_results(
    room: Room, cast: Cast, browser: Browser
) -> None:
    allowed = {"trainer", "training_officer"}
    for part, person in cast.everyone().items():
        client = browser(person)
        for url in _staff_urls(room):
            for ask in (client.get, client.post):
                if part not in allowed:  # 405: the page takes no posts from anybody
                    assert ask(url).status_code in (404, 405), (part, url)
    assert not Release.objects.exists()
    for part in allowed:
        client = browser(getattr(cast, part))
        assert [client.get(url).status_code for url in _staff_urls(room)] == [200] * 3, part


def test_the_trainer_previews_and_releases(
    room: Room, cast: Cast, learner: Client, browser: Browser
) -> None:
    _sit(room, learner)
    mark_all()
    client = browser(cast.trainer)
    _results, url, _extend = _staff_urls(room)
    preview = client.get(url).content.decode()
    assert "Nguyễn Thị Hồng Hạnh" in preview
    assert "1 học viên xem được điểm" in preview
    assert not Release.objects.exists()
    page = client.post(url, follow=True).content.decode()
    assert "Đã công bố kết quả" in page
    assert Release.objects.get().released_by == cast.trainer


def test_the_trainer_extends_one_person_with_a_reason(
    room: Room, cast: Cast, browser: Browser
) -> None:
    room.begin()
    client = browser(cast.trainer)
    url = _staff_urls(room)[2]
    nothing = client.post(url, {"extra_minutes": 0, "extra_attempts": 0, "reason": "x"})
    assert nothing.status_code == 422
    client.post(url, {"extra_minutes": 15, "extra_attempts": 0, "reason": "Mất điện"})
    attempt = Attempt.objects.get()
    assert attempt.deadline_at
    assert (attempt.deadline_at - attempt.started_at).seconds == 60 * 60
    assert AuditEvent.objects.get(action="extend").reason == "Mất điện"


def test_a_trainer_who_learns_in_the_class_does_not_see_their_own_row(
    room: Room, cast: Cast, browser: Browser
) -> None:
    make_enrolment(room.cohort, cast.trainer, by=cast.hr, unit=cast.ward)
    page = browser(cast.trainer).get(_staff_urls(room)[0]).content.decode()
    assert "Nguyễn Thị Hồng Hạnh" in page
    assert f"<td>{cast.trainer.full_name}" not in page


@pytest.mark.parametrize("learners", [10, 60])
def test_the_results_page_asks_the_same_for_any_class(
    room: Room, cast: Cast, browser: Browser, django_assert_max_num_queries: Any, learners: int
) -> None:
    for _n in range(learners):
        make_enrolment(room.cohort, make_user(), by=cast.hr, unit=cast.ward)
    client = browser(cast.trainer)
    with django_assert_max_num_queries(20):
        assert client.get(_staff_urls(room)[0]).status_code == 200
