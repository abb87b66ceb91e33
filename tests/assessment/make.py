"""Makers of tests: one question of each kind, published, with a class and a learner in it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from assessment.actions.attempts import start
from assessment.actions.grades import grade_attempt
from assessment.actions.questions import Wording, add_question, bank_of
from assessment.actions.quizzes import add_questions
from assessment.actions.rooms import RoomData, open_rooms
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.models import Attempt, ExamRoom, Question, Quiz
from courses.actions import add_block, publish
from courses.blocks import Content
from courses.models import Block, Course, CourseVersion
from enrolments.models import Cohort, Enrolment
from tests.courses.make import make_draft
from tests.make import make_cohort, make_course, make_enrolment, staff
from tests.people import Cast

# Words that only keys, explanations and feedback hold.
SECRETS = ("tokmotkey", "731946", "tokmotexplain")

SINGLE: dict[str, Any] = {
    "options": [
        {"key": "a1b2c3", "text": "Luật Trí tuệ nhân tạo"},
        {"key": "d4e5f6", "text": "Luật Đất đai"},
    ],
    "correct": ["a1b2c3"],
}
MULTIPLE: dict[str, Any] = {
    "options": [{"key": f"k{n}", "text": f"Ý {n}"} for n in range(1, 5)],
    "correct": ["k1", "k2"],
}
MATCHING: dict[str, Any] = {
    "pairs": [
        {"key": "l1", "left": "Sở", "right_key": "r1", "right": "cấp thành phố"},
        {"key": "l2", "left": "Phường", "right_key": "r2", "right": "cấp xã"},
    ],
    "distractors": [{"key": "r3", "text": "cấp bộ"}],
}
STEPS = ("Tiếp nhận", "Thẩm định", "Trình ký", "Trả kết quả")
ORDERING: dict[str, Any] = {
    "items": [
        {"key": key, "text": text}
        for key, text in zip(("s9", "s2", "s7", "s4"), STEPS, strict=True)
    ]
}
CLOZE: dict[str, Any] = {
    "pieces": [
        {"text": "Họ gọi là "},
        {"gap": "g1", "type": "text", "accepted": ["Tokmotkey", "tokmot key"]},
        {"text": ", có "},
        {"gap": "g2", "type": "number", "value": "731946", "tolerance": "0"},
        {"text": " người, "},
        {
            "gap": "g3",
            "type": "choice",
            "options": [{"key": "c8", "text": "đúng"}, {"key": "c1", "text": "chưa đúng"}],
            "correct": "c8",
        },
    ]
}
CATEGORISE: dict[str, Any] = {
    "groups": [{"key": "x1", "text": "Cấp xã"}, {"key": "x2", "text": "Cấp thành phố"}],
    "items": [
        {"key": "i7", "text": "Phường", "group": "x1"},
        {"key": "i3", "text": "Đặc khu", "group": "x1"},
        {"key": "i5", "text": "Sở", "group": "x2"},
    ],
}
DATA: dict[str, dict[str, Any]] = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "true_false": {"correct": True},
    "short_text": {"accepted": ["Tokmotkey"]},
    "numeric": {"value": "731946", "tolerance": "0.5"},
    "matching": MATCHING,
    "ordering": ORDERING,
    "cloze": CLOZE,
    "categorise": CATEGORISE,
}
RIGHT: dict[str, dict[str, Any]] = {
    "single": {"choice": ["a1b2c3"]},
    "multiple": {"choice": ["k1", "k2"]},
    "true_false": {"choice": ["true"]},
    "short_text": {"text": ["TỌKMOTKEY"]},
    "numeric": {"text": ["731946,2"]},
    "matching": {"pair_l1": ["r1"], "pair_l2": ["r2"]},
    "ordering": {f"place_{row['key']}": [str(n)] for n, row in enumerate(ORDERING["items"], 1)},
    "cloze": {"gap_g1": ["tokmotkèy"], "gap_g2": ["731.946"], "gap_g3": ["c8"]},
    "categorise": {"group_i7": ["x1"], "group_i3": ["x1"], "group_i5": ["x2"]},
}


@dataclass
class Room:
    """A class in front of its test."""

    quiz: FrozenQuiz
    cohort: Cohort
    enrolment: Enrolment
    learner: User

    def url(self, name: str, number: int | None = None) -> str:
        """Return the address of a page of the test."""
        args: list[Any] = [self.enrolment.pk, self.quiz.key]
        return reverse(f"assessment:{name}", args=args if number is None else [*args, number])

    def begin(self) -> Attempt:
        """Begin an attempt."""
        return start(enrolment=self.enrolment, quiz_key=self.quiz.key, by=self.learner)

    def key_of(self, kind: str) -> uuid.UUID:
        """Return the key of the question of a kind."""
        return next(row.key for row in self.quiz.questions if row.kind == kind)

    def save(self, client: Client, kind: str, revision: int = 1, **fields: Any) -> Any:
        """Save an answer as the script of the page does."""
        sent = {"question": str(self.key_of(kind)), "revision": revision, **fields}
        url = self.url("save", 1)
        return client.post(url, sent, headers={"accept": "application/json"})

    def answer_all(self, client: Client) -> None:
        """Answer every question rightly."""
        for kind, fields in RIGHT.items():
            assert self.save(client, kind, **fields).status_code == 200


def make_question(
    course: Course,
    kind: str,
    *,
    by: User,
    lesson_key: uuid.UUID | None = None,
    topic: str = "",
) -> Question:
    """Return a question of a kind in the bank of the course."""
    wording = Wording(
        kind=kind,
        body=f"Câu hỏi {kind}?",
        data=DATA[kind],
        explanation="Vì **tokmotexplain**.",
        lesson_key=lesson_key,
    )
    bank = bank_of(course=course, by=by)
    return add_question(bank=bank, wording=wording, topic=topic, by=by)


def make_quiz_draft(
    *,
    by: User,
    course: Course | None = None,
    kinds: list[str] | None = None,
    lesson_number: int = 1,
    is_sequential: bool = False,
    lesson_of_questions: int | None = None,
    topics: list[str] | None = None,
    **settings: Any,
) -> CourseVersion:
    """Return a draft of two lessons; one of them has a quiz of one question a kind."""
    version = make_draft(course or make_course(), by=by)
    CourseVersion.objects.filter(pk=version.pk).update(is_sequential=is_sequential)
    version.refresh_from_db()
    lesson = version.lessons.get(position=lesson_number)
    facts = {"title_vi": "Bài kiểm tra cuối khóa", "minutes": 45} | settings
    content = Content(data={"title": facts["title_vi"]}, extra=facts)
    block = add_block(lesson=lesson, kind="quiz", by=by, content=content)
    about = version.lessons.filter(position=lesson_of_questions or 0).first()
    key = about.key if about else None
    asked = kinds or list(DATA)
    questions = [
        make_question(version.course, kind, by=by, lesson_key=key, topic=topic)
        for kind, topic in zip(asked, topics or [""] * len(asked), strict=True)
    ]
    add_questions(quiz=quiz_row(block), questions=questions, by=by)
    return version


def quiz_row(block: Block) -> Quiz:
    """Return the author's quiz of a block."""
    return Quiz.objects.get(version=block.version, key=block.key)


def make_room(cast: Cast, **settings: Any) -> Room:
    """Return a class of a published course; Lan teaches it, Hạnh learns in it."""
    settings.setdefault("course", make_course(cast.provider))
    draft = make_quiz_draft(by=cast.trainer, **settings)
    version = publish(version=draft, by=cast.trainer, change_note="1")
    cohort = make_cohort(
        version, by=cast.training_officer, organiser=cast.department, state="running"
    )
    staff(cohort, cast.trainer, Role.TRAINER)
    enrolment = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    key = version.blocks.get(kind="quiz").key
    quiz = quiz_of(version, key)
    assert quiz is not None
    return Room(quiz, cohort, enrolment, cast.learner)


def open_exam_room(
    room: Room, *, by: User, begins_in: int = 0, minutes: int = 90, word: str = "", count: int = 1
) -> ExamRoom:
    """Return the first of so many examination rooms for the class; times in minutes from now."""
    opens_at = timezone.now() + dt.timedelta(minutes=begins_in)
    closes_at = opens_at + dt.timedelta(minutes=minutes)
    data = RoomData("Phòng", "Tầng 2", opens_at, closes_at, word)
    key = room.quiz.key
    return open_rooms(cohort=room.cohort, quiz_key=key, data=data, count=count, by=by)[0]


def mark_all() -> None:
    """Mark what was handed in, as the worker does."""
    for attempt in Attempt.objects.filter(state="submitted"):
        grade_attempt(attempt=attempt)
