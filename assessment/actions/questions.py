"""The question bank. What a quiz uses is never rewritten: editing it makes the next version."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from assessment.kinds import Data
from assessment.models import Question, QuestionBank, QuestionVersion
from audit.actions import record
from courses.models import Course
from lms.text import fold


@dataclass(frozen=True)
class Wording:
    """What a version of a question says."""

    kind: str
    body: str
    data: Data
    explanation: str = ""
    lesson_key: uuid.UUID | None = None
    language: str = "vi"


@transaction.atomic
def bank_of(*, course: Course, by: User) -> QuestionBank:
    """Return the bank of a course, made if it has none. Safe to call twice."""
    held = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    bank = held.banks.order_by("pk").first()
    if bank:
        return bank
    bank = QuestionBank.objects.create(
        provider=held.provider, course=held, name=f"{held.code} – {held.title_vi}"[:200]
    )
    record(by=by, action="create_bank", target=bank, unit_id=held.provider.unit_id)
    return bank


@transaction.atomic
def add_question(
    *,
    bank: QuestionBank,
    wording: Wording,
    by: User,
    topic: str = "",
    key: uuid.UUID | None = None,
) -> Question:
    """Put a question in a bank. With a key, one that is there is brought up to date."""
    known = Question.objects.filter(key=key).first() if key else None
    if known:
        return edit_question(question=known, wording=wording, by=by, topic=topic)
    question = Question.objects.create(bank=bank, topic=topic, key=key or uuid.uuid4())
    _new_version(question, wording, number=1, by=by)
    record(by=by, action="add_question", target=question, unit_id=bank.provider.unit_id)
    return question


@transaction.atomic
def edit_question(*, question: Question, wording: Wording, by: User, topic: str = "") -> Question:
    """Change a question; if a quiz uses it, the change is its next version. Safe to call twice."""
    held = Question.objects.select_for_update(of=("self",)).select_related("current")
    question = held.get(pk=question.pk)
    question.topic = topic
    question.save(update_fields=["topic"])
    current = question.current
    if current and _wording_of(current) == wording:
        return question
    if current is None or current.quiz_items.exists():
        number = question.versions.count() + 1
        _new_version(question, wording, number=number, by=by)
    else:
        _rewrite(current, wording)
        _find_by(question, wording)
    unit_id = question.bank.provider.unit_id
    record(by=by, action="edit_question", target=question, unit_id=unit_id)
    return question


@transaction.atomic
def archive_question(*, question: Question, by: User) -> bool:
    """Offer a question no longer; quizzes that use it keep it. Safe to call twice."""
    in_force = Question.objects.filter(pk=question.pk, archived_at=None)
    if not in_force.update(archived_at=timezone.now()):
        return False
    unit_id = question.bank.provider.unit_id
    record(by=by, action="archive_question", target=question, unit_id=unit_id)
    return True


def _new_version(question: Question, wording: Wording, *, number: int, by: User) -> None:
    version = QuestionVersion(question=question, number=number, created_by=by)
    _rewrite(version, wording)
    question.current = version
    _find_by(question, wording)


def _rewrite(version: QuestionVersion, wording: Wording) -> None:
    version.kind, version.body, version.data = wording.kind, wording.body, wording.data
    version.explanation, version.language = wording.explanation, wording.language
    version.lesson_key = wording.lesson_key
    version.save()


def _find_by(question: Question, wording: Wording) -> None:
    question.search_key = fold(f"{question.topic} {wording.body}")[:500]
    question.save(update_fields=["current", "search_key"])


def _wording_of(version: QuestionVersion) -> Wording:
    return Wording(
        kind=version.kind,
        body=version.body,
        data=version.data,
        explanation=version.explanation,
        lesson_key=version.lesson_key,
        language=version.language,
    )
