"""The certificate register: numbers without gaps, snapshots that never change."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from courses.models import Course, Provider
from lms.clock import today


class CertificateKind(models.TextChoices):
    """Two papers that differ in law: only an authorised programme yields the first."""

    CERTIFICATE = "certificate", _("Certificate")  # chứng chỉ
    COMPLETION = "completion", _("Certificate of completion")  # giấy chứng nhận


def providers_allowing(
    user: User | AnonymousUser, permission: Permission
) -> models.QuerySet[Provider]:
    """Return the institutions for which the user holds the permission today."""
    if not user.is_authenticated:
        return Provider.objects.none()
    granted = RoleGrant.objects.giving(user, permission)
    return Provider.objects.filter(
        Exists(granted.site_wide())
        | Q(unit__in=granted.unit_ids())
        | Q(unit__in=granted.provider_unit_ids())
    )


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Sets of authorisations."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the authorisations of the providers for which the user holds the permission."""
        return self.filter(provider__in=providers_allowing(user, permission))

    def in_force(self, day: dt.date | None = None) -> Self:
        """Return the authorisations that hold on a day, today by default."""
        at = day or today()
        return self.filter(Q(until=None) | Q(until__gte=at), since__lte=at)


class Authorisation(models.Model):
    """A programme assigned to a provider by the competent authority (Circular 03/2023, Art. 5)."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="authorisations")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="authorisations")
    reference = models.CharField(_("decision"), max_length=120)
    issued_by = models.CharField(_("issued by"), max_length=200)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="certificates_authorisation_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class SignatoryPostQuerySet(models.QuerySet["SignatoryPost"]):
    """Sets of signatories."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the posts at the providers for which the user holds the permission."""
        return self.filter(provider__in=providers_allowing(user, permission))

    def in_force(self, day: dt.date | None = None) -> Self:
        """Return the posts held on a day, today by default."""
        at = day or today()
        return self.filter(Q(until=None) | Q(until__gte=at), since__lte=at)


class SignatoryPost(models.Model):
    """Who signs for a provider, under which title, from when to when."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="signatories")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title on the paper"), max_length=120)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = SignatoryPostQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="certificates_signatory_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.person}"


class RegisterQuerySet(models.QuerySet["Register"]):
    """Sets of registers."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the registers of the providers for which the user holds the permission."""
        return self.filter(provider__in=providers_allowing(user, permission))


class Register(models.Model):
    """Sổ cấp chứng chỉ of a provider, a kind and a year; its row is locked to take a number."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="registers")
    kind = models.CharField(_("kind"), max_length=12, choices=CertificateKind)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(default=0)
    # How numbers print, e.g. "{number:04d}/{year}/CC-HVCB": formats differ per institution.
    number_format = models.CharField(_("form of the register number"), max_length=60)
    serial_format = models.CharField(_("form of the serial number"), max_length=60)
    # Where papers are signed, as it stands before the date.
    place = models.CharField(_("place of issue"), max_length=100, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "provider", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind", "year"], name="certificates_one_register_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.kind} {self.year}"
