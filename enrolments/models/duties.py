"""What people must finish, and the one ledger of training hours."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Posting, RoleGrant, Unit, User
from accounts.permissions import Permission
from courses.models import Course
from enrolments.models.cohorts import Decision
from enrolments.models.places import Enrolment
from lms.ledgers import append_only
from lms.translated import translated


class ObligationStatus(models.TextChoices):
    """Where a duty stands."""

    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Not completed yet")
    DONE = "done", _("Done")
    DONE_LATE = "done_late", _("Done late")
    OVERDUE = "overdue", _("Overdue")
    WAIVED = "waived", _("Exempted")
    CANCELLED = "cancelled", _("Cancelled")


OUTSTANDING = (ObligationStatus.SCHEDULED, ObligationStatus.OPEN, ObligationStatus.OVERDUE)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Sets of duties."""

    def outstanding(self) -> Self:
        """Return the duties still to be done, overdue ones included."""
        return self.filter(status__in=OUTSTANDING)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the duties on which the user holds the permission today.

        The sending unit keeps its sight; the unit where the person works now has it too.
        """
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        posts = Posting.objects.in_force().filter(
            user=OuterRef("person"), unit__in=granted.unit_ids()
        )
        return self.filter(granted.over("unit") | Exists(posts))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own duties and those one may see."""
        if not user.is_authenticated:
            return self.none()
        seen = Obligation.objects.allowing(user, Permission.SEE_OBLIGATIONS)
        return self.filter(Q(person_id=user.pk) | Q(pk__in=seen.values("pk")))


class Obligation(models.Model):
    """A stored duty of a person: what, by when, and by which document."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="obligations"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations"
    )
    cycle = models.PositiveSmallIntegerField(default=0)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Empty where several courses fulfil it.
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title_vi = models.CharField(max_length=250)
    title_en = models.CharField(max_length=250, blank=True)
    status = models.CharField(
        max_length=10, choices=ObligationStatus, default=ObligationStatus.OPEN
    )
    # From this day it is open; empty means from the start.
    opens_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    # The end of that day in Asia/Ho_Chi_Minh; the tick compares instants.
    due_at = models.DateTimeField()
    # Why the due date is not the one the rule gives (a holiday, an extension).
    due_note = models.CharField(max_length=200, blank=True)
    basis = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What asks for it where no decision does, such as a law: kept with the duty, read by everybody.
    required_by = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    status_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    title = translated("title")

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "enrolment", "cycle"], name="enrolments_obligation_once_per_cycle"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "done_late"]) | Q(done_at__isnull=False),
                name="enrolments_done_obligation_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "status", "due_on"]),
            models.Index(fields=["status", "due_at"]),
            models.Index(fields=["unit", "status"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.title_vi}"

    def get_absolute_url(self) -> str:
        """Return the page of the person who must finish it: of the place, else of the duty."""
        if self.enrolment_id:
            return reverse("enrolments:overview", args=[self.enrolment_id])
        return reverse("enrolments:ask_about", args=[self.pk])

    @property
    def is_outstanding(self) -> bool:
        """Return whether the duty is still to be done."""
        return self.status in OUTSTANDING


@append_only
class ObligationChange(models.Model):
    """History of a duty: append-only."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.field}"


@append_only
class ObligationCredit(models.Model):
    """What fulfilled a duty: append-only."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="credits")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    credited_at = models.DateTimeField(auto_now_add=True)
    credited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "enrolment"],
                condition=Q(reverses=None),
                name="enrolments_credit_once_per_enrolment",
            )
        ]

    def __str__(self) -> str:
        return f"credit for {self.obligation_id}"


class HoursEntryQuerySet(models.QuerySet["HoursEntry"]):
    """Sets of entries; no other sum of hours exists."""

    def of_year(self, year: int) -> Self:
        """Return the entries that count for a calendar year."""
        return self.filter(year=year)


@append_only
class HoursEntry(models.Model):
    """Sổ theo dõi số tiết bồi dưỡng: append-only, corrected by reversing entries."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hours"
    )
    year = models.PositiveSmallIntegerField()
    declared = models.DecimalField(max_digits=6, decimal_places=1)
    credited = models.DecimalField(max_digits=6, decimal_places=1)
    # Which crediting rule gave the figure, and its evidence.
    rule = models.CharField(max_length=60)
    # How often an entry under this rule was reversed before.
    round = models.PositiveSmallIntegerField(default=0)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="hours"
    )
    title = models.CharField(max_length=250)
    evidence = models.CharField(max_length=300, blank=True)
    closing_on = models.DateField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Of the primary post on the closing day; an outside lecturer has none.
    category = models.ForeignKey(
        "reference.Code", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_group = models.ForeignKey("reference.Code", on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    objects = HoursEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "rule", "round"],
                condition=Q(reverses=None),
                name="enrolments_hours_once_per_enrolment_and_rule",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, credited__gte=0)
                | Q(reverses__isnull=False, credited__lte=0),
                name="enrolments_only_reversals_take_hours_away",
            ),
            models.CheckConstraint(
                condition=~Q(pk=F("reverses")), name="enrolments_entry_does_not_reverse_itself"
            ),
        ]
        indexes = [models.Index(fields=["person", "year"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}: {self.credited}"
