"""What the pages of an attempt show: the map of questions, the question, the result."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.safestring import SafeString

from assessment.asking import AskedQuestion, asked
from assessment.frozen import FrozenQuestion, FrozenQuiz
from assessment.models import Answer, Attempt
from courses.outline import outline


@dataclass(frozen=True)
class Place:
    """A question of an attempt in its map."""

    number: int
    key: uuid.UUID
    is_answered: bool
    is_flagged: bool


@dataclass(frozen=True)
class Sitting:
    """An attempt with its quiz and answers, in the order drawn for it."""

    attempt: Attempt
    quiz: FrozenQuiz
    answers: Mapping[uuid.UUID, Answer]

    @property
    def places(self) -> list[Place]:
        """Return the map."""
        return [self._place(n, uuid.UUID(row["question"])) for n, row in self._numbered()]

    @property
    def blanks(self) -> list[Place]:
        """Return the questions that are not answered."""
        return [place for place in self.places if not place.is_answered]

    @property
    def flagged(self) -> list[Place]:
        """Return the questions to look at again."""
        return [place for place in self.places if place.is_flagged]

    @property
    def count(self) -> int:
        """Return how many questions there are."""
        return len(self.attempt.layout)

    def question(self, number: int) -> AskedQuestion:
        """Return the question of a number, without its key."""
        row = self.attempt.layout[number - 1]
        question = self.quiz.by_key[uuid.UUID(row["question"])]
        answer = self.answers.get(question.key)
        return asked(question, row["options"], answer.response if answer else {})

    def answer(self, number: int) -> Answer | None:
        """Return the answer to the question of a number."""
        return self.answers.get(uuid.UUID(self.attempt.layout[number - 1]["question"]))

    def _numbered(self) -> list[tuple[int, dict[str, str]]]:
        return list(enumerate(self.attempt.layout, start=1))

    def _place(self, number: int, key: uuid.UUID) -> Place:
        answer = self.answers.get(key)
        return Place(
            number=number,
            key=key,
            is_answered=bool(answer and answer.response),
            is_flagged=bool(answer and answer.is_flagged),
        )


@dataclass(frozen=True)
class Line:
    """A question of a result: what was said, what it earned and, where it may be told, why."""

    number: int
    html: SafeString
    told: list[str]
    points: Decimal
    max_points: Decimal
    key: list[str]
    explanation: SafeString
    lesson_url: str
    language: str
    answer_language: str
    explained_in: str

    @property
    def is_right(self) -> bool:
        """Return whether it earned everything."""
        return self.points == self.max_points

    @property
    def is_partly(self) -> bool:
        """Return whether it earned something."""
        return 0 < self.points < self.max_points


def sitting(attempt: Attempt, quiz: FrozenQuiz) -> Sitting:
    """Return an attempt with what was answered."""
    answers = {answer.question_key: answer for answer in attempt.answers.all()}
    return Sitting(attempt, quiz, answers)


def lines(held: Sitting, *, with_keys: bool) -> list[Line]:
    """Return the questions of a released result, in the order they were asked."""
    return [_line(held, place, with_keys=with_keys) for place in held.places]


def _line(held: Sitting, place: Place, *, with_keys: bool) -> Line:
    question: FrozenQuestion = held.quiz.by_key[place.key]
    answer = held.answers.get(place.key)
    kind = question.owner
    return Line(
        number=place.number,
        html=SafeString(question.html),
        told=kind.told(question.data, answer.response) if answer else [],
        points=(answer.points if answer else None) or Decimal(0),
        max_points=question.points,
        key=kind.key(question.data) if with_keys else [],
        explanation=SafeString(question.explanation if with_keys else ""),
        lesson_url=_lesson_url(held.attempt, question) if with_keys else "",
        language=question.language,
        answer_language=question.answer_language,
        explained_in=question.explained_in,
    )


def _lesson_url(attempt: Attempt, question: FrozenQuestion) -> str:
    """Return where to read again, if the version now studied still has the lesson."""
    enrolment, key = attempt.enrolment, question.lesson_key
    if key is None or outline(enrolment.version).lesson(key) is None:
        return ""
    return reverse("enrolments:lesson", args=[enrolment.pk, key])
