"""The certificate register: numbers without gaps, snapshots that never change."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from certificates.models.recognition import Recognition
from courses.models import Course, Provider
from enrolments.models import Cohort, Enrolment
from lms.clock import today


class CertificateKind(models.TextChoices):
    """Two papers that differ in law: only an authorised programme yields the first."""

    CERTIFICATE = "certificate", _("Certificate")  # chứng chỉ
    COMPLETION = "completion", _("Certificate of completion")  # giấy chứng nhận


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Sets of authorisations."""

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
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AuthorisationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.reference


class SignatoryPost(models.Model):
    """Who signs for a provider, under which title, from when to when."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="signatories")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.title}: {self.person_id}"


class Register(models.Model):
    """Sổ cấp chứng chỉ of a provider, a kind and a year; its row is locked to take a number."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="registers")
    kind = models.CharField(max_length=12, choices=CertificateKind)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)
    # How numbers print, e.g. "{number:04d}/{year}/CC-HVCB": formats differ per institution.
    number_format = models.CharField(max_length=60)
    serial_format = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind", "year"], name="certificates_one_register_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.kind} {self.year}"


class CertificateState(models.TextChoices):
    """The life of a paper; never deleted."""

    AWAITING_SIGNATURE = "awaiting", _("Awaiting signature")
    ISSUED = "issued", _("Issued")
    EXPIRED = "expired", _("Expired")
    REPLACED = "replaced", _("Replaced")
    REVOKED = "revoked", _("Revoked")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Sets of certificates."""

    def public(self) -> Self:
        """Return the papers that were ever handed out: what the public may look up."""
        return self.exclude(state=CertificateState.AWAITING_SIGNATURE)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the papers on which the user holds the permission, never one's own."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        cohorts = Cohort.objects.allowing(user, permission).values("pk")
        return self.filter(
            Q(enrolment__cohort__in=cohorts)
            | Q(enrolment__sending_unit__in=granted.unit_ids())
            | Q(register__provider__unit__in=granted.provider_unit_ids())
        ).exclude(person_id=user.pk)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own papers and those one may see."""
        if not user.is_authenticated:
            return self.none()
        seen = Certificate.objects.allowing(user, Permission.SEE_CERTIFICATES)
        own = Q(person_id=user.pk) & ~Q(state=CertificateState.AWAITING_SIGNATURE)
        return self.filter(own | Q(pk__in=seen.values("pk")))


class Certificate(models.Model):
    """A numbered paper. `snapshot` is what it says: names, dates, hours, signatory, as of issue."""

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="certificates")
    number = models.PositiveIntegerField()
    register_number = models.CharField(_("register number"), max_length=60)
    serial = models.CharField(_("serial number"), max_length=60)
    kind = models.CharField(max_length=12, choices=CertificateKind)
    state = models.CharField(
        max_length=10, choices=CertificateState, default=CertificateState.AWAITING_SIGNATURE
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates"
    )
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    recognition = models.ForeignKey(
        Recognition, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    snapshot = models.JSONField()
    token = models.CharField(max_length=32, unique=True)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_reason = models.TextField(blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "number"], name="certificates_number_once_per_register"
            ),
            models.UniqueConstraint(
                fields=["register", "serial"], name="certificates_serial_once_per_register"
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=~Q(state__in=["replaced", "revoked"]),
                name="certificates_one_paper_in_force_per_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="certificates_revocation_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["person", "state"])]

    def __str__(self) -> str:
        return self.register_number


class Rendition(models.Model):
    """The bytes of a paper: as exported, as signed, as scanned."""

    class Kind(models.TextChoices):
        EXPORTED = "exported", _("Exported")
        SIGNED = "signed", _("Signed")
        SCANNED = "scanned", _("Scanned")

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="renditions"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind", "sha256"], name="certificates_rendition_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind}"
