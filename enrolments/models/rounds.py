"""Nomination rounds (đợt cử học viên): a call to units, what each answers, whom it names."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Scope, Unit, User
from accounts.permissions import Permission
from courses.models import Course
from enrolments.models.cohorts import Cohort, Decision
from enrolments.models.places import Enrolment
from lms.clock import today


class RoundState(models.TextChoices):
    """The life of a round."""

    DRAFT = "draft", _("Draft round")
    OPEN = "open", _("Taking nominations")
    CLOSED = "closed", _("No longer taking nominations")
    CONSOLIDATED = "consolidated", _("Consolidated into classes")


class OverQuota(models.TextChoices):
    """What becomes of a list longer than the unit's quota."""

    REFUSE = "refuse", _("Not taken")
    FLAG = "flag", _("Taken and marked")


class RoundQuerySet(models.QuerySet["NominationRound"]):
    """Sets of rounds."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the rounds on which the user holds the permission: by organiser or provider."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        return self.filter(
            Exists(granted.site_wide())
            | Q(organiser__in=granted.unit_ids())
            | Q(course__provider__unit__in=granted.provider_unit_ids())
        )


class NominationRound(models.Model):
    """A call for one class, or several parallel ones, of a course."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="rounds")
    organiser = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("organised by")
    )
    cohorts = models.ManyToManyField(Cohort, related_name="rounds")
    title = models.CharField(_("name"), max_length=200)
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    document_date = models.DateField(_("document date"), null=True, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closes_on = models.DateField(_("deadline"))
    conditions = models.TextField(_("conditions"), blank=True)
    categories = models.ManyToManyField("reference.Code", related_name="+", blank=True)
    most_per_unit = models.PositiveIntegerField(null=True, blank=True)
    over_quota = models.CharField(max_length=8, choices=OverQuota, default=OverQuota.REFUSE)
    takes_late = models.BooleanField(default=True)
    state = models.CharField(max_length=14, choices=RoundState, default=RoundState.DRAFT)
    opened_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organiser", "course", "title"], name="enrolments_round_once_by_title"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(opened_at__isnull=False),
                name="enrolments_open_round_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_on"])]

    def __str__(self) -> str:
        return self.title

    @property
    def is_past(self) -> bool:
        """Return whether the deadline has passed."""
        return today() > self.closes_on


class AnswerState(models.TextChoices):
    """What a unit has said."""

    SILENT = "silent", _("Not answered yet")
    SENT = "sent", _("List sent")
    NOBODY = "nobody", _("Nobody takes part")
    RETURNED = "returned", _("Returned for correction")


WAITING = (AnswerState.SILENT, AnswerState.RETURNED)


class RoundAnswerQuerySet(models.QuerySet["RoundAnswer"]):
    """Sets of answers."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the answers on whose unit the user holds the permission; none of a draft."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        inside = self.filter(Exists(granted.site_wide()) | Q(unit__in=granted.unit_ids()))
        return inside.exclude(round__state=RoundState.DRAFT)

    def of_ones_own(self, user: User) -> Self:
        """Return the answers a person owes: not those of units asked by a round of one's own.

        The officer of a city sends the people of every ward, but asks the wards instead.
        """
        run = NominationRound.objects.allowing(user, Permission.MANAGE_COHORTS)
        granted = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE)
        named = granted.filter(scope=Scope.UNIT).values("unit")
        return self.allowing(user, Permission.SEND_PEOPLE).filter(
            Q(unit__in=named) | ~Q(round__in=run.values("pk"))
        )

    def waiting(self) -> Self:
        """Return the answers still to come to open rounds."""
        return self.filter(state__in=WAITING, round__state=RoundState.OPEN)


class RoundAnswer(models.Model):
    """One unit in one round: its quota, and what it answered. `people` counts its nominations."""

    round = models.ForeignKey(NominationRound, on_delete=models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="round_answers")
    quota = models.PositiveIntegerField(_("quota (people)"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.SILENT)
    people = models.PositiveIntegerField(default=0)
    is_late = models.BooleanField(default=False)
    on_behalf = models.BooleanField(default=False)
    # Counts what was said; who answers from an older page is told so.
    revision = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    returned_reason = models.CharField(max_length=300, blank=True)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RoundAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["unit__search_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"], name="enrolments_one_answer_per_unit_and_round"
            ),
            models.CheckConstraint(
                condition=Q(state="silent", answered_at=None)
                | (~Q(state="silent") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="enrolments_answer_has_a_time_and_an_author",
            ),
            models.CheckConstraint(
                condition=~Q(state="nobody") | (~Q(reason="") & Q(people=0)),
                name="enrolments_nobody_takes_part_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(returned_reason=""),
                name="enrolments_answer_is_returned_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state"])]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.unit_id}"

    @property
    def limit(self) -> int | None:
        """Return how many people the unit may name; None where nobody said."""
        return self.round.most_per_unit if self.quota is None else self.quota

    @property
    def is_over(self) -> bool:
        """Return whether more are named than the unit may."""
        return self.limit is not None and self.people > self.limit

    @property
    def takes_an_answer(self) -> bool:
        """Return whether the unit may answer, or answer anew, today."""
        if self.round.state != RoundState.OPEN:
            return False
        return not self.round.is_past or self.round.takes_late or self.state == AnswerState.RETURNED


class Nomination(models.Model):
    """A person whom a unit names. `round` is that of the answer: nobody is named twice in it."""

    answer = models.ForeignKey(RoundAnswer, on_delete=models.PROTECT, related_name="nominations")
    round = models.ForeignKey(NominationRound, on_delete=models.PROTECT, related_name="nominations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="nominations"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    sort_key = models.CharField(max_length=300, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, null=True, blank=True, related_name="nominations"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"], name="enrolments_nominated_once_per_round"
            )
        ]
        indexes = [
            models.Index(fields=["round", "sort_key", "id"], name="enrolments_nominees_by_name")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.round_id}"
