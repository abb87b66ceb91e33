"""Quotas of training plans go to the successor of a unit that ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F

from accounts.hanging import Going, Hung
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


class QuotasMover:
    """A quota goes over; where the successor has one in the same line the two are added."""

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the quotas."""
        rows = _current(unit_ids).filter(pk__gt=after).select_related("line").order_by("pk")
        return [Hung(row.pk, row.unit_id, row.line.title_vi, _mark(row)) for row in rows[:size]]

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return how each quota stands now."""
        return {row.pk: _mark(row) for row in PlanShare.objects.filter(pk__in=pks)}

    def move(self, going: Going) -> dict[str, Any]:
        """Give it to the successor: what it reaches holds what the unit reached before."""
        row = PlanShare.objects.select_for_update().get(pk=going.pk)
        other = PlanShare.objects.select_for_update().filter(line=row.line_id, unit=going.to)
        held = other.first()
        if held is None:
            stood = {"unit": row.unit_id}
            row.unit = going.to
            row.save(update_fields=["unit"])
            return stood
        other.update(quota=F("quota") + row.quota)
        stood = {"other": held.pk, "quota": row.quota}
        row.quota = 0
        row.save(update_fields=["quota"])
        return stood

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Give it back."""
        if "unit" in stood:
            PlanShare.objects.filter(pk=pk).update(unit=stood["unit"])
            return
        PlanShare.objects.filter(pk=stood["other"]).update(quota=F("quota") - stood["quota"])
        PlanShare.objects.filter(pk=pk).update(quota=stood["quota"])


def _mark(row: PlanShare) -> str:
    return digest(row.unit_id, row.quota, row.state, row.comment)
