"""Sitting a quiz: the row and its deadline exist from the start, the server's clock decides."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from assessment.draws import draw
from assessment.errors import (
    AnswerTooLong,
    AttemptOver,
    NoAttemptLeft,
    NotInQuiz,
    NotTheLearner,
    QuestionLeft,
    QuizClosed,
)
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.kinds import Response
from assessment.kinds.base import drawn
from assessment.models import Answer, Attempt, Extension
from assessment.models.attempts import AttemptState
from assessment.receipts import new_receipt
from assessment.rooms import admit
from assessment.studying import refuse_unopened
from audit.actions import record
from enrolments.actions.progress import start as start_learning
from enrolments.models import Enrolment
from jobs.actions import enqueue

GRACE: Final = dt.timedelta(seconds=30)  # for what was on its way when the time ran out
RESPONSE_AT_MOST: Final = 4000  # characters of JSON
REVISION_AT_MOST: Final = 1_000_000
SEEDS: Final = 2**31
CLOSED_AT_ONCE: Final = 100  # attempts one step of the tick submits


@dataclass(frozen=True)
class Saved:
    """What the server holds after a save; `is_newest` tells whether it is what was sent."""

    answer: Answer
    is_newest: bool


@transaction.atomic
def start(*, enrolment: Enrolment, quiz_key: uuid.UUID, by: User, word: str = "") -> Attempt:
    """Return the open attempt, or begin the next one with its deadline. Safe to call twice.

    `word` is the access word of the examination room, where the test has rooms.
    """
    # The place is locked: of many starts at once the first makes the row, the others find it.
    places = Enrolment.objects.select_for_update(of=("self",))
    held = places.select_related("version", "cohort").get(pk=enrolment.pk)
    _demand_learner(held, by)
    attempts = Attempt.objects.filter(enrolment=held, quiz_key=quiz_key)
    unfinished = attempts.open().first()
    if unfinished:
        return unfinished
    quiz = demand_quiz(held, quiz_key)
    if held.cohort.is_over or not held.holds:
        raise QuizClosed
    refuse_unopened(held, quiz_key)
    seat = admit(held, quiz_key, word, timezone.now())
    minutes, more = Extension.objects.of(held, quiz_key).allowance(quiz.minutes)
    number = (attempts.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > quiz.attempts_allowed + more:
        raise NoAttemptLeft
    ends_at = seat.room.closes_at if seat else None
    attempt = _begin(held, quiz, number=number, extra_minutes=minutes, ends_at=ends_at)
    start_learning(enrolment=held)
    facts = {"quiz": str(quiz_key), "number": number, "deadline": str(attempt.deadline_at)}
    record(by=by, action="start_attempt", target=attempt, unit_id=held.sending_unit_id, after=facts)
    return attempt


@transaction.atomic
def save_answer(
    *,
    attempt: Attempt,
    question_key: uuid.UUID,
    response: Response,
    revision: int,
    flagged: bool,
    now: dt.datetime,
) -> Saved:
    """Keep an answer unless a newer one is held. Replays and late arrivals change nothing."""
    if len(json.dumps(response)) > RESPONSE_AT_MOST or not 0 < revision <= REVISION_AT_MOST:
        raise AnswerTooLong
    # Against a submit or another save at the same moment: whoever locks the attempt is first.
    rows = Attempt.objects.select_for_update().filter(pk=attempt.pk)
    facts = rows.values_list("state", "deadline_at", "layout", "reached")
    state, deadline, layout, reached = facts.get()
    if state != AttemptState.IN_PROGRESS or (deadline and now > deadline + GRACE):
        raise AttemptOver
    if not any(row["question"] == str(question_key) for row in layout):
        raise NotInQuiz
    # Asked after the lock is held: what the save before has just committed is seen.
    held = Answer.objects.defer("points").filter(attempt=attempt.pk, question_key=question_key)
    known = next(iter(held), None)
    if known and known.revision >= revision:
        return Saved(known, _says(known, response, revision, flagged=flagged))
    if reached and layout[reached - 1]["question"] != str(question_key):
        raise QuestionLeft
    answer = known or Answer(attempt_id=attempt.pk, question_key=question_key)
    answer.revision, answer.response = revision, dict(response)
    answer.is_flagged, answer.saved_at = flagged, now
    answer.save()
    return Saved(answer, is_newest=True)


def go_on(*, attempt: Attempt, left: int) -> None:
    """Leave the question of this number for the next, where one only goes forward.

    Safe to call twice: who has gone on already stays where they are.
    """
    if left < len(attempt.layout):
        still_there = Attempt.objects.open().filter(pk=attempt.pk, reached=left)
        still_there.update(reached=left + 1)


@transaction.atomic
def submit(*, attempt: Attempt, by: User | None, by_deadline: bool = False) -> Attempt:
    """Hand an attempt in and have it marked. Of many calls one does it; the others see it done."""
    if by is not None:
        _demand_learner(attempt.enrolment, by)
    now = timezone.now()
    is_late = attempt.deadline_at is not None and now > attempt.deadline_at
    finished = attempt.deadline_at if is_late else now
    handed_in = {
        "state": AttemptState.SUBMITTED,
        "submitted_at": finished,
        "by_deadline": by_deadline or is_late,
        "check_at": None,
    }
    won = Attempt.objects.open().filter(pk=attempt.pk).update(**handed_in)
    if not won:
        attempt.refresh_from_db()
        return attempt
    vars(attempt).update(handed_in)
    args = {"attempt": attempt.pk}
    enqueue(task="assessment.grade", key=f"grade:{attempt.pk}", args=args, by=by, queue="grading")
    facts = {"receipt": attempt.receipt, "by_deadline": attempt.by_deadline}
    unit_id = attempt.enrolment.sending_unit_id
    record(by=by, action="submit_attempt", target=attempt, unit_id=unit_id, after=facts)
    return attempt


def submit_due(*, now: dt.datetime) -> int:
    """Hand in what nobody did though its time is over; return how many. Safe to call twice."""
    due = Attempt.objects.to_close(now).select_related("enrolment").order_by("pk")
    found = list(due[:CLOSED_AT_ONCE])
    for attempt in found:
        submit(attempt=attempt, by=None, by_deadline=attempt.deadline_at is not None)
    return len(found)


def demand_quiz(enrolment: Enrolment, quiz_key: uuid.UUID) -> FrozenQuiz:
    """Return the quiz of the version the learner studies; else it is not there."""
    quiz = quiz_of(enrolment.version, quiz_key)
    if quiz is None:
        raise NotInQuiz
    return quiz


def _demand_learner(enrolment: Enrolment, by: User) -> None:
    if by.pk != enrolment.learner_id:
        raise NotTheLearner


def _begin(
    enrolment: Enrolment,
    quiz: FrozenQuiz,
    *,
    number: int,
    extra_minutes: int,
    ends_at: dt.datetime | None,
) -> Attempt:
    now = timezone.now()
    limits = [now + dt.timedelta(minutes=quiz.minutes)] if quiz.minutes else []
    # Who comes late to a room ends with the others; extra minutes are added to either end.
    limits += [ends_at] if ends_at else []
    deadline = min(limits) + dt.timedelta(minutes=extra_minutes) if limits else None
    seed = secrets.randbelow(SEEDS)
    return Attempt.objects.create(
        enrolment=enrolment,
        version=enrolment.version,
        quiz_key=quiz.key,
        number=number,
        seed=seed,
        layout=_layout(quiz, seed),
        started_at=now,
        deadline_at=deadline,
        check_at=deadline + GRACE if deadline else None,
        in_room=ends_at is not None,
        reached=1 if quiz.is_one_way else None,
        receipt=new_receipt("KT"),
    )


def _layout(quiz: FrozenQuiz, seed: int) -> list[dict[str, Any]]:
    """Return the questions drawn, in their order, and that of their options."""
    keys = [str(question.key) for question in draw(quiz, seed)]
    rows = []
    for key in drawn(keys, seed) if quiz.is_shuffled else keys:
        question = quiz.by_key[uuid.UUID(key)]
        options = question.owner.option_keys(question.data)
        # What is to be matched is never listed as written: that would be the answer.
        if quiz.is_shuffled or question.owner.is_always_drawn:
            options = drawn(options, seed, about=key)
        rows.append({"question": key, "options": options})
    return rows


def _says(answer: Answer, response: Response, revision: int, *, flagged: bool) -> bool:
    same = answer.response == response and answer.is_flagged == flagged
    return same and answer.revision == revision
