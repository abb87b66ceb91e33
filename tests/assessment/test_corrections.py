"""A wrong key is set right beside the published test, and what was marked is marked again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessment.actions.corrections import correct_key
from assessment.actions.grades import record_grade
from assessment.errors import NotInQuiz, OwnRecord, Refused
from assessment.models import Attempt, GradeCell, GradeEntry, KeyCorrection
from assessment.models.grades import GradeSource
from audit.models import AuditEvent
from jobs.models import Job, Outbox
from jobs.slices import run_slice
from tests.assessment.make import SINGLE, Room, make_room, mark_all
from tests.make import make_course, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
OTHER = {**SINGLE, "correct": ["d4e5f6"]}
WHY = "Đáp án nhầm"


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast, attempts_allowed=2)


def sit(room: Room, client: Client, *choice: str, kind: str = "single") -> None:
    """Answer one question of six, hand in, have it marked."""
    number = room.begin().number
    sent = {"question": str(room.key_of(kind)), "revision": 1, "choice": choice}
    client.post(room.url("save", number), sent, headers={"accept": "application/json"})
    client.post(room.url("hand_in", number))
    mark_all()


def correct(room: Room, by: User, data: dict[str, Any] = OTHER) -> KeyCorrection | None:
    return correct_key(
        version=room.enrolment.version,
        quiz_key=room.quiz.key,
        question_key=room.key_of("single"),
        data=data,
        reason=WHY,
        by=by,
    )


def run_job() -> None:
    while row := Outbox.objects.undone().filter(task="jobs.run_slice").first():
        assert row.take_lease()
        run_slice(row)


def grade(room: Room) -> Decimal:
    return GradeCell.objects.get(component_key=room.quiz.key).entry.points


def test_a_corrected_key_marks_again_what_was_marked(
    room: Room, cast: Cast, browser: Browser
) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    assert grade(room) == 0
    correct(room, cast.trainer)
    run_job()
    assert grade(room) == 1
    assert Attempt.objects.get().points == 1
    entry = GradeEntry.objects.get(source="correction")
    assert (entry.given_by, entry.reason) == (cast.trainer, WHY)
    assert GradeEntry.objects.filter(source="automatic", points=0).exists()
    assert AuditEvent.objects.get(action="correct_key").reason == WHY
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", 1, 1)


def test_marking_again_what_stays_as_it_is_writes_no_mark_and_costs_the_same_for_more(
    room: Room, cast: Cast, browser: Browser
) -> None:
    client, spent = browser(room.learner), []
    for data in (OTHER, SINGLE):
        sit(room, client, "k1", "k2", kind="multiple")
        marked = list(Attempt.objects.order_by("pk").values_list("graded_at", flat=True))
        correct(room, cast.trainer, data)
        with CaptureQueriesContext(connection) as asked:
            run_job()
        assert list(Attempt.objects.order_by("pk").values_list("graded_at", flat=True)) == marked
        spent.append(len(asked))
    assert spent[0] == spent[1]


def test_the_best_attempt_counts_after_a_correction_too(
    room: Room, cast: Cast, browser: Browser
) -> None:
    client = browser(room.learner)
    sit(room, client, "a1b2c3")
    sit(room, client, "d4e5f6")
    assert GradeCell.objects.get().entry.attempt == Attempt.objects.get(number=1)
    correct(room, cast.trainer)
    run_job()
    assert [row.points for row in Attempt.objects.order_by("number")] == [0, 1]
    assert grade(room) == 1
    assert not GradeEntry.objects.filter(source="correction").exists()


def test_what_a_person_judged_stands(room: Room, cast: Cast, browser: Browser) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    record_grade(
        enrolment=room.enrolment,
        component_key=room.quiz.key,
        points=Decimal(3),
        max_points=Decimal(6),
        is_passed=True,
        source=GradeSource.CORRECTION,
        by=cast.trainer,
        reason="Thi lại",
    )
    correct(room, cast.trainer)
    run_job()
    assert grade(room) == 3


def test_the_same_correction_twice_changes_nothing(room: Room, cast: Cast) -> None:
    assert correct(room, cast.trainer)
    assert correct(room, cast.trainer) is None
    assert KeyCorrection.objects.count() == 1


def test_what_learners_were_asked_never_changes(room: Room, cast: Cast) -> None:
    options = [{**row, "text": row["text"] + "!"} for row in SINGLE["options"]]
    tries: list[dict[str, Any]] = [{**OTHER, "options": options}, {**OTHER, "correct": []}]
    for data in tries:
        with pytest.raises(Refused):
            correct(room, cast.trainer, data)
    assert not KeyCorrection.objects.exists()


def test_nobody_corrects_a_test_they_sat(room: Room) -> None:
    room.begin()
    with pytest.raises(OwnRecord):
        correct(room, room.learner)


def test_a_draft_is_edited_not_corrected(room: Room, cast: Cast) -> None:
    draft = make_version(make_course(cast.provider), by=cast.trainer)
    with pytest.raises(NotInQuiz):
        correct_key(
            version=draft,
            quiz_key=room.quiz.key,
            question_key=room.key_of("single"),
            data=OTHER,
            reason=WHY,
            by=cast.trainer,
        )
