"""Whom the seats of a class are for: so many of each unit, the rest for the others.

Whoever gives seats holds the row of the class; what is counted here then stays until they are done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Unit, UnitClosure
from enrolments.models import Cohort, CohortQuota
from lms.registries import Registry

# Seats that higher apps keep for people who may still take them, by the unit of each.
kept_seats: Registry[Callable[[Cohort], Mapping[int, int]]] = Registry("kept seats")


@dataclass(frozen=True)
class QuotaUsed:
    """A quota, and how many of its seats are taken or kept."""

    unit: Unit
    seats: int
    used: int

    @property
    def left(self) -> int:
        """Return how many more people the unit may send."""
        return max(self.seats - self.used, 0)


class SeatsByUnit:
    """The seats of a class as its quotas divide them. Without quotas everything is open to all."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        rows = CohortQuota.objects.filter(cohort=cohort, seats__gt=0).select_related("unit")
        self.quotas = {row.unit_id: row for row in rows.order_by("unit__name", "unit")}
        self.covering = self._covering()
        self.used = self._used()

    def _covering(self) -> dict[int, int]:
        if not self.quotas:
            return {}
        below = UnitClosure.objects.filter(ancestor__in=list(self.quotas)).order_by("-depth")
        return dict(below.values_list("descendant", "ancestor"))  # the nearest one stays

    def _used(self) -> Counter[int | None]:
        used: Counter[int | None] = Counter()
        if not self.quotas:
            return used
        seated = self.cohort.enrolments.in_force().order_by()
        for unit, n in seated.values_list("sending_unit").annotate(n=Count("pk")):
            used[self.covering.get(unit)] += n
        for count in kept_seats:
            for unit, n in count(self.cohort).items():
                used[self.covering.get(unit)] += n
        return used

    def why_not(self, unit_id: int) -> str:
        """Return why a person of the unit gets no seat by the quotas, or nothing."""
        quota = self.quotas.get(self.covering.get(unit_id, 0))
        if quota:
            if self.used[quota.unit_id] < quota.seats:
                return ""
            facts = {"unit": quota.unit.name, "n": quota.seats}
            return _("%(unit)s has used all its %(n)s seats in this class.") % facts
        if self.quotas and self.open_seats is not None and self.used[None] >= self.open_seats:
            return _("The seats that are left are for units with a quota.")
        return ""

    @property
    def open_seats(self) -> int | None:
        """Return how many seats no quota sets apart; None where seats are not limited."""
        if self.cohort.seats is None:
            return None
        return self.cohort.seats - sum(quota.seats for quota in self.quotas.values())

    def take(self, unit_id: int) -> None:
        """Count one more person of the unit."""
        self.used[self.covering.get(unit_id)] += 1

    def lines(self) -> list[QuotaUsed]:
        """Return the quotas with what is used of each, by the names of their units."""
        return [
            QuotaUsed(row.unit, row.seats, self.used[row.unit_id]) for row in self.quotas.values()
        ]


def why_not_seated(cohort: Cohort, units: Iterable[int]) -> list[str]:
    """Return, for one person after the other of these units, why there is no seat, or nothing."""
    by_unit, left = SeatsByUnit(cohort), cohort.seats_left
    found = []
    for unit_id in units:
        why = by_unit.why_not(unit_id)
        if not why and left is not None and left < 1:
            why = _("The class has no seats left.")
        if not why:
            by_unit.take(unit_id)
            left = None if left is None else left - 1
        found.append(why)
    return found
