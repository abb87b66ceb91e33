"""Putting a quiz together: its settings and questions change while its version is a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from assessment.models import Question, Quiz, QuizItem
from courses.actions.drafts import demand_draft, siblings_in_order, touch
from courses.models import Block


@transaction.atomic
def put_settings(*, block: Block, settings: Mapping[str, Any], by: User) -> Quiz:
    """Store the settings of the quiz of a block. Safe to call twice."""
    del by  # the draft's own history is the version that comes of it
    demand_draft(block.version)
    quiz, _is_new = Quiz.objects.update_or_create(
        version=block.version, key=block.key, defaults=dict(settings)
    )
    return quiz


@transaction.atomic
def add_questions(*, quiz: Quiz, questions: Iterable[Question], by: User) -> int:
    """Add questions at the end, each pinned to what it says now. Safe to call twice."""
    del by
    demand_draft(quiz.version)
    items = QuizItem.objects.filter(quiz=quiz)
    asked = set(items.values_list("question_version__question", flat=True))
    last = items.aggregate(last=Max("position"))["last"] or 0
    new = [row.current for row in questions if row.pk not in asked and row.current]
    QuizItem.objects.bulk_create(
        QuizItem(quiz=quiz, question_version=version, position=last + place)
        for place, version in enumerate(new, start=1)
    )
    touch(quiz.version)
    return len(new)


@transaction.atomic
def set_questions(*, quiz: Quiz, questions: Sequence[tuple[Question, Decimal]], by: User) -> None:
    """Make the quiz ask exactly these questions, in this order. Safe to call twice."""
    del by
    demand_draft(quiz.version)
    held = {
        item.question_version.question_id: item
        for item in quiz.items.select_related("question_version")
    }
    wanted = {question.pk for question, _points in questions}
    QuizItem.objects.filter(
        pk__in=[item.pk for key, item in held.items() if key not in wanted]
    ).delete()
    for position, (question, points) in enumerate(questions, start=1):
        facts = {"question_version": question.current, "position": position, "points": points}
        item = held.get(question.pk)
        if item is None:
            QuizItem.objects.create(quiz=quiz, **facts)
        else:
            QuizItem.objects.filter(pk=item.pk).update(**facts)


@transaction.atomic
def move_item(*, item: QuizItem, position: int, by: User) -> None:
    """Put a question in a place of the quiz. Safe to call twice."""
    del by
    demand_draft(item.quiz.version)
    others = [row for row in siblings_in_order(item.quiz.items.all()) if row.pk != item.pk]
    others.insert(min(max(position, 1), len(others) + 1) - 1, item)
    _renumber(others)
    touch(item.quiz.version)


@transaction.atomic
def set_points(*, item: QuizItem, points: Decimal, by: User) -> None:
    """Say what a question is worth. Safe to call twice."""
    del by
    demand_draft(item.quiz.version)
    QuizItem.objects.filter(pk=item.pk).update(points=points)
    touch(item.quiz.version)


@transaction.atomic
def take_newest(*, item: QuizItem, by: User) -> None:
    """Pin the newest version of the question. Safe to call twice."""
    del by
    demand_draft(item.quiz.version)
    current = item.question_version.question.current
    QuizItem.objects.filter(pk=item.pk).update(question_version=current)
    touch(item.quiz.version)


@transaction.atomic
def remove_item(*, item: QuizItem, by: User) -> None:
    """Take a question out of the quiz. Safe to call twice."""
    del by
    demand_draft(item.quiz.version)
    QuizItem.objects.filter(pk=item.pk).delete()
    _renumber(siblings_in_order(item.quiz.items.all()))
    touch(item.quiz.version)


def _renumber(items: list[QuizItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
    QuizItem.objects.bulk_update(items, ["position"])
