"""The marks of two markers of an assignment side by side, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.agreement import Agreement, Pair, agreement
from assessment.assignments import Criterion, FrozenAssignment
from assessment.desks import with_ways
from assessment.models import BlindMark, MarkingPlan, MarkingTurn, Submission
from assessment.models.marking_plans import works_judged_twice


@dataclass(frozen=True)
class Compared:
    """A work with the marks of its first and second marker."""

    work: Submission
    first: BlindMark
    second: BlindMark

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
    """How far the markers of an assignment agree: on the whole, and by criterion."""

    whole: Agreement
    criteria: list[tuple[Criterion, Agreement]]
    gaps: list[tuple[Decimal, Decimal, int, float]]


def compared(plan: MarkingPlan) -> list[Compared]:
    """Return the works that both markers have judged, the widest gap first.

    Four questions whatever the size of the class.
    """
    works = with_ways(works_judged_twice(plan)).select_related(
        "enrolment__learner", "enrolment__cohort"
    )
    positions = {
        (work, marker): position
        for work, position, marker in MarkingTurn.objects.filter(
            submission__in=works_judged_twice(plan)
        ).values_list("submission", "position", "marker")
    }
    marks: dict[tuple[int, int], BlindMark] = {}
    rows = BlindMark.objects.filter(submission__in=works_judged_twice(plan)).order_by("pk")
    for row in rows.select_related("marker"):
        position = positions.get((row.submission_id, row.marker_id))
        if position:
            marks[row.submission_id, position] = row
    found = [
        Compared(work, marks[work.pk, 1], marks[work.pk, 2])
        for work in works
        if (work.pk, 1) in marks and (work.pk, 2) in marks
    ]
    return sorted(found, key=lambda row: (-row.gap, row.work.pk))


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
    """Return bars (above, up to, works, height in percent): gaps by twentieths of the scale."""
    step = most / 20
    counts = [0] * 8
    for row in rows:
        counts[min(int(-(-row.gap // step)), len(counts) - 1)] += 1
    top = max(counts) or 1
    return [
        (step * max(place - 1, 0), step * place, count, 100 * count / top)
        for place, count in enumerate(counts)
    ]
