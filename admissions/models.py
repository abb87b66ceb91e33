"""Self-enrolment: how a class takes applications, who decides them in which order, who waits."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Posting, RoleGrant, Unit, User
from accounts.permissions import Permission, roles_with
from enrolments.models import Cohort, Enrolment
from lms.clock import today


class StepKind(models.TextChoices):
    """Who decides; each is found anew when the step comes up."""

    MANAGER = "manager", _("Head of the unit")
    OFFICER = "officer", _("HR officer of the unit")
    ORGANISER = "organiser", _("Organiser of the class")


class Admission(models.Model):
    """That a class takes applications, and who must agree. Without a row it takes none."""

    cohort = models.OneToOneField(Cohort, on_delete=models.PROTECT, related_name="admission")
    is_open = models.BooleanField(default=True)
    # Codes of `StepKind` in their order; none: whoever applies has a place at once.
    steps = models.JSONField(default=list)
    closes_on = models.DateField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"applications to {self.cohort_id}"

    @property
    def chain(self) -> list[StepKind]:
        """Return who must agree, in order."""
        return [StepKind(code) for code in self.steps]

    @property
    def takes_applications(self) -> bool:
        """Return whether people may apply today."""
        in_time = self.closes_on is None or self.closes_on >= today()
        return self.is_open and in_time and self.cohort.takes_learners


class ApplicationState(models.TextChoices):
    """Where an application stands."""

    IN_APPROVAL = "approval", _("Waiting for approval")
    WAITING = "waiting", _("Approved, waiting for a seat")
    OFFERED = "offered", _("A seat is offered")
    ENROLLED = "enrolled", _("Enrolled")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


OPEN = (ApplicationState.IN_APPROVAL, ApplicationState.WAITING, ApplicationState.OFFERED)


class StepState(models.TextChoices):
    """Where one step stands."""

    AHEAD = "ahead", _("Still to come")
    CURRENT = "current", _("Waiting for an answer")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    PASSED = "passed", _("Not answered in time, passed on")


class DeputyQuerySet(models.QuerySet["Deputy"]):
    """Sets of deputies."""

    def in_force(self) -> Self:
        """Return those who act today; `until` is the first day without."""
        return self.standing().filter(since__lte=today())

    def standing(self) -> Self:
        """Return those that have not ended, those to come too."""
        return self.filter(Q(until=None) | Q(until__gt=today()))


class Deputy(models.Model):
    """Who decides applications in somebody's place, from a day to a day."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deputies"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deputy_of"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("deputy")), name="admissions_nobody_is_their_own_deputy"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="admissions_deputy_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.person_id}"

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day on which the deputy decides, or decided."""
        return self.until and self.until - dt.timedelta(days=1)


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Sets of applications."""

    def open(self) -> Self:
        """Return those that may still become a place."""
        return self.filter(state__in=OPEN)

    def decided_by(self, user: User) -> Self:
        """Return those whose step of today the person decides, or a deputy in their place.

        Never one's own, nor that of whom one stands in for.
        """
        if not user.is_authenticated:
            return self.none()
        principals = Deputy.objects.in_force().filter(deputy=user).values("person")
        acting = Q(user=user) | Q(user__in=principals)
        heads = Posting.objects.in_force().filter(acting, is_head=True)
        grants = RoleGrant.objects.in_force().filter(acting)
        sends = grants.filter(role__in=roles_with(Permission.SEND_PEOPLE))
        steps = ApplicationStep.objects.filter(state=StepState.CURRENT)
        runs = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
        steps = steps.filter(
            Q(kind=StepKind.MANAGER, unit__in=heads.values("unit"))
            | (Q(kind=StepKind.OFFICER) & sends.over("unit"))
            | Q(kind=StepKind.ORGANISER, application__cohort__in=runs.values("pk"))
        )
        waiting = self.filter(
            state=ApplicationState.IN_APPROVAL, pk__in=steps.values("application")
        )
        return waiting.exclude(learner=user).exclude(learner__in=principals)

    def visible_to(self, user: User) -> Self:
        """Return one's own, those one decides or has decided, and those of classes one runs."""
        if not user.is_authenticated:
            return self.none()
        decided = ApplicationStep.objects.filter(decided_by=user)
        runs = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
        return self.filter(
            Q(learner=user)
            | Q(pk__in=Application.objects.decided_by(user).values("pk"))
            | Q(pk__in=decided.values("application"))
            | Q(cohort__in=runs.values("pk"))
        )


class Application(models.Model):
    """A person asks for a place in a class (đơn đăng ký học); each step stays to be seen."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="applications")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications"
    )
    # Of the primary post on the day of applying; it sends the person.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=10, choices=ApplicationState, default=ApplicationState.IN_APPROVAL
    )
    # The order of the waiting list.
    approved_at = models.DateTimeField(null=True, blank=True)
    offer_until = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "learner"],
                condition=Q(state__in=["approval", "waiting", "offered"]),
                name="admissions_one_open_application_to_a_class",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offer_until__isnull=False)
                | (~Q(state="offered") & Q(offer_until=None)),
                name="admissions_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(approved_at__isnull=False),
                name="admissions_waiting_list_has_an_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="enrolled") | Q(enrolment__isnull=False),
                name="admissions_enrolled_has_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "state", "approved_at"]),
            models.Index(fields=["learner", "-id"], name="admissions_of_learner"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} to {self.cohort_id}"

    def get_absolute_url(self) -> str:
        """Return the page of the application."""
        return reverse("admissions:application", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Return whether it may still become a place."""
        return self.state in OPEN


class ApplicationStep(models.Model):
    """One step of the chain: whose answer it waits for, what it was."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind)
    # The unit whose head or officer decides; found when the step comes up.
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=StepState, default=StepState.AHEAD)
    due_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "position"], name="admissions_step_in_its_place"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state="current"),
                name="admissions_one_current_step",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="admissions_decided_step_has_a_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(note=""), name="admissions_refusal_says_why"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.position}: {self.kind}"
