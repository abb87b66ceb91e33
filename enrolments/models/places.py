"""A person's place in a class (ghi danh). Never deleted, never reset."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission
from courses.models import CourseVersion
from enrolments.models.cohorts import Cohort, Decision
from lms.ledgers import append_only


class EnrolmentState(models.TextChoices):
    """The life of a place."""

    ENROLLED = "enrolled", _("Not started")
    STUDYING = "studying", _("Studying")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    TRANSFERRED = "moved", _("In another class")
    DEFERRED = "deferred", _("Put off")
    ENTERED_BY_MISTAKE = "mistake", _("Cancelled: entered by mistake")


class EnrolmentSource(models.TextChoices):
    """How the place came to be."""

    TICKED = "ticked", _("Ticked from the list")
    PASTED = "pasted", _("Pasted codes")
    FILE = "file", _("Imported file")
    SELF = "self", _("Self-enrolled")
    NOMINATION = "nomination", _("Nomination round")
    TRANSFER = "transfer", _("From another class")
    SUBSTITUTE = "substitute", _("In another's seat")


class Result(models.TextChoices):
    """The result of the class, written by recognition."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")
    NOT_ELIGIBLE = "not_eligible", _("Conditions not met")


IN_FORCE = (EnrolmentState.ENROLLED, EnrolmentState.STUDYING, EnrolmentState.COMPLETED)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Sets of places."""

    def in_force(self) -> Self:
        """Return the places that hold: not withdrawn, not entered by mistake."""
        return self.filter(state__in=IN_FORCE)

    def of_class(self, cohort: Cohort, user: User, *, sees_all: bool) -> Self:
        """Return the places of a class: all, or only those the user's units sent.

        The caller has asked once whether the user sees the whole class; asking row by row
        would cost every page of a big class.
        """
        if sees_all:
            return self.filter(cohort=cohort)
        granted = RoleGrant.objects.giving(user, Permission.SEE_ENROLMENTS)
        return self.filter(cohort=cohort, sending_unit__in=granted.unit_ids())

    def unfinished(self) -> Self:
        """Return the places whose learning is not complete."""
        return self.filter(state__in=[EnrolmentState.ENROLLED, EnrolmentState.STUDYING])

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the places on which the user holds the permission: by class or sending unit."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        return self.filter(
            Q(cohort__in=Cohort.objects.allowing(user, permission).values("pk"))
            | Q(sending_unit__in=granted.unit_ids())
        )

    def deferred_by(self, user: User) -> Self:
        """Return the places put off for which the user finds a class; not one's own."""
        sent = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE)
        run = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
        answered_for = Q(sending_unit__in=sent.unit_ids()) | Q(cohort__in=run.values("pk"))
        return self.filter(answered_for, state=EnrolmentState.DEFERRED).exclude(learner=user)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own places and those one may see."""
        if not user.is_authenticated:
            return self.none()
        seen = Enrolment.objects.allowing(user, Permission.SEE_ENROLMENTS)
        return self.filter(Q(learner_id=user.pk) | Q(pk__in=seen.values("pk")))


class Enrolment(models.Model):
    """A learner in a class, with the version they study and how far they are.

    `lessons_done`, `lessons_total` and `last_lesson_key` are kept by the actions of progress.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    # A learner finishes the version they started, whatever is published meanwhile.
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(max_length=10, choices=EnrolmentState, default=EnrolmentState.ENROLLED)
    source = models.CharField(max_length=10, choices=EnrolmentSource)
    # Seat, decision and sight stay with the unit that sent the person, wherever they move.
    sending_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sent_enrolments")
    sending_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="sent_enrolments"
    )
    learner_sort_key = models.CharField(max_length=300, editable=False)
    lessons_done = models.PositiveSmallIntegerField(default=0)
    lessons_total = models.PositiveSmallIntegerField(default=0)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    last_lesson_key = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    last_active_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # Completion and release together make a person eligible for recognition.
    eligible_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, choices=Result, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    # The place in another class of the course that goes on here.
    moved_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="moved_to"
    )
    # A place put off (bảo lưu): by then a class is found.
    deferred_until = models.DateField(null=True, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    enrolled_at = models.DateTimeField(auto_now_add=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "learner"],
                condition=~Q(state="mistake"),
                name="enrolments_enrolment_once_per_cohort",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False),
                name="enrolments_completed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="deferred", deferred_until__isnull=False)
                | (~Q(state="deferred") & Q(deferred_until=None)),
                name="enrolments_deferred_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(progress_percent__lte=100), name="enrolments_progress_is_a_percentage"
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "learner_sort_key", "id"], name="enrolments_by_name"),
            models.Index(fields=["learner", "state"]),
            models.Index(fields=["sending_unit", "state"]),
            # The counts of a class page are read from this index alone.
            models.Index(
                fields=["cohort", "sending_unit", "state"], name="enrolments_class_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.cohort_id}"

    @property
    def holds(self) -> bool:
        """Return whether the place is in force."""
        return self.state in IN_FORCE


@append_only
class VersionMove(models.Model):
    """A learner moved from one version to another: by whom, why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="moves")
    from_version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    to_version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.from_version_id} > {self.to_version_id}"
