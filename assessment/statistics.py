"""What the answers of a class say of a test: how hard its questions are, what they tell apart.

Classical test theory, on the first marked attempt of each learner; a blank earns nothing. All
sums are made by the database, so the cost does not grow with the class in memory.
Facility: mean share of the points. Discrimination: correlation of a question with the rest of
the test (point-biserial for right or wrong). Alpha: Cronbach, Psychometrika 16 (1951) 297–334.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count, FloatField, Min, QuerySet, StdDev, Sum
from django.db.models.functions import Cast, Floor, Least

from accounts.models import User
from assessment.frozen import FrozenQuestion, FrozenQuiz
from assessment.models import Answer, Attempt
from assessment.models.attempts import AttemptState
from enrolments.models import Cohort

ATTEMPTS_AT_LEAST: Final = 10  # below, a figure says more of the persons than of the question
BINS: Final = 10
# Where a question deserves a look: shares of points, and correlation with the rest.
TOO_EASY, TOO_HARD, WEAK = 95, 20, 0.15


@dataclass(frozen=True)
class Sums:
    """Of one question: its points and those of the whole test, over all attempts."""

    x: float
    xx: float
    xt: float


@dataclass(frozen=True)
class Totals:
    """Of the whole test: attempts, and the sum of their points and of the squares."""

    n: int
    t: float
    tt: float

    @property
    def variance(self) -> float:
        """Return the variance of the points of the test."""
        return _variance(self.n, self.t, self.tt)


@dataclass(frozen=True)
class Item:
    """A question with its figures; `discrimination` is missing where all earned the same."""

    question: FrozenQuestion
    number: int
    facility: int
    discrimination: float | None
    attempts: int

    @property
    def is_suspect(self) -> bool:
        """Return whether the better learners did worse at it, by more than chance: two errors."""
        least = -2 / math.sqrt(self.attempts)
        return self.discrimination is not None and self.discrimination < least

    @property
    def is_weak(self) -> bool:
        """Return whether it tells little: too easy, too hard, or apart from the rest."""
        extreme = self.facility > TOO_EASY or self.facility < TOO_HARD
        return extreme or (self.discrimination or 0) < WEAK


@dataclass(frozen=True)
class Bar:
    """How many attempts lie between two percentages."""

    low: int
    high: int
    count: int
    height: float


@dataclass(frozen=True)
class Statistics:
    """The figures of a test in a class."""

    attempts: int
    mean: float
    deviation: float
    alpha: float | None
    items: Sequence[Item]
    rare: int  # questions of a draw that too few were asked
    bars: Sequence[Bar]


def statistics_of(cohort: Cohort, quiz: FrozenQuiz, reader: User) -> Statistics | None:
    """Return the figures, or nothing while too few are marked; the reader's own is left out.

    Four queries, whatever the size of the class; one more where questions are drawn.
    """
    sat = _first_attempts(cohort, quiz.key, reader)
    points = Cast("points", FloatField())
    found = sat.aggregate(
        n=Count("pk"),
        t=Sum(points),
        tt=Sum(points * points),
        mean=Avg(Cast("percent", FloatField())),
        deviation=StdDev(Cast("percent", FloatField())),
    )
    if found["n"] < ATTEMPTS_AT_LEAST:
        return None
    totals = Totals(found["n"], found["t"], found["tt"])
    sums, asked = _sums(sat), _asked(sat, quiz, totals)
    items = _items(quiz, sums, asked)
    whole = [sums.get(row.key, Sums(0, 0, 0)) for row in quiz.questions]
    return Statistics(
        attempts=totals.n,
        mean=found["mean"],
        deviation=found["deviation"],
        alpha=None if quiz.is_drawn else alpha(whole, totals),  # no two sat the same test
        items=items,
        rare=len(quiz.questions) - len(items),
        bars=_bars(sat),
    )


def _first_attempts(cohort: Cohort, key: uuid.UUID, reader: User) -> QuerySet[Attempt]:
    graded = Attempt.objects.filter(
        enrolment__cohort=cohort, quiz_key=key, state=AttemptState.GRADED
    ).exclude(enrolment__learner_id=reader.pk)
    first = graded.order_by().values("enrolment").annotate(first=Min("pk")).values("first")
    return Attempt.objects.filter(pk__in=first)


def _sums(sat: QuerySet[Attempt]) -> dict[uuid.UUID, Sums]:
    x, t = Cast("points", FloatField()), Cast("attempt__points", FloatField())
    rows = Answer.objects.filter(attempt__in=sat.values("pk"), points__isnull=False)
    counted = rows.order_by().values("question_key")
    found: Any = counted.annotate(x=Sum(x), xx=Sum(x * x), xt=Sum(x * t))
    return {one["question_key"]: Sums(one["x"], one["xx"], one["xt"]) for one in found}


def _asked(sat: QuerySet[Attempt], quiz: FrozenQuiz, totals: Totals) -> dict[uuid.UUID, Totals]:
    """Return, for each question, the attempts that were asked it."""
    if not quiz.is_drawn:
        return dict.fromkeys(quiz.by_key, totals)
    found = dict.fromkeys(quiz.by_key, (0, 0.0, 0.0))
    for layout, points in sat.values_list("layout", "points").iterator():
        t = float(points or 0)
        # Who sat an older version of the course may have been asked what is no longer in it.
        for key in found.keys() & {uuid.UUID(row["question"]) for row in layout}:
            n, whole, squares = found[key]
            found[key] = (n + 1, whole + t, squares + t * t)
    return {key: Totals(*sums) for key, sums in found.items()}


def _items(
    quiz: FrozenQuiz, sums: Mapping[uuid.UUID, Sums], asked: Mapping[uuid.UUID, Totals]
) -> list[Item]:
    items = []
    for number, question in enumerate(quiz.questions, start=1):
        totals = asked[question.key]
        if totals.n < ATTEMPTS_AT_LEAST:
            continue
        held = sums.get(question.key, Sums(0, 0, 0))
        items.append(
            Item(
                question=question,
                number=number,
                facility=round(100 * held.x / (totals.n * float(question.points))),
                discrimination=discrimination(held, totals),
                attempts=totals.n,
            )
        )
    return items


def _bars(sat: QuerySet[Attempt]) -> list[Bar]:
    """Return the distribution in steps of ten percent; 100 lies in the last."""
    step = Least(Floor(Cast("percent", FloatField()) / BINS), float(BINS - 1))
    rows = sat.order_by().values(step=step).annotate(n=Count("pk")).values_list("step", "n")
    counts = {int(at): n for at, n in rows}
    most = max(counts.values())
    return [
        Bar(at * BINS, (at + 1) * BINS, counts.get(at, 0), 100 * counts.get(at, 0) / most)
        for at in range(BINS)
    ]


def discrimination(held: Sums, totals: Totals) -> float | None:
    """Return the correlation of a question with the rest of the test, between -1 and 1."""
    n = totals.n
    rest, rest_xx = totals.t - held.x, totals.tt - 2 * held.xt + held.xx
    spread = _variance(n, held.x, held.xx) * _variance(n, rest, rest_xx)
    if spread <= 0:
        return None
    covariance = (held.xt - held.xx) / n - (held.x / n) * (rest / n)
    return max(-1.0, min(1.0, covariance / math.sqrt(spread)))


def alpha(items: Sequence[Sums], totals: Totals) -> float | None:
    """Return Cronbach's alpha, at most 1; nothing for one question or where all earned the same."""
    count = len(items)
    if count == 1 or totals.variance <= 0:
        return None
    within = sum(_variance(totals.n, one.x, one.xx) for one in items)
    return count / (count - 1) * (1 - within / totals.variance)


def _variance(n: int, x: float, xx: float) -> float:
    variance = xx / n - (x / n) ** 2
    return variance if variance > 1e-9 else 0.0  # noqa: PLR2004  # what is left by rounding
