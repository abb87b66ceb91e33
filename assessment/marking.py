"""Marking: pure sums over a frozen quiz and the responses to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from assessment.frozen import FrozenQuiz
from assessment.kinds import Response

CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Marked:
    """What an attempt is worth."""

    points: Decimal
    max_points: Decimal
    percent: Decimal
    is_passed: bool
    by_question: dict[uuid.UUID, Decimal]


def mark(quiz: FrozenQuiz, responses: Mapping[uuid.UUID, Response]) -> Marked:
    """Return the marks: nothing for what was not answered, sums exact until they are shown."""
    earned = {
        question.key: Fraction(question.points)
        * question.owner.score(question.data, responses[question.key])
        for question in quiz.questions
        if responses.get(question.key)
    }
    total, whole = sum(earned.values(), Fraction(0)), Fraction(quiz.max_points)
    share = total * 100 / whole if whole else Fraction(0)
    return Marked(
        points=rounded(total),
        max_points=quiz.max_points.quantize(CENT),
        percent=rounded(share),
        is_passed=share >= quiz.pass_percent,
        by_question={key: rounded(points) for key, points in earned.items()},
    )


def rounded(number: Fraction) -> Decimal:
    """Return the number to two places, a half upwards."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(CENT, ROUND_HALF_UP)
