"""A quiz as it was published: typed, read once per process, never changed.

It holds the keys. Pages for learners take what they show from `Kind.public`, never from here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from assessment.kinds import Data, Kind, question_kinds
from assessment.models import KeyCorrection
from assessment.models.quizzes import ResultsShown
from courses.models import CourseVersion
from courses.outline import BlockOutline, Bounded, LessonOutline, outline
from lms.translated import translated

QUIZ: Final = "quiz"
QUIZZES_AT_MOST: Final = 256


@dataclass(frozen=True)
class FrozenQuestion:
    """A question with its key."""

    key: uuid.UUID
    kind: str
    points: Decimal
    html: str
    data: Data = field(repr=False)
    explanation: str = field(default="", repr=False)
    lesson_key: uuid.UUID | None = None
    # Of the words and the answers; nothing where it was frozen without.
    language: str = ""
    explained_in: str = ""
    topic: str = ""

    @property
    def answer_language(self) -> str:
        """Return the language of the answers; nothing where they are words of the page."""
        return self.language if self.owner.has_own_answers else ""

    @property
    def owner(self) -> Kind:
        """Return what knows how to ask and mark it."""
        return question_kinds[self.kind]

    @classmethod
    def read(cls, frozen: Data) -> FrozenQuestion:
        """Return the question that was frozen as plain data."""
        lesson_key = frozen.get("lesson_key")
        return cls(
            key=uuid.UUID(frozen["key"]),
            kind=frozen["kind"],
            points=Decimal(frozen["points"]),
            html=frozen["html"],
            data=frozen["data"],
            explanation=frozen["explanation"],
            lesson_key=uuid.UUID(lesson_key) if lesson_key else None,
            language=frozen.get("language", ""),
            explained_in=frozen.get("explained_in", ""),
            topic=frozen.get("topic", ""),
        )


@dataclass(frozen=True)
class FrozenQuiz:
    """A quiz with its questions."""

    key: uuid.UUID
    version_id: int
    lesson_key: uuid.UUID
    lesson_title: str
    title_vi: str
    title_en: str
    intro_html: str
    minutes: int | None
    attempts_allowed: int
    pass_percent: int
    is_shuffled: bool
    is_graded: bool
    results_shown: str
    questions: tuple[FrozenQuestion, ...]
    questions_asked: int | None = None
    is_one_way: bool = False
    title = translated("title")

    @property
    def shows_at_once(self) -> bool:
        """Return whether marks are shown as soon as they are there."""
        return self.results_shown == ResultsShown.AT_ONCE

    @property
    def count(self) -> int:
        """Return how many questions an attempt asks."""
        return self.questions_asked or len(self.questions)

    @property
    def is_drawn(self) -> bool:
        """Return whether an attempt asks only some of the questions."""
        return self.count < len(self.questions)

    @cached_property
    def max_points(self) -> Decimal:
        """Return the points of what an attempt asks; where it is drawn all are worth the same."""
        if self.is_drawn:
            return self.count * self.questions[0].points
        return sum((question.points for question in self.questions), Decimal(0))

    @cached_property
    def by_key(self) -> Mapping[uuid.UUID, FrozenQuestion]:
        """Return the questions by key."""
        return {question.key: question for question in self.questions}

    def corrected(self) -> FrozenQuiz:
        """Return the quiz with the keys that were set right after it was published."""
        rows = KeyCorrection.objects.filter(version=self.version_id, quiz_key=self.key)
        right = dict(rows.order_by("pk").values_list("question_key", "data"))
        return self.with_data(right) if right else self

    def with_data(self, right: Mapping[uuid.UUID, Data]) -> FrozenQuiz:
        """Return the quiz with other keys for some of its questions."""
        questions = tuple(replace(row, data=right.get(row.key, row.data)) for row in self.questions)
        return replace(self, questions=questions)


_held: Final[Bounded[tuple[int, str], dict[uuid.UUID, FrozenQuiz]]] = Bounded(QUIZZES_AT_MOST)


def quizzes_of(version: CourseVersion) -> dict[uuid.UUID, FrozenQuiz]:
    """Return the quizzes of a version by key, in the order of its lessons."""
    if version.is_open:
        return _read(version)
    key = (version.pk, version.content_hash)
    found = _held.get(key)
    return found if found is not None else _held.put(key, _read(version))


def quiz_of(version: CourseVersion, key: uuid.UUID) -> FrozenQuiz | None:
    """Return the quiz of a key, if the version has it."""
    return quizzes_of(version).get(key)


def _read(version: CourseVersion) -> dict[uuid.UUID, FrozenQuiz]:
    return {
        block.key: _quiz(version, lesson, block)
        for lesson in outline(version).lessons
        for block in lesson.blocks
        if block.kind == QUIZ and block.frozen
    }


def _quiz(version: CourseVersion, lesson: LessonOutline, block: BlockOutline) -> FrozenQuiz:
    frozen = block.frozen
    return FrozenQuiz(
        key=block.key,
        version_id=version.pk,
        lesson_key=lesson.key,
        lesson_title=lesson.title_vi,
        title_vi=frozen["title_vi"],
        title_en=frozen["title_en"],
        intro_html=frozen["intro_html"],
        minutes=frozen["minutes"],
        attempts_allowed=frozen["attempts_allowed"],
        pass_percent=frozen["pass_percent"],
        is_shuffled=frozen["is_shuffled"],
        is_graded=frozen["is_graded"],
        results_shown=frozen["results_shown"],
        questions_asked=frozen.get("questions_asked"),
        is_one_way=frozen.get("is_one_way", False),
        questions=tuple(FrozenQuestion.read(row) for row in frozen["questions"]),
    )
