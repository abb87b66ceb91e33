"""Who may sit a component again, and which of two marks counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from assessment.gradebook import Item
from assessment.marking import CENT
from assessment.models import GradeCell
from assessment.models.resits import ResitRule
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import Result


@dataclass(frozen=True)
class Candidate:
    """A learner who may sit again, and why."""

    place: Enrolment
    cell: GradeCell | None
    why: str

    @property
    def label(self) -> str:
        """Return the learner in words."""
        return f"{self.place.learner.full_name} – {self.place.sending_unit.name} ({self.why})"


def candidates(cohort: Cohort, item: Item, *, without: int | None = None) -> list[Candidate]:
    """Return the learners by name who failed a component, or have no mark: absent or put off.

    `without` is who must not decide on themselves. Who has passed the class sits nothing again;
    whoever has put the class off goes on in another one.
    """
    places = cohort.enrolments.in_force().exclude(result=Result.PASSED)
    places = places.exclude(learner_id=without).select_related("learner", "sending_unit")
    rows = list(places.order_by("learner_sort_key", "pk"))
    cells = _cells([place.pk for place in rows], item)
    found = [(place, cells.get(place.pk)) for place in rows]
    return [
        Candidate(place, cell, _("not passed") if cell else _("no mark"))
        for place, cell in found
        if cell is None or not cell.entry.is_passed
    ]


def _cells(places: Iterable[int], item: Item) -> dict[int, GradeCell]:
    rows = GradeCell.objects.filter(enrolment__in=list(places), component_key=item.key)
    return {cell.enrolment_id: cell for cell in rows.select_related("entry")}


def counting(rule: str, item: Item, first: Decimal | None, second: Decimal) -> Decimal:
    """Return the points that count of a first mark, if there is one, and that of a resit."""
    if rule == ResitRule.CAPPED:
        least = (item.max_points * item.pass_percent / 100).quantize(CENT)
        second = min(second, least)
    if first is None or rule == ResitRule.REPLACES:
        return second
    return max(first, second)
