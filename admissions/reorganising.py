"""Open applications go with the person whose unit ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.hanging import Going, Hung
from admissions.models import Application, ApplicationStep, StepState
from enrolments.reorganising import by_unit
from jobs.bulk import digest

TO_COME = (StepState.AHEAD, StepState.CURRENT)


def applications(units: Sequence[int]) -> Mapping[int, int]:
    """Count the open applications of people of the units."""
    return by_unit(Application.objects.open().filter(unit__in=units))


class ApplicationsMover:
    """The steps still to come are decided where the person works now."""

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the open applications."""
        rows = Application.objects.open().filter(unit__in=unit_ids, pk__gt=after)
        part = rows.select_related("learner", "cohort").order_by("pk")[:size]
        return [
            Hung(
                row.pk,
                row.unit_id,
                f"{row.learner.full_name} · {row.cohort}",
                _mark(row),
                row.learner_id,
            )
            for row in part
        ]

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return how each application stands now."""
        return {row.pk: _mark(row) for row in Application.objects.filter(pk__in=pks)}

    def move(self, going: Going) -> dict[str, Any]:
        """Let the new unit decide what is still to be decided."""
        row = Application.objects.select_for_update().get(pk=going.pk)
        steps = ApplicationStep.objects.filter(application=row, state__in=TO_COME, unit=row.unit_id)
        keys = list(steps.values_list("pk", flat=True))
        ApplicationStep.objects.filter(pk__in=keys).update(unit=going.to)
        stood = {"unit": row.unit_id, "steps": keys}
        row.unit = going.to
        row.save(update_fields=["unit"])
        return stood

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Let the unit decide again."""
        Application.objects.filter(pk=pk).update(unit=stood["unit"])
        ApplicationStep.objects.filter(pk__in=stood["steps"]).update(unit=stood["unit"])


def _mark(row: Application) -> str:
    return digest(row.unit_id, row.state, row.approved_at, row.offer_until)
