"""Reorganisations: units merged, split, renamed or closed by one decision, from a day on."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.units import Unit, UnitKind
from accounts.permissions import Permission


class ReorganisationAct(models.TextChoices):
    """What is done to the units."""

    MERGE = "merge", _("Merge units")
    SPLIT = "split", _("Split a unit")
    RENAME = "rename", _("Rename a unit")
    CLOSE = "close", _("Close a unit")


class ReorganisationQuerySet(models.QuerySet["Reorganisation"]):
    """Sets of reorganisations."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return those all of whose units the user may act on today."""
        allowed = Unit.objects.allowing(user, permission).values("pk")
        named = ReorganisationUnit.objects.filter(reorganisation=OuterRef("pk"), unit__isnull=False)
        return self.filter(Exists(named), ~Exists(named.exclude(unit__in=allowed)))


class Reorganisation(models.Model):
    """One decision about units. Its rows are those of the bulk change."""

    act = models.CharField(max_length=8, choices=ReorganisationAct)
    since = models.DateField()
    decision_number = models.CharField(max_length=60)
    decision_on = models.DateField()
    document = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A split only: the unit goes on beside the new ones.
    stays = models.BooleanField(default=False)
    # A split only: {"rest": place, "units": {unit: place}, "people": {person: place}}, by the
    # place of the target in the list; a place of -1 is the unit itself.
    assigned = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # What was written, as the undo needs it.
    journal = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    change = models.OneToOneField(
        "jobs.BulkChange", on_delete=models.PROTECT, null=True, related_name="reorganisation"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.decision_number}"

    @property
    def is_held(self) -> bool:
        """Return whether it still keeps others off its units."""
        return any(row.holds for row in self.units.all())

    def sources(self) -> list[ReorganisationUnit]:
        """Return the units as they are before."""
        return [row for row in self.units.all() if row.is_source]

    def targets(self) -> list[ReorganisationUnit]:
        """Return what becomes of them, in the order of their places."""
        return [row for row in self.units.all() if not row.is_source]


class ReorganisationUnit(models.Model):
    """A unit that takes part: one that ends or changes, or one that comes of it."""

    reorganisation = models.ForeignKey(
        Reorganisation, on_delete=models.PROTECT, related_name="units"
    )
    is_source = models.BooleanField()
    place = models.PositiveSmallIntegerField()
    # Of a unit to be opened: empty until it is.
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="reorganisations"
    )
    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=UnitKind, blank=True)
    is_new = models.BooleanField(default=False)
    # While it is being prepared or written nobody else reorganises the unit.
    holds = models.BooleanField(default=True)

    class Meta:
        ordering = ["-is_source", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(holds=True),
                name="accounts_unit_in_one_reorganisation_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["reorganisation", "is_source", "place"],
                name="accounts_reorganised_unit_in_its_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name
