"""Quotas of training plans go to the successor of a unit that ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.hanging import AmountMover
from enrolments.reorganising import by_unit
from jobs.bulk import digest
from lms.clock import today
from reporting.models import Plan, PlanShare
from reporting.models.plans import PlanShareQuerySet


def plans(units: Sequence[int]) -> Mapping[int, int]:
    """Count the units' own plans of this year and later."""
    return by_unit(Plan.objects.filter(unit__in=units, year__gte=today().year))


def quotas(units: Sequence[int]) -> Mapping[int, int]:
    """Count the quotas of the units in plans of this year and later."""
    return by_unit(_current(units))


def _current(units: Sequence[int]) -> PlanShareQuerySet:
    return PlanShare.objects.filter(unit__in=units, line__plan__year__gte=today().year, quota__gt=0)


def _mark(row: PlanShare) -> str:
    return digest(row.unit_id, row.quota, row.state, row.comment)


# What the successor reaches holds what the unit reached before.
QUOTAS = AmountMover(
    rows=_current,
    beside="line",
    amount="quota",
    label=lambda row: str(row.line.title_vi),
    mark=_mark,
)
