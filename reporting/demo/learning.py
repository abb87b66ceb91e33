"""What learners do in their classes: lessons, tests, questions to trainers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.utils import timezone

from assessment.actions.attempts import save_answer, start, submit
from assessment.actions.grades import grade_attempt
from assessment.frozen import FrozenQuestion, quiz_of
from assessment.studying import reason_against
from certificates.actions.issue import issue_at_once
from courses.cases import CASE, Walk
from courses.models import Block
from courses.outline import outline
from enrolments.actions.studied import Studied, record_studied
from enrolments.actions.study import choose
from enrolments.models import Enrolment
from reporting.demo.classes import City, Class
from reporting.demo.clock import at
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

    @property
    def is_worked_on(self) -> bool:
        """Return whether a test, a work or a case stands in the lesson."""
        return bool(self.quizzes or self.works or self.cases)

    def studied(self, place: Enrolment, moment: dt.datetime) -> Studied:
        """Return the step of reading the lesson and answering its questions."""
        return Studied(place.pk, self.key, moment, frozenset(self.questions))


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
    if made.row["state"] in {"running", "closed", "recognised", "archived"} and made.row["from"]:
        made.city.diary.note(at(made.starts, 7.8), lambda: _plan_people(made))


def _plan_people(made: Class) -> None:
    lessons = lessons_of(made)
    places = Enrolment.objects.in_force().filter(cohort=made.cohort)
    weeks: dict[dt.date, list[Studied]] = defaultdict(list)
    for place in places.select_related("learner", "version", "cohort"):
        steps = _steps(made, place, lessons)
        if any(lesson.is_worked_on for lesson, _moment in steps):
            _plan_worker(made, place, steps)
            continue
        for lesson, moment in steps:
            weeks[_sunday(moment)].append(lesson.studied(place, moment))
    for sunday, studied in weeks.items():
        moment = min(at(sunday, 23), _last(made))
        made.city.diary.note(moment, partial(_study, made, studied))


def _sunday(moment: dt.datetime) -> dt.date:
    day = timezone.localdate(moment)
    return day + dt.timedelta(days=6 - day.weekday())


def _last(made: Class) -> dt.datetime:
    return min(at(made.ends, 16), made.city.diary.now - dt.timedelta(hours=2))


def _steps(
    made: Class, place: Enrolment, lessons: list[LessonWork]
) -> list[tuple[LessonWork, dt.datetime]]:
    """Return the lessons that the learner gets through, each with its moment."""
    done = _how_many(made, place, len(lessons))
    last = _last(made)
    first = at(made.starts, 9) + dt.timedelta(minutes=number(f"first {place.pk}", 600))
    step = (last - first) / max(done, 1)
    moments = (first + step * (n + number(f"{place.pk} {n}", 90) / 100) for n in range(done))
    return list(zip(lessons, moments, strict=False))


def _plan_worker(
    made: Class, place: Enrolment, steps: list[tuple[LessonWork, dt.datetime]]
) -> None:
    """Note the tests and works of a learner, and before each what was read until then."""
    read: list[Studied] = []
    for lesson, moment in steps:
        read.append(lesson.studied(place, moment))
        if lesson.is_worked_on:
            made.city.diary.note(moment, partial(_work, made, place, lesson, read))
            read = []
    if read:
        made.city.diary.note(read[-1].at, partial(_study, made, read))


def _work(made: Class, place: Enrolment, lesson: LessonWork, read: list[Studied]) -> None:
    _study(made, read[:-1])
    for key in (*lesson.quizzes, *lesson.works):
        if reason_against(place, key):
            return  # the lesson waits for a mark of an earlier one
    for key in lesson.quizzes:
        _sit(place, key)
    for key in lesson.works:
        write(Work(made, place, key))
    for key in lesson.cases:
        _decide(place, lesson.key, key)
    _study(made, read[-1:])


def _study(made: Class, studied: list[Studied]) -> None:
    if not studied:
        return
    record_studied(cohort=made.cohort, studied=studied)
    if made.city.versions[made.row["course"]].issues_at_once:
        ids = {step.enrolment_id for step in studied}
        for place in Enrolment.objects.filter(pk__in=ids, eligible_at__isnull=False):
            issue_at_once(enrolment=place)


def _how_many(made: Class, place: Enrolment, lessons: int) -> int:
    """Return how many lessons the learner gets through."""
    fixed = made.row.get("cast", {}).get(place.learner.username)
    if fixed is not None:
        return min(int(fixed), lessons)
    if any(place.learner in made.city.people.notes[note] for note in made.row.get("notes", [])):
        return lessons
    if place.learner in made.city.people.notes["almost"]:
        return 1  # another course finished would carry them over the hours of the year
    finished, studying, _never = made.row["learning"]
    drawn = number(f"{made.row['code']} {place.learner.username} learns", 100)
    if drawn < finished:
        return lessons
    if drawn < finished + studying:
        return 1 + number(f"{place.pk} so far", max(lessons - 1, 1))
    return 0


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
