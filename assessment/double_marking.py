"""The marks of two markers of an assignment side by side, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from assessment.agreement import Agreement, Pair, agreement
from assessment.assignments import Criterion, FrozenAssignment
from assessment.desks import with_ways
from assessment.models import BlindMark, MarkingPlan, MarkingTurn, Submission
from assessment.models.marking_plans import works_judged_twice

STEPS = 20  # of the scale, by which gaps are put together
BARS = 8


@dataclass(frozen=True)
class Given:
    """What one marker gave a work, without the words."""

    marker: int
    points: Decimal
    criteria: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """A work, by its key, with what its first and its second marker gave."""

    work: int
    first: Given
    second: Given

    @property
    def gap(self) -> Decimal:
        """Return by how many points the marks differ."""
        return abs(self.first.points - self.second.points)

    @property
    def pair(self) -> Pair:
        """Return the points of both."""
        return self.first.points, self.second.points

    def pair_of(self, criterion: str) -> Pair:
        """Return what both gave for one criterion."""
        return Decimal(self.first.criteria[criterion]), Decimal(self.second.criteria[criterion])


@dataclass(frozen=True)
class Figures:
    """How far the markers of an assignment agree: on the whole, and by criterion.

    `gaps` are bars: above, up to, works, height in percent of the highest.
    """

    whole: Agreement
    criteria: list[tuple[Criterion, Agreement]]
    gaps: list[tuple[Decimal, Decimal, int, float]]


def compared(plan: MarkingPlan) -> list[Compared]:
    """Return the works that both markers have judged, the widest gap first; two questions.

    A class may have thousands: neither works nor names are read here.
    """
    works = works_judged_twice(plan).values("pk")
    turns = MarkingTurn.objects.filter(submission__in=works)
    positions = {
        (work, marker): position
        for work, marker, position in turns.values_list("submission", "marker", "position")
    }
    given: dict[tuple[int, int], Given] = {}
    marks = BlindMark.objects.filter(submission__in=works).order_by("pk")
    for work, marker, points, criteria in marks.values_list(
        "submission", "marker", "points", "criteria"
    ):
        if position := positions.get((work, marker)):
            given[work, position] = Given(marker, points, criteria)
    found = [
        Compared(work, first, given[work, 2])
        for (work, position), first in given.items()
        if position == 1 and (work, 2) in given
    ]
    return sorted(found, key=lambda row: (-row.gap, row.work))


def with_names(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """Return rows to be shown, with their works and markers: two questions."""
    works = with_ways(Submission.objects.filter(pk__in=[row.work for row in rows]))
    held = works.select_related("enrolment__learner").in_bulk()
    keys = {given.marker for row in rows for given in (row.first, row.second)}
    markers = User.objects.in_bulk(keys)
    return [
        {
            "work": held[row.work],
            "gap": row.gap,
            "first": (markers[row.first.marker], row.first.points),
            "second": (markers[row.second.marker], row.second.points),
        }
        for row in rows
    ]


def figures(
    rows: Sequence[Compared], assignment: FrozenAssignment, tolerance: Decimal
) -> Figures | None:
    """Return what the pairs say; without any pair nothing."""
    whole = agreement([row.pair for row in rows], tolerance)
    if whole is None:
        return None
    criteria = [
        (criterion, of_one)
        for criterion in assignment.criteria
        if (of_one := agreement([row.pair_of(criterion.key) for row in rows], tolerance))
    ]
    return Figures(whole, criteria, _gaps(rows, assignment.max_points))


def _gaps(rows: Sequence[Compared], most: Decimal) -> list[tuple[Decimal, Decimal, int, float]]:
    step = most / STEPS
    counts = [0] * BARS
    for row in rows:
        counts[min(int(-(-row.gap // step)), len(counts) - 1)] += 1
    top = max(counts) or 1
    return [
        (step * max(place - 1, 0), step * place, count, 100 * count / top)
        for place, count in enumerate(counts)
    ]
