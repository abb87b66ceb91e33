"""Who may do what, where, from when to when; and the codes that let people in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit, UnitClosure
from accounts.permissions import Permission, Role, roles_with
from lms.clock import today

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class Scope(models.TextChoices):
    """How far a grant reaches."""

    SITE = "site", _("Whole site")
    UNIT = "unit", _("Unit and all below it")
    PROVIDER = "provider", _("Training institution")


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Sets of grants."""

    def in_force(self, day: dt.date | None = None) -> Self:
        """Return the grants that hold on a day, today by default."""
        at = day or today()
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def not_ended(self, day: dt.date) -> Self:
        """Return the grants that hold on the day or later."""
        return self.filter(Q(until=None) | Q(until__gt=day))

    def giving(self, user: AbstractBaseUser, permission: Permission) -> Self:
        """Return the user's grants that give the permission today."""
        return self.in_force().filter(user_id=user.pk, role__in=roles_with(permission))

    def allowing(self, user: AbstractBaseUser, permission: Permission) -> Self:
        """Return the grants that lie within what the user administers."""
        mine = RoleGrant.objects.giving(user, permission)
        return self.filter(Exists(mine.site_wide()) | Q(unit__in=mine.unit_ids()))

    def site_wide(self) -> Self:
        """Return the grants without a border."""
        return self.filter(scope=Scope.SITE)

    def unit_ids(self) -> QuerySet[UnitClosure, int]:
        """Return, as a subquery, the units within these grants by today's tree."""
        tops = self.filter(scope=Scope.UNIT).values("unit")
        return UnitClosure.objects.filter(ancestor__in=tops).values_list("descendant_id", flat=True)

    def over(self, unit: str) -> Q:
        """Return the condition that these grants reach the unit a row names at this path."""
        return Q(Exists(self.site_wide())) | Q(**{f"{unit}__in": self.unit_ids()})

    def provider_unit_ids(self) -> QuerySet[RoleGrant, int | None]:
        """Return, as a subquery, the units of the institutions these grants name."""
        return self.filter(scope=Scope.PROVIDER).values_list("unit_id", flat=True)


class RoleGrant(models.Model):
    """A role of a person in a scope. A provider's scope is named by the provider's unit."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants"
    )
    role = models.CharField(max_length=20, choices=Role)
    scope = models.CharField(max_length=10, choices=Scope)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="role_grants"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="site", unit=None) | (~Q(scope="site") & Q(unit__isnull=False)),
                name="accounts_grant_names_a_unit_unless_site_wide",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="accounts_grant_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "scope", "unit"],
                condition=Q(until=None),
                name="accounts_grant_once_per_unit",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(until=None, scope="site"),
                name="accounts_grant_once_site_wide",
            ),
        ]
        indexes = [models.Index(fields=["user", "role"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.scope}"


class ActivationCodeQuerySet(models.QuerySet["ActivationCode"]):
    """Sets of codes."""

    def open(self) -> Self:
        """Return the codes that still let somebody in."""
        return self.filter(used_at=None, voided_at=None, expires_at__gt=timezone.now())


class ActivationCode(models.Model):
    """A one-time code for a first sign-in or a forgotten password; only its hash is kept."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activation_codes"
    )
    code_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = ActivationCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at=None, voided_at=None),
                name="accounts_one_open_activation_code",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("issued_by")),
                name="accounts_nobody_issues_a_code_to_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.person_id}"


class PasswordReset(models.Model):
    """A password set anew by other means than the old one; told at the next sign-in."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="password_resets"
    )
    # Who issued the code; empty where the person used a verified address.
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=Q(told_at=None), name="accounts_reset_untold")
        ]

    def __str__(self) -> str:
        return f"password of {self.person_id} set anew"
