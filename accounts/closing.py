"""What closing a unit touches: shown before it is done; other apps add what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from accounts.models import Posting, RoleGrant, Unit, UnitPlacement
from accounts.models.access import RoleGrantQuerySet
from accounts.models.units import UnitClosure
from lms.clock import today
from lms.registries import Registry

NAMED: Final = 50


@dataclass(frozen=True)
class Holding:
    """A number of things that belong to the unit."""

    label: str | Promise
    count: int


# What higher apps hold of a unit, for the preview of its closing.
holdings: Registry[Callable[[Unit], Holding]] = Registry("holdings of a unit")


@dataclass(frozen=True)
class Closing:
    """The preview."""

    people: int
    below: int
    grants: Sequence[RoleGrant]
    more_grants: int
    others: Sequence[Holding]

    @property
    def is_stopped(self) -> bool:
        """Return whether something must be moved first."""
        return bool(self.people or self.below)


def closing_of(unit: Unit) -> Closing:
    """Return what closing the unit today would touch."""
    grants = grants_to_map(unit).select_related("user").order_by("user__sort_key", "pk")
    named = list(grants[:NAMED])
    below = UnitPlacement.objects.in_force(today()).filter(parent=unit, unit__closed_on=None)
    return Closing(
        people=Posting.objects.in_force().filter(unit=unit).count(),
        below=below.count(),
        grants=named,
        more_grants=grants.count() - len(named),
        others=[row for row in (look(unit) for look in holdings) if row.count],
    )


def grants_to_map(unit: Unit) -> RoleGrantQuerySet:
    """Return the grants that name the unit, or a closed one below it, and have not ended."""
    inside = UnitClosure.objects.filter(ancestor=unit).values("descendant")
    closed = Unit.objects.filter(pk__in=inside).exclude(closed_on=None).exclude(pk=unit.pk)
    named = RoleGrant.objects.filter(unit__in=[unit.pk, *closed.values_list("pk", flat=True)])
    return named.not_ended(today()).filter(scope="unit")
