"""One person's test after the other, in one process: the actions against hand-written SQL."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from assessment.actions.attempts import save_answer, start, submit
from assessment.actions.grades import grade_attempt
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.models import Answer, Attempt, GradeCell, GradeEntry
from audit.models import AuditEvent
from bench.city import City
from bench.report import Line
from enrolments.models import Enrolment
from jobs.models import Outbox

GOAL = 0.4
RIGHT = {"choice": "k1"}
Row = dict[str, Any]


def attempt_line(city: City, count: int) -> Line:
    """Start, answer question by question, hand in and mark; each save its own commit."""
    open_places = city.cohort.enrolments.filter(state="enrolled", attempts=None)
    places = list(open_places.select_related("version", "cohort", "learner")[: 4 * count])
    key = city.cohort.version.blocks.get(kind="quiz").key
    quiz = quiz_of(city.cohort.version, key)
    if quiz is None:
        raise LookupError("The class has no test.")
    # By turns, for what the neighbours of this machine do changes from second to second.
    ours = floor = 0.0
    for at in range(0, 2 * count, 10):
        ours += _timed(lambda place: sit(place, quiz), places[at : at + 5])
        floor += _timed(lambda place: write(place, quiz), places[at + 5 : at + 10])
    rate, best = count / ours, count / floor
    return Line("attempts, 10 questions", rate, "/s", best, rate / best, GOAL, peer=12)


def _timed(work: Callable[[Enrolment], None], places: Sequence[Enrolment]) -> float:
    began = time.perf_counter()
    for place in places:
        work(place)
    return time.perf_counter() - began


def sit(place: Enrolment, quiz: FrozenQuiz) -> None:
    """Do what a learner and the worker do, without HTTP."""
    attempt = start(enrolment=place, quiz_key=quiz.key, by=place.learner)
    for question in quiz.questions:
        save_answer(
            attempt=attempt,
            question_key=question.key,
            response=RIGHT,
            revision=1,
            flagged=False,
            now=timezone.now(),
        )
    submit(attempt=attempt, by=place.learner)
    grade_attempt(attempt=attempt)


def write(place: Enrolment, quiz: FrozenQuiz) -> None:
    """Write what the same thirteen transactions write, in SQL by hand."""
    now, receipt = timezone.now(), uuid.uuid4().hex[:20]
    layout = [{"question": str(row.key), "options": []} for row in quiz.questions]
    attempt: Row = {"enrolment_id": place.pk, "version_id": place.version_id}
    attempt |= {"quiz_key": quiz.key, "number": 1, "state": "in_progress", "seed": 1}
    attempt |= {
        "layout": layout,
        "started_at": now,
        "by_deadline": False,
        "in_room": False,
        "receipt": receipt,
    }
    with _Transaction() as sql:
        sql.run(f"SELECT id FROM {_table(Enrolment)} WHERE id = %s{_LOCK}", place.pk)
        pk = sql.insert(Attempt, attempt | {"deadline_at": now + dt.timedelta(minutes=45)})
        started = f"UPDATE {_table(Enrolment)} SET state = %s, started_at = %s WHERE id = %s"
        sql.run(started, "studying", now, place.pk)
        sql.insert(AuditEvent, _event("start_attempt", place, now))
    for question in quiz.questions:
        with _Transaction() as sql:
            sql.run(f"SELECT id, state FROM {_table(Attempt)} WHERE id = %s{_LOCK}", pk)
            answer: Row = {"attempt_id": pk, "question_key": question.key, "revision": 1}
            sql.insert(Answer, answer | {"response": RIGHT, "is_flagged": False, "saved_at": now})
    with _Transaction() as sql:
        handed = f"UPDATE {_table(Attempt)} SET state = %s, submitted_at = %s WHERE id = %s"
        sql.run(handed, "submitted", now, pk)
        task: Row = {"key": receipt, "task": "assessment.grade", "args": {"attempt": pk}}
        task |= {"queue": "grading", "created_at": now, "holder": "", "attempts": 0}
        sql.insert(Outbox, task | {"last_error": "", "done_at": now})
        sql.insert(AuditEvent, _event("submit_attempt", place, now))
    with _Transaction() as sql:
        _grade(sql, place, quiz, pk, now)


def _grade(
    sql: _Transaction, place: Enrolment, quiz: FrozenQuiz, pk: int, now: dt.datetime
) -> None:
    points = len(quiz.questions)
    sql.run(f"SELECT state FROM {_table(Attempt)} WHERE id = %s{_LOCK}", pk)
    sql.run(f"SELECT question_key, response FROM {_table(Answer)} WHERE attempt_id = %s", pk)
    sql.run(f"UPDATE {_table(Answer)} SET points = 1 WHERE attempt_id = %s", pk)
    marked = "points = %s, max_points = %s, percent = 100, is_passed = %s, state = %s"
    marked += ", graded_at = %s"
    words = [points, points, True, "graded", now, pk]
    sql.run(f"UPDATE {_table(Attempt)} SET {marked} WHERE id = %s", *words)
    entry: Row = {"enrolment_id": place.pk, "component_key": quiz.key, "source": "automatic"}
    entry |= {"points": points, "max_points": points, "percent": 100, "is_passed": True}
    entry |= {"attempt_id": pk, "given_at": now, "reason": ""}
    known = sql.insert(GradeEntry, entry)
    cell: Row = {"enrolment_id": place.pk, "component_key": quiz.key, "entry_id": known}
    sql.insert(GradeCell, cell)
    sql.insert(AuditEvent, _event("record_grade", place, now))


def _event(action: str, place: Enrolment, now: dt.datetime) -> Row:
    who: Row = {"at": now, "actor_id": place.learner_id, "actor_label": "", "action": action}
    what: Row = {"target_type": "attempt", "target_id": place.pk, "target_label": ""}
    return who | what | {"unit_id": place.sending_unit_id, "request_id": "", "reason": ""}


_LOCK = " FOR UPDATE" if connection.vendor == "postgresql" else ""
_BEGIN = "BEGIN" if connection.vendor == "postgresql" else "BEGIN IMMEDIATE"


def _table(model: type[Any]) -> str:
    return str(model._meta.db_table)


class _Transaction:
    """Plain statements between BEGIN and COMMIT, past Django's models."""

    def __enter__(self) -> _Transaction:
        self.cursor = connection.cursor()
        self.cursor.execute(_BEGIN)
        return self

    def __exit__(self, failed: object, *_rest: object) -> None:
        self.cursor.execute("ROLLBACK" if failed else "COMMIT")
        self.cursor.close()

    def run(self, words: str, *values: object) -> None:
        """Execute, and read what there is to read."""
        self.cursor.execute(words, [_plain(value) for value in values])
        if words.startswith("SELECT"):
            self.cursor.fetchall()

    def insert(self, model: type[Any], row: Row) -> int:
        """Write one row and return its key."""
        marks = ", ".join(["%s"] * len(row))
        words = f"INSERT INTO {_table(model)} ({', '.join(row)}) VALUES ({marks}) RETURNING id"
        self.cursor.execute(words, [_plain(value) for value in row.values()])
        return int(self.cursor.fetchone()[0])


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if connection.vendor == "sqlite" and isinstance(value, uuid.UUID):
        return value.hex
    if connection.vendor == "sqlite" and isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
    return value
