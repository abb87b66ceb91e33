"""What learners do in their classes: lessons, tests, questions to trainers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from assessment.actions.attempts import save_answer, start, submit
from assessment.actions.grades import grade_attempt
from assessment.frozen import FrozenQuestion, quiz_of
from certificates.actions.issue import issue_at_once
from courses.cases import CASE, Walk
from courses.models import Block
from courses.outline import outline
from enrolments.actions.progress import complete_block, complete_viewed, open_lesson
from enrolments.actions.study import choose
from enrolments.models import Enrolment
from reporting.demo.classes import City, Class
from reporting.demo.clock import Act, at
from reporting.demo.sources import number, pick
from reporting.demo.works import Work, publish, write

DONE_ONE_BY_ONE: Final = ("question", "quiz", "assignment", CASE)
KNOWS_PERCENT: Final = 78  # how often a learner who has studied answers rightly


@dataclass(frozen=True)
class LessonWork:
    """The blocks of a lesson that are done one by one."""

    key: uuid.UUID
    questions: tuple[uuid.UUID, ...]
    quizzes: tuple[uuid.UUID, ...]
    works: tuple[uuid.UUID, ...]
    cases: tuple[uuid.UUID, ...]


def lessons_of(made: Class) -> list[LessonWork]:
    """Return the lessons of the class's version, in their order."""
    version = made.city.versions[made.row["course"]]
    lessons = version.lessons.order_by("module__position", "position")
    keys: dict[tuple[int, str], list[uuid.UUID]] = defaultdict(list)
    for pk, kind, key in Block.objects.filter(version=version).values_list(
        "lesson_id", "kind", "key"
    ):
        keys[pk, kind].append(key)
    return [
        LessonWork(row.key, *(tuple(keys[row.pk, kind]) for kind in DONE_ONE_BY_ONE))
        for row in lessons
    ]


def plan_learning(made: Class) -> None:
    """Note what each learner does between the first day of the class and today."""
    if made.row["state"] in {"running", "closed", "recognised"} and made.row["from"]:
        made.city.diary.note(at(made.starts, 7.8), lambda: _plan_people(made))


def _plan_people(made: Class) -> None:
    lessons = lessons_of(made)
    places = Enrolment.objects.in_force().filter(cohort=made.cohort).select_related("learner")
    last = min(at(made.ends, 16), made.city.diary.now - dt.timedelta(hours=2))
    for place in places:
        done = _how_many(made, place, len(lessons))
        first = at(made.starts, 9) + dt.timedelta(minutes=number(f"first {place.pk}", 600))
        step = (last - first) / max(done, 1)
        for n, lesson in enumerate(lessons[:done]):
            moment = first + step * (n + number(f"{place.pk} {n}", 90) / 100)
            made.city.diary.note(moment, _study(made, place, lesson, is_last=n == done - 1))


def _how_many(made: Class, place: Enrolment, lessons: int) -> int:
    """Return how many lessons the learner gets through."""
    fixed = made.row.get("cast", {}).get(place.learner.username)
    if fixed is not None:
        return min(int(fixed), lessons)
    if any(place.learner in made.city.people.notes[note] for note in made.row.get("notes", [])):
        return lessons
    finished, studying, _never = made.row["learning"]
    drawn = number(f"{made.row['code']} {place.learner.username} learns", 100)
    if drawn < finished:
        return lessons
    if drawn < finished + studying:
        return 1 + number(f"{place.pk} so far", max(lessons - 1, 1))
    return 0


def _study(made: Class, place: Enrolment, lesson: LessonWork, *, is_last: bool) -> Act:
    """Return the act of going through a lesson; the last one is where the learner goes on."""

    def act() -> None:
        for key in lesson.questions:
            complete_block(enrolment=place, block_key=key)
        for key in lesson.quizzes:
            _sit(place, key)
        for key in lesson.works:
            write(Work(made, place, key))
        for key in lesson.cases:
            _decide(place, lesson.key, key)
        complete_viewed(enrolment=place, lesson_key=lesson.key)
        if is_last:
            open_lesson(enrolment=place, lesson_key=lesson.key)
            if made.city.versions[made.row["course"]].issues_at_once:
                issue_at_once(enrolment=place)

    return act


def _decide(place: Enrolment, lesson_key: uuid.UUID, key: uuid.UUID) -> None:
    """Go through a case to one of its endings."""
    block = next(row for row in outline(place.version).blocks() if row.key == key)
    walk: Walk | None = Walk.read(block.frozen, {})
    while walk and not walk.is_over:
        at, offered = len(walk.way), walk.here["choices"]
        chosen = pick(offered, f"{place.learner.username} {key} {at}")["key"]
        names = {"lesson_key": lesson_key, "block_key": key}
        choose(enrolment=place, **names, at=at, choice=chosen)
        walk = walk.plus(chosen)


def _sit(place: Enrolment, key: uuid.UUID) -> None:
    quiz = quiz_of(place.version, key)
    if quiz is None:
        return
    attempt = start(enrolment=place, quiz_key=key, by=place.learner)
    for question in quiz.questions:
        knows = number(f"{place.pk} {question.key}", 100) < KNOWS_PERCENT
        save_answer(
            attempt=attempt,
            question_key=question.key,
            response=_response(question, knows=knows),
            revision=1,
            flagged=False,
            now=timezone.now(),
        )
    grade_attempt(attempt=submit(attempt=attempt, by=place.learner))


def _response(question: FrozenQuestion, *, knows: bool) -> dict[str, Any]:
    data = question.data
    if "options" in data:
        wrong = [row["key"] for row in data["options"] if row["key"] not in data["correct"]]
        return {"choices": data["correct"] if knows else wrong[:1]}
    if "pairs" in data:
        pairs = data["pairs"] if knows else data["pairs"][:1]
        return {"pairs": {pair["key"]: pair["right_key"] for pair in pairs}}
    if "accepted" in data:
        return {"text": data["accepted"][0] if knows else "142/2026"}
    if "value" in data:
        return {"text": data["value"] if knows else "4"}
    return {"is_true": data["correct"] if knows else not data["correct"]}


def release_results(made: Class) -> None:
    """Show the marks of every test and work of the class."""
    for lesson in lessons_of(made):
        for key in (*lesson.quizzes, *lesson.works):
            publish(made, key)


def place_of(city: City, code: str, who: str) -> Enrolment:
    """Return a person's place in a class."""
    return Enrolment.objects.get(cohort=city.cohorts[code], learner=city.people[who])
