"""Audiences of a unit that ends: they go to the successor, and a person must look at the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from accounts.hanging import Going, Hung
from enrolments.reorganising import by_unit
from jobs.bulk import digest
from requirements.models import Audience, Requirement
from requirements.models.audiences import AudienceState
from requirements.models.requirements import RequirementState


def requirements(units: Sequence[int]) -> Mapping[int, int]:
    """Count the requirements in force for audiences of the units."""
    rows = Requirement.objects.filter(state=RequirementState.IN_FORCE, audience__unit__in=units)
    return by_unit(rows, "audience__unit")


def audiences(units: Sequence[int]) -> Mapping[int, int]:
    """Count the audiences of the units."""
    return by_unit(Audience.objects.filter(unit__in=units))


def rules(units: Sequence[int]) -> Mapping[int, int]:
    """Count the audiences of other units whose rule in force names one of the units."""
    counts: dict[int, int] = {}
    for _row, named in _naming(units):
        for unit in named:
            counts[unit] = counts.get(unit, 0) + 1
    return counts


def _naming(units: Sequence[int], after: int = 0) -> Iterator[tuple[Audience, set[int]]]:
    rows = Audience.objects.filter(state=AudienceState.IN_FORCE, pk__gt=after)
    for row in rows.exclude(unit__in=units).order_by("pk"):
        named = {pk for sentence in row.sentences for pk in sentence.get("units", ())}
        if named & set(units):
            yield row, named & set(units)


class AudiencesMover:
    """No duty comes or goes by it: the audience keeps its people and waits for a person's look."""

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the audiences."""
        rows = Audience.objects.filter(unit__in=unit_ids, pk__gt=after).order_by("pk")[:size]
        return [Hung(row.pk, row.unit_id, row.name, _mark(row)) for row in rows]

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return how each audience stands now."""
        return {row.pk: _mark(row) for row in Audience.objects.filter(pk__in=pks)}

    def move(self, going: Going) -> dict[str, Any]:
        """Give it to the successor, at rest."""
        found = Audience.objects.select_for_update(of=("self",)).select_related("unit")
        row = found.get(pk=going.pk)
        stood = {"unit_id": row.unit_id, "name": row.name, "state": row.state}
        stood["problem"] = row.problem
        if Audience.objects.filter(unit=going.to, name=row.name).exists():
            row.name = f"{row.name[:120]} ({row.unit.name[:70]})"
        row.unit = going.to
        if row.state != AudienceState.DRAFT:
            row.state = AudienceState.STOPPED
            row.problem = _("Its unit has become part of another: look at the rule again.")
        row.save(update_fields=["unit", "name", "state", "problem"])
        return stood

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Give it back to the unit as it was."""
        Audience.objects.filter(pk=pk).update(**stood)


class RulesMover(AudiencesMover):
    """A rule that names the unit keeps its people until a person has looked at it."""

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the audiences of other units whose rule names one of these."""
        named = islice(_naming(unit_ids, after), size)
        return [Hung(row.pk, min(units), row.name, _mark(row)) for row, units in named]

    def move(self, going: Going) -> dict[str, Any]:
        """Let it rest."""
        row = Audience.objects.select_for_update().get(pk=going.pk)
        stood = {"state": row.state, "problem": row.problem}
        row.state = AudienceState.STOPPED
        row.problem = _("Its rule names a unit that has ended: look at the rule again.")
        row.save(update_fields=["state", "problem"])
        return stood


def _mark(row: Audience) -> str:
    return digest(row.unit_id, row.name, row.state, row.version, row.sentences, row.draft)
