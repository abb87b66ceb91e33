"""Which units a person reports on, and how figures are added up along the tree in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import RoleGrant, Scope, Unit, UnitClosure, UnitKind, User
from accounts.models.units import UnitQuerySet
from accounts.permissions import Permission, roles_with

SMALL = (UnitKind.WARD, UnitKind.COMMUNE, UnitKind.SPECIAL_ZONE)


def tops(user: User, permission: Permission) -> UnitQuerySet:
    """Return the highest units of what one answers for: of two, none lies below the other."""
    granted = RoleGrant.objects.giving(user, permission)
    above = UnitClosure.objects.filter(descendant=OuterRef("pk"), depth__gt=0)
    mine = granted.filter(scope=Scope.UNIT).values("unit")
    units: UnitQuerySet = Unit.objects.open()
    return units.filter(
        Q(Exists(granted.site_wide()), ~Exists(above))
        | Q(~Exists(granted.site_wide()), ~Exists(above.filter(ancestor__in=mine)), pk__in=mine)
    )


def only_unit(user: User, permission: Permission) -> Unit | None:
    """Return the unit of somebody who answers for that one alone, its own divisions included."""
    found = list(tops(user, permission)[:2])
    return found[0] if len(found) == 1 and is_one(found[0]) else None


def is_one(unit: Unit) -> bool:
    """Tell whether a unit holds no other agency: there is nothing to compare it with."""
    below = children_below(unit).exclude(descendant__kind=UnitKind.DIVISION)
    if unit.kind in SMALL:
        # A centre of a ward is followed with the ward, until it has an officer of its own.
        officers = RoleGrant.objects.in_force().filter(
            role__in=roles_with(Permission.SEND_PEOPLE), unit=OuterRef("descendant")
        )
        below = below.exclude(~Exists(officers), descendant__kind=UnitKind.SERVICE)
    return not below.exists()


def children_below(unit: Unit) -> QuerySet[UnitClosure]:
    """Return the links to the open units below one, at any depth."""
    return UnitClosure.objects.filter(ancestor=unit, depth__gt=0, descendant__closed_on=None)


@dataclass(frozen=True)
class Rows:
    """The units of a table: those directly below one, and that one's own people."""

    parent: Unit | None
    units: list[Unit]

    @property
    def all(self) -> list[Unit]:
        """Return all rows: the unit's own people first."""
        return [self.parent, *self.units] if self.parent else self.units

    def within(self, path: str) -> Q:
        """Return what lies in a row; `path` leads to the unit. The rows overlap nowhere."""
        links = f"{path}__ancestor_links"
        below = Q(**{f"{links}__ancestor__in": [unit.pk for unit in self.units]})
        if self.parent is None:
            return below
        return below | Q(**{path: self.parent.pk, f"{links}__depth": 0})

    @staticmethod
    def key(path: str) -> F:
        """Return the row of what `within` has found."""
        return F(f"{path}__ancestor_links__ancestor")


def rows_of(units: Sequence[Unit]) -> Rows:
    """Return the rows of one unit, or several units as the rows; one query at most."""
    if len(units) != 1:
        return Rows(None, list(units))
    unit = units[0]
    # A closed unit is part of its successor: what it leaves behind has a row of its own.
    below = UnitClosure.objects.filter(ancestor=unit, depth=1).values("descendant")
    return Rows(unit, list(Unit.objects.filter(pk__in=below)))


def parents_among(units: list[Unit]) -> set[int]:
    """Return the keys of the units that have open units below them; one query."""
    links = UnitClosure.objects.filter(
        ancestor__in=[unit.pk for unit in units], depth=1, descendant__closed_on=None
    )
    return set(links.values_list("ancestor", flat=True))


def path_to(user: User, unit: Unit) -> list[Unit]:
    """Return the units above one that the person may see, from the top down; one query."""
    seen = Unit.objects.allowing(user, Permission.SEE_OBLIGATIONS)
    above = seen.filter(descendant_links__descendant=unit, descendant_links__depth__gt=0)
    return list(above.order_by("-descendant_links__depth"))
