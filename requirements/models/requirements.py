"""Required training (yêu cầu bắt buộc): which audience must finish what, by when, how often."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from courses.models import Course
from enrolments.models import Decision, Obligation
from enrolments.models.duties import ObligationStatus
from lms.translated import translated
from requirements.models.audiences import Audience


class RequirementState(models.TextChoices):
    """The life of a requirement; its terms no longer change once it is in force."""

    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended")


class DueKind(models.TextChoices):
    """What the due date is counted from."""

    FIXED = "fixed", _("A fixed day")
    JOINING = "joining", _("The day somebody comes under it")
    POSTING = "posting", _("The first day in the post")


class RecursFrom(models.TextChoices):
    """What the next due date is counted from."""

    DUE = "due", _("The due date before")
    DONE = "done", _("The day it was completed")


class RequirementQuerySet(models.QuerySet["Requirement"]):
    """Sets of requirements."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the requirements of units in which the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(RoleGrant.objects.giving(user, permission).over("audience__unit"))

    def in_force(self) -> Self:
        """Return those that people come under now."""
        return self.filter(state=RequirementState.IN_FORCE)


class Requirement(models.Model):
    """An audience × what to finish × a due rule × how often × the document behind it."""

    # Its unit keeps the requirement.
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="requirements")
    title_vi = models.CharField(max_length=250)
    title_en = models.CharField(max_length=250, blank=True)
    state = models.CharField(
        max_length=10, choices=RequirementState, default=RequirementState.DRAFT
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    legal_basis = models.ForeignKey(
        "reference.LegalBasis", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_kind = models.CharField(max_length=10, choices=DueKind, default=DueKind.FIXED)
    due_on = models.DateField(null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # However late somebody comes under it, they have these days.
    min_days = models.PositiveSmallIntegerField(default=30)
    every_months = models.PositiveSmallIntegerField(null=True, blank=True)
    recurs_from = models.CharField(max_length=10, choices=RecursFrom, default=RecursFrom.DUE)
    # How long before the due date the next turn opens.
    window_days = models.PositiveSmallIntegerField(default=60)
    counts_earlier = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    title = translated("title")

    objects = RequirementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_kind="fixed", due_on__isnull=False)
                | (~Q(due_kind="fixed") & Q(due_days__isnull=False)),
                name="requirements_due_rule_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(since__isnull=False),
                name="requirements_in_force_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(every_months=None) | Q(every_months__gte=1),
                name="requirements_recurs_in_months",
            ),
        ]
        indexes = [models.Index(fields=["audience", "state"])]

    def __str__(self) -> str:
        return self.title_vi

    def get_absolute_url(self) -> str:
        """Return the page of the requirement."""
        return reverse("requirements:requirement", args=[self.pk])

    @property
    def required_by(self) -> str:
        """Return the law that asks for it, as kept with each duty; "" where a decision does."""
        if self.decision_id or self.legal_basis is None:
            return ""
        return f"{self.legal_basis.symbol}: {self.legal_basis.title}"[:300]


class RequirementSet(models.Model):
    """So many of these courses; all sets of a requirement must be fulfilled, best in order."""

    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, related_name="sets")
    position = models.PositiveSmallIntegerField()
    needed = models.PositiveSmallIntegerField(default=1)
    courses = models.ManyToManyField(Course, through="RequirementCourse", related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "position"], name="requirements_set_in_its_place"
            ),
            models.CheckConstraint(condition=Q(needed__gte=1), name="requirements_set_needs_one"),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.position}"


class RequirementCourse(models.Model):
    """A course of a set."""

    set = models.ForeignKey(RequirementSet, on_delete=models.CASCADE, related_name="choices")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "course"], name="requirements_course_once_a_set")
        ]

    def __str__(self) -> str:
        return f"{self.set_id}: {self.course_id}"


class RequirementDutyQuerySet(models.QuerySet["RequirementDuty"]):
    """Sets of turns."""

    def current(self) -> Self:
        """Return the turn each person is in: a next one counts from the day it opens."""
        scheduled = Q(obligation__status=ObligationStatus.SCHEDULED)
        later = RequirementDuty.objects.filter(
            ~scheduled,
            requirement=OuterRef("requirement"),
            person=OuterRef("person"),
            cycle__gt=OuterRef("cycle"),
        )
        found = self.exclude(scheduled & Q(cycle__gt=0)).filter(~Exists(later))
        return found.exclude(obligation__status=ObligationStatus.CANCELLED)


class RequirementDuty(models.Model):
    """Which requirement a stored duty comes from, and which turn of it this is."""

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="duties")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="required_duties"
    )
    cycle = models.PositiveSmallIntegerField(default=0)
    obligation = models.OneToOneField(
        Obligation, on_delete=models.PROTECT, related_name="requirement_duty"
    )
    # Completions from this day on count for this turn.
    counts_from = models.DateField(null=True, blank=True)
    # What the tick has done about it already.
    is_told = models.BooleanField(default=False)
    is_reminded = models.BooleanField(default=False)
    has_next = models.BooleanField(default=False)

    objects = RequirementDutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "person", "cycle"], name="requirements_duty_once_a_cycle"
            ),
            models.CheckConstraint(
                condition=Q(cycle=0) | Q(cycle__gt=0, counts_from__isnull=False),
                name="requirements_later_turn_counts_from_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["is_told"], condition=Q(is_told=False), name="requirements_untold"
            ),
            models.Index(
                fields=["is_reminded"],
                condition=Q(is_reminded=False),
                name="requirements_unreminded",
            ),
            models.Index(
                fields=["requirement", "has_next"],
                condition=Q(has_next=False),
                name="requirements_without_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.person_id} {self.cycle}"


__all__ = [
    "DueKind",
    "RecursFrom",
    "Requirement",
    "RequirementCourse",
    "RequirementDuty",
    "RequirementSet",
    "RequirementState",
]
