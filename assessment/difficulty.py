"""How hard questions were for those who answered them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Count, Sum

from assessment.models import Answer, QuizItem

# Below this a figure says more of the persons than of the question.
ANSWERS_AT_LEAST: Final = 10


@dataclass(frozen=True)
class Facility:
    """The share of the points that answers earned, and how many answers there are."""

    percent: int
    answers: int


def facilities(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Facility]:
    """Return the figures of the questions that enough people answered; blanks do not count.

    A question may be worth more in one test than in another: each test's answers are weighed by
    what it gave.
    """
    if not keys:
        return {}
    rows = list(
        Answer.objects.filter(question_key__in=keys, points__isnull=False)
        .values_list("question_key", "attempt__version", "attempt__quiz_key")
        .annotate(earned=Sum("points"), answers=Count("pk"))
        .order_by()
    )
    worth = _worth(keys) if rows else {}
    earned: dict[uuid.UUID, Decimal] = {}
    answers: dict[uuid.UUID, int] = {}
    for key, version, quiz_key, points, count in rows:
        each = worth.get((key, version, quiz_key))
        if each:
            earned[key] = earned.get(key, Decimal(0)) + points / each
            answers[key] = answers.get(key, 0) + count
    return {
        key: Facility(percent=round(earned[key] * 100 / count), answers=count)
        for key, count in answers.items()
        if count >= ANSWERS_AT_LEAST
    }


def _worth(keys: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, int, uuid.UUID], Decimal]:
    """Return what each test gives for each question."""
    items = QuizItem.objects.filter(question_version__question__key__in=keys)
    rows = items.values_list(
        "question_version__question__key", "quiz__version", "quiz__key", "points"
    )
    return {(key, version, quiz): points for key, version, quiz, points in rows}
