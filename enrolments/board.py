"""The figures of a class page: two grouped queries, whatever the size of the class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q

from accounts.models import Unit
from enrolments.models.duties import ObligationStatus
from enrolments.models.places import EnrolmentQuerySet, EnrolmentState

DONE, GOING, NEW, LATE = "done", "go", "new", "late"
KIND = {
    EnrolmentState.COMPLETED: DONE,
    EnrolmentState.STUDYING: GOING,
    EnrolmentState.ENROLLED: NEW,
}


@dataclass
class Tally:
    """How many people stand where."""

    done: int = 0
    go: int = 0
    new: int = 0
    late: int = 0
    never: int = 0

    @property
    def total(self) -> int:
        """Return all people."""
        return self.done + self.go + self.new + self.late

    @property
    def percent(self) -> int:
        """Return the share that has completed."""
        return self.done * 100 // self.total if self.total else 0

    def segments(self) -> Iterator[tuple[str, str, str]]:
        """Yield class, left edge and width of each part of the bar, of 100."""
        left = 0.0
        for kind in (DONE, GOING, NEW, LATE):
            width = getattr(self, kind) * 100 / self.total if self.total else 0
            yield kind, f"{left:.2f}", f"{width:.2f}"
            left += width

    def add(self, kind: str, n: int) -> None:
        """Count n more people of a kind."""
        setattr(self, kind, getattr(self, kind) + n)


@dataclass
class Board:
    """The figures of all units and of each."""

    whole: Tally = field(default_factory=Tally)
    units: list[tuple[Unit, Tally]] = field(default_factory=list)

    def below(self, percent: int) -> list[tuple[Unit, Tally]]:
        """Return the units under a share of completion, the lowest first."""
        low = [(unit, tally) for unit, tally in self.units if tally.percent < percent]
        return sorted(low, key=lambda pair: pair[1].percent)


def board_of(places: EnrolmentQuerySet) -> Board:
    """Count the places in force by unit and by how far they are."""
    late = Q(obligations__status=ObligationStatus.OVERDUE)
    counts = (
        places.in_force()
        .order_by()
        .values_list("sending_unit", "state")
        .annotate(n=Count("pk"), never=Count("pk", filter=Q(learner__last_login=None)))
    )
    overdue = places.unfinished().order_by().filter(late)
    by_unit: dict[int, Tally] = {}
    for unit_id, state, n, never in counts:
        tally = by_unit.setdefault(unit_id, Tally())
        tally.add(KIND[EnrolmentState(state)], n)
        tally.never += never
    for unit_id, state, n in overdue.values_list("sending_unit", "state").annotate(n=Count("pk")):
        by_unit[unit_id].add(KIND[EnrolmentState(state)], -n)
        by_unit[unit_id].add(LATE, n)
    return _board(by_unit)


def _board(by_unit: dict[int, Tally]) -> Board:
    units = Unit.objects.filter(pk__in=by_unit)
    board = Board(units=[(unit, by_unit[unit.pk]) for unit in units])
    for tally in by_unit.values():
        for kind in (DONE, GOING, NEW, LATE, "never"):
            board.whole.add(kind, getattr(tally, kind))
    return board
