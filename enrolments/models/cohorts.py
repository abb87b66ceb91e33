"""Classes (lớp bồi dưỡng), who runs them, their sessions and who came."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import COHORT_STAFF_PERMISSIONS, Permission, Role, roles_with
from courses.models import Course, CourseVersion
from lms.clock import today
from lms.text import fold
from lms.trigrams import searched


class DecisionKind(models.TextChoices):
    """Decisions a class rests on; each comes from its own authority."""

    SENDING = "sending", _("Sending decision")
    OPENING = "opening", _("Opening decision")
    RECOGNITION = "recognition", _("Recognition decision")
    CHANGE = "change", _("Decision to postpone or cancel")
    REQUIREMENT = "requires", _("Decision to require training")


class Decision(models.Model):
    """A numbered document; numbers run within an agency and a year (Decree 30/2020, Art. 15)."""

    kind = models.CharField(max_length=12, choices=DecisionKind)
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField(_("number"))
    symbol = models.CharField(_("symbol"), max_length=40)
    issued_on = models.DateField(_("date"))
    year = models.PositiveSmallIntegerField(editable=False)
    signer_name = models.CharField(_("signed by"), max_length=120)
    signer_title = models.CharField(_("title of the signer"), max_length=120, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-issued_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "year", "symbol", "number"],
                name="enrolments_decision_number_once_per_agency_and_year",
            ),
            models.CheckConstraint(
                condition=Q(year=F("issued_on__year")), name="enrolments_decision_year_is_its_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return the number as offices write it: 12/QĐ-UBND."""
        return f"{self.number:02d}/{self.symbol}"


class CohortState(models.TextChoices):
    """The life of a class."""

    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    ENROLLING = "enrolling", _("Enrolling")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    RECOGNISED = "recognised", _("Recognised")
    ARCHIVED = "archived", _("Archived")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


# Before these nobody could have finished anything.
BEGUN = (CohortState.RUNNING, CohortState.CLOSED)
OPEN_TO_SENDING = (CohortState.ANNOUNCED, CohortState.ENROLLING, CohortState.RUNNING)
LIVE = (*OPEN_TO_SENDING, CohortState.POSTPONED)
SETTLED = (CohortState.RECOGNISED, CohortState.ARCHIVED, CohortState.CANCELLED)
OVER = (CohortState.CLOSED, *SETTLED)


class CohortQuerySet(models.QuerySet["Cohort"]):
    """Sets of classes."""

    def open_to_sending(self) -> Self:
        """Return the classes to which units may send people today."""
        return self.filter(state__in=OPEN_TO_SENDING)

    def matching(self, text: str) -> Self:
        """Return the classes whose folded name, code or course holds the folded text."""
        return self.filter(search_key__contains=fold(text))

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the classes on which the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        staffed = CohortStaff.objects.giving(user, permission)
        return self.filter(
            Exists(granted.site_wide())
            | Q(organiser__in=granted.unit_ids())
            | Q(course__provider__unit__in=granted.provider_unit_ids())
            | Q(pk__in=staffed.values("cohort"))
        )

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the classes one runs, learns in, or may send people to."""
        if not user.is_authenticated:
            return self.none()
        sends = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE)
        seats = user.enrolments.model.objects
        sent = seats.filter(cohort=OuterRef("pk"), sending_unit__in=sends.unit_ids())
        mine = seats.in_force().filter(cohort=OuterRef("pk"), learner_id=user.pk)
        return self.filter(
            Q(pk__in=Cohort.objects.allowing(user, Permission.SEE_COHORTS).values("pk"))
            | Q(Exists(sends), state__in=LIVE)
            | Exists(mine)
            | Exists(sent)
        )


class Cohort(models.Model):
    """A class: one version of a course, taught to a list of people between two dates.

    The counters are kept by the actions that enrol, withdraw and complete.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="cohorts")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="cohorts")
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    search_key = models.CharField(max_length=500, editable=False, db_index=True)
    organiser = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="cohorts", verbose_name=_("organised by")
    )
    state = models.CharField(max_length=12, choices=CohortState, default=CohortState.DRAFT)
    state_before = models.CharField(max_length=12, choices=CohortState, blank=True)
    state_reason = models.TextField(blank=True)
    change_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    is_self_paced = models.BooleanField(_("self-paced"), default=False)
    place = models.CharField(_("place"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    opening_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="opened_cohorts"
    )
    enrolled_count = models.PositiveIntegerField(default=0)
    # Seats that are offered to somebody and not taken yet: nobody else is given them.
    kept_count = models.PositiveIntegerField(default=0)
    completed_count = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # What `permissions_on()` found for a person, kept on the class as this request has read it.
    kept_permissions: tuple[int, frozenset[Permission]] | None = None

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="enrolments_cohort_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__gte=F("enrolled_count") + F("kept_count")),
                name="enrolments_cohort_is_not_oversold",
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def takes_learners(self) -> bool:
        """Return whether people may be sent to the class."""
        return self.state in OPEN_TO_SENDING

    @property
    def has_begun(self) -> bool:
        """Return whether learners have had a chance to finish anything."""
        return self.state in BEGUN and self.starts_on <= today()

    @property
    def is_over(self) -> bool:
        """Return whether the class no longer counts anything learners do."""
        return self.state in OVER

    @property
    def is_open_for_study(self) -> bool:
        """Return whether what learners do today counts."""
        return self.takes_learners and self.starts_on <= today()

    @property
    def seats_left(self) -> int | None:
        """Return how many more people fit; None where seats are not counted."""
        if self.seats is None:
            return None
        return self.seats - self.enrolled_count - self.kept_count


searched(Cohort, "search_key")


class CohortStaffQuerySet(models.QuerySet["CohortStaff"]):
    """Sets of class staff."""

    def in_force(self) -> Self:
        """Return the rows that hold today."""
        day = today()
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    def giving(self, user: User, permission: Permission) -> Self:
        """Return the user's rows that give the permission on their class today."""
        roles = roles_with(permission, COHORT_STAFF_PERMISSIONS)
        return self.in_force().filter(user_id=user.pk, role__in=roles)


class CohortStaff(models.Model):
    """A person named on one class: trainer or class supervisor (chủ nhiệm lớp)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cohort_staff"
    )
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)

    objects = CohortStaffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user", "role"],
                condition=Q(until=None),
                name="enrolments_staff_once_per_cohort",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["trainer", "class_supervisor"]),
                name="enrolments_staff_is_trainer_or_supervisor",
            ),
        ]
        indexes = [models.Index(fields=["user", "role"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.cohort_id}"


class Session(models.Model):
    """A meeting of the class (buổi học)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=200, blank=True)
    module_key = models.UUIDField(null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link"), blank=True)
    periods = models.DecimalField(_("periods"), max_digits=4, decimal_places=1, default=4)
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["cohort", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "number"], name="enrolments_session_number_once_per_cohort"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="enrolments_session_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~(~Q(place="") & ~Q(link="")),
                name="enrolments_session_is_in_a_place_or_on_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} #{self.number}"


class Attendance(models.Model):
    """Whether a learner came to a session (điểm danh)."""

    class Status(models.TextChoices):
        PRESENT = "present", _("Present")
        EXCUSED = "excused", _("Excused")
        UNEXCUSED = "unexcused", _("Unexcused")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(
        "enrolments.Enrolment", on_delete=models.PROTECT, related_name="attendance"
    )
    status = models.CharField(max_length=10, choices=Status)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"], name="enrolments_attendance_once_per_session"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.status}"
