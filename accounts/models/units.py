"""Units of the city: their identity never changes, their names and places are dated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from lms.text import fold
from lms.trigrams import searched

if TYPE_CHECKING:
    from accounts.models.people import User

DEEPEST = 20  # a loop in the placements ends here


class UnitKind(models.TextChoices):
    """Kinds of unit in the two-tier local government (in force since 1 July 2025)."""

    CITY = "city", _("City")
    DEPARTMENT = "department", _("City department")
    WARD = "ward", _("Ward")
    COMMUNE = "commune", _("Commune")
    SPECIAL_ZONE = "special_zone", _("Special zone")
    DIVISION = "division", _("Division")
    SERVICE = "service", _("Public non-business unit")
    INSTITUTION = "institution", _("Training institution")
    OTHER = "other", _("Other body")


def _called(units: Iterable[Unit], name: str, key: str) -> list[Unit]:
    """Return the units of a name: those written so, else those whose folded name is the same."""
    alike = [unit for unit in units if unit.search_key == key]
    return [unit for unit in alike if unit.name == name] or alike


class UnitQuerySet(models.QuerySet["Unit"]):
    """Sets of units."""

    def open(self) -> Self:
        """Return the units that exist today."""
        return self.filter(closed_on=None)

    def under(self, *ancestors: int) -> Self:
        """Return the units below these, themselves included, by today's tree."""
        return self.filter(ancestor_links__ancestor_id__in=ancestors).distinct()

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the units in which the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user.role_grants.giving(user, permission).over("pk"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the units whose people one sees, and one's own."""
        if not user.is_authenticated:
            return self.none()
        own = user.postings.in_force().values("unit")
        seen = self.model.objects.allowing(user, Permission.SEE_PEOPLE)
        return self.filter(Q(pk__in=own) | Q(pk__in=seen))

    def named(self, words: Iterable[str]) -> dict[str, list[Unit]]:
        """Return the units each of these words may mean: the one of this code, or all so called."""
        wanted = {word: fold(word)[:200] for word in words}
        rows = self.filter(Q(code__in=list(wanted)) | Q(search_key__in=set(wanted.values())))
        found = list(rows.distinct())
        by_code = {unit.code: unit for unit in found}
        return {
            word: [by_code[word]] if word in by_code else _called(found, word, key)
            for word, key in wanted.items()
        }

    def matching(self, text: str) -> Self:
        """Return the units whose folded name holds the folded text, or whose code is the text."""
        return self.filter(Q(search_key__contains=fold(text)) | Q(code=text.strip()))


class Unit(models.Model):
    """An agency, division or institution. `name` is today's, kept by the action that renames."""

    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=20, choices=UnitKind)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    search_key = models.CharField(max_length=200, db_index=True, editable=False)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, related_name="predecessors", blank=True
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["search_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                name="accounts_unit_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.name


searched(Unit, "search_key")


class UnitPlacementQuerySet(models.QuerySet["UnitPlacement"]):
    """Sets of placements."""

    def in_force(self, day: dt.date) -> Self:
        """Return those that hold on the day."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class UnitName(models.Model):
    """The name a unit bore from a day to a day; `until` empty means still."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until=None), name="accounts_one_name_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.name


class UnitPlacement(models.Model):
    """Whose part a unit was from a day to a day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="child_placements")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = UnitPlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until=None), name="accounts_one_parent_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(unit=F("parent")), name="accounts_unit_is_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.parent_id} since {self.since}"


class UnitClosureQuerySet(models.QuerySet["UnitClosure"]):
    """Today's tree, flattened."""

    def rebuild(self, *, day: dt.date) -> int:
        """Make the closure that of the placements in force on the day; return its size."""
        wanted = _closure_of(
            dict(UnitPlacement.objects.in_force(day).values_list("unit", "parent"))
        )
        stale = []
        for pk, *pair, depth in self.values_list("pk", "ancestor", "descendant", "depth"):
            if wanted.get((pair[0], pair[1])) == depth:
                del wanted[pair[0], pair[1]]
            else:
                stale.append(pk)
        self.filter(pk__in=stale).delete()
        rows = [
            UnitClosure(ancestor_id=above, descendant_id=below, depth=depth)
            for (above, below), depth in wanted.items()
        ]
        self.bulk_create(rows, batch_size=1000)
        return self.count()


def _closure_of(parents: dict[int, int]) -> dict[tuple[int, int], int]:
    pairs = {}
    for unit_id in Unit.objects.values_list("pk", flat=True):
        ancestor: int | None = unit_id
        depth = 0
        while ancestor is not None and depth < DEEPEST:
            pairs[ancestor, unit_id] = depth
            ancestor, depth = parents.get(ancestor), depth + 1
    return pairs


class UnitClosure(models.Model):
    """Every pair of a unit and one above it (itself at depth 0), as of today."""

    ancestor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="descendant_links")
    descendant = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="ancestor_links")
    depth = models.PositiveSmallIntegerField()

    objects = UnitClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ancestor", "descendant"], name="accounts_closure_pair_once"
            )
        ]
        indexes = [models.Index(fields=["descendant", "depth"])]

    def __str__(self) -> str:
        return f"{self.ancestor_id} > {self.descendant_id}"
