"""Numbered papers and their bytes; nothing of a paper changes but its state."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from certificates.models.recognition import Recognition
from certificates.models.register import CertificateKind, Register, SignatoryPost
from enrolments.models import Cohort, Enrolment
from lms.clock import today
from lms.ledgers import append_only


class CertificateState(models.TextChoices):
    """The life of a paper; never deleted."""

    AWAITING_SIGNATURE = "awaiting", _("Awaiting signature")
    ISSUED = "issued", _("Issued")
    EXPIRED = "expired", _("Expired")
    REPLACED = "replaced", _("Replaced")
    REVOKED = "revoked", _("Revoked")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Sets of certificates."""

    def handed_out(self) -> Self:
        """Return the papers that were ever signed: what learner and public may see."""
        return self.filter(signed_at__isnull=False)

    def in_force(self) -> Self:
        """Return the papers that stand, those awaiting a signature included."""
        return self.exclude(state__in=[CertificateState.REPLACED, CertificateState.REVOKED])

    def awaiting(self, signatory: User) -> Self:
        """Return the papers that bear the person's name and wait for the signature."""
        return self.filter(
            state=CertificateState.AWAITING_SIGNATURE, signatory__person_id=signatory.pk
        )

    def lapsed(self, day: dt.date | None = None) -> Self:
        """Return the issued papers whose validity is over."""
        return self.filter(state=CertificateState.ISSUED, valid_until__lt=day or today())

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
        own = Q(person_id=user.pk, signed_at__isnull=False)
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
    signatory = models.ForeignKey(
        SignatoryPost, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    snapshot = models.JSONField()
    token = models.CharField(max_length=32, unique=True)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    # Empty where a rule of the course issues by itself.
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
    end_decision = models.CharField(_("decision"), max_length=120, blank=True)
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
                condition=(Q(signed_by=None) | ~Q(signed_by=F("person")))
                & (Q(issued_by=None) | ~Q(issued_by=F("person")))
                & (Q(ended_by=None) | ~Q(ended_by=F("person"))),
                name="certificates_nobody_decides_on_their_own_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "expired"]) | Q(signed_at__isnull=False),
                name="certificates_issued_paper_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="certificates_revocation_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state"]),
            models.Index(fields=["state", "valid_until"]),
            models.Index(fields=["register_number"]),
        ]

    def __str__(self) -> str:
        return self.register_number

    @property
    def begun_on(self) -> dt.date:
        """Return the first day of the course as the paper says."""
        return dt.date.fromisoformat(self.snapshot["begun"])

    @property
    def finished_on(self) -> dt.date:
        """Return the last day of the course as the paper says."""
        return dt.date.fromisoformat(self.snapshot["ended"])

    @property
    def decided_on(self) -> dt.date | None:
        """Return the day of the decision, where the paper names one."""
        day = self.snapshot["decided_on"]
        return dt.date.fromisoformat(day) if day else None


# A paper says for ever what it said; the database keeps it so.
append_only(
    Certificate,
    allow_update=(
        "state",
        "signed_at",
        "signed_by_id",
        "ended_at",
        "ended_by_id",
        "end_reason",
        "end_decision",
    ),
)


@append_only
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


class ReplacementQuerySet(models.QuerySet["Replacement"]):
    """Sets of requests for another paper."""

    def open(self) -> Self:
        """Return those that wait."""
        return self.filter(state=Replacement.State.OPEN)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the requests about papers on which the user holds the permission."""
        papers = Certificate.objects.allowing(user, permission)
        return self.filter(certificate__in=papers.values("pk"))


class Replacement(models.Model):
    """A request for another paper in place of a wrong, lost or damaged one; due in working days."""

    class Cause(models.TextChoices):
        CORRECTION = "correction", _("Error of the issuer")
        LOST = "lost", _("Lost")
        DAMAGED = "damaged", _("Damaged")

    class State(models.TextChoices):
        OPEN = "open", _("Being dealt with")
        DONE = "done", _("Replaced")
        REFUSED = "refused", _("Refused")

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="replacements"
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    reason = models.TextField(_("reason"))
    original_returned = models.BooleanField(_("the original was returned"), default=False)
    requested_on = models.DateField(_("requested on"), default=today)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state="open"),
                name="certificates_one_open_replacement_per_paper",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="certificates_replacement_closed_by_and_at_go_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.cause}"
