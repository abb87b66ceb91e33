"""Surveys (phiếu khảo sát) of classes: what is asked, when, who has answered, what was said.

Of an anonymous round no way leads from an answer to a person: `Participation` says who has
answered and holds that it is once, `Response` holds what was said, without person, time or a
number that counts up.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, UnitClosure, User
from accounts.permissions import Permission
from enrolments.models import Cohort
from lms.clock import today
from lms.ledgers import pinned


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Sets of surveys."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the surveys of units and institutions in which the user holds the permission."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        units = Q(unit__in=granted.unit_ids()) | Q(unit__in=granted.provider_unit_ids())
        return self.filter(Exists(granted.site_wide()) | units)

    def offered_for(self, cohort: Cohort) -> Self:
        """Return the published surveys of who runs the class or answers for its course."""
        keepers = {cohort.organiser_id, cohort.course.provider.unit_id}
        # With those below: a closed unit lies below its successor.
        units = UnitClosure.objects.filter(ancestor__in=keepers).values("descendant")
        published = SurveyVersion.objects.filter(survey=OuterRef("pk"), published_at__isnull=False)
        return self.filter(Exists(published), unit__in=units)


class Survey(models.Model):
    """A form that a unit uses again and again; what it asks stands in its versions."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="surveys")
    title = models.CharField(_("title"), max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "title"], name="surveys_survey_titled_once")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the survey."""
        return reverse("surveys:survey", args=[self.pk])


class SurveyVersion(models.Model):
    """What a survey asks; see `surveys.questions`. A published version never changes."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    introduction = models.TextField(blank=True)
    questions = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "number"], name="surveys_version_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["survey"], condition=Q(published_at=None), name="surveys_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} v{self.number}"


class SurveyRoundQuerySet(models.QuerySet["SurveyRound"]):
    """Sets of rounds."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the rounds of classes on which the user holds the permission."""
        cohorts = Cohort.objects.allowing(user, permission)
        return self.filter(cohort__in=cohorts.values("pk"))

    def naming_to(self, user: User | AnonymousUser) -> Self:
        """Return the rounds of which the user may see who said what; of an anonymous one nobody.

        Who keeps surveys; never the trainers whom they are about.
        """
        return self.allowing(user, Permission.MANAGE_SURVEYS).filter(is_anonymous=False)

    def open(self) -> Self:
        """Return the rounds that take answers today."""
        return self.filter(opens_on__lte=today(), closes_on__gte=today())

    def asking(self, user: User | AnonymousUser) -> Self:
        """Return the rounds of classes in which the user has a place."""
        if not user.is_authenticated:
            return self.none()
        mine = user.enrolments.model.objects.in_force().filter(learner_id=user.pk)
        return self.filter(cohort__in=mine.values("cohort"))

    def unanswered_by(self, user: User) -> Self:
        """Return the rounds that a person may still answer."""
        answered = Participation.objects.filter(round=OuterRef("pk"), person=user)
        return self.open().asking(user).exclude(Exists(answered))


class SurveyRound(models.Model):
    """A survey asked in a class (đợt khảo sát), from a day to a day, both included."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="survey_rounds")
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="rounds")
    is_anonymous = models.BooleanField(_("Anonymous"), default=True)
    opens_on = models.DateField()
    closes_on = models.DateField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    is_told = models.BooleanField(default=False)
    is_reminded = models.BooleanField(default=False)
    # Answers of an anonymous round lie in the order they came until they are mixed after its end.
    is_mixed = models.BooleanField(default=False)

    objects = SurveyRoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "version"], name="surveys_version_once_in_a_class"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="surveys_round_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["closes_on"])]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.version_id}"

    def get_absolute_url(self) -> str:
        """Return the page on which it is answered."""
        return reverse("surveys:answer", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Return whether answers are taken today."""
        return self.opens_on <= today() <= self.closes_on

    @property
    def is_over(self) -> bool:
        """Return whether its last day is behind us."""
        return self.closes_on < today()


class Participation(models.Model):
    """That a person has answered: not what, nor when."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="participations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="survey_participations"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="surveys_answered_once")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.person_id}"


class Response(models.Model):
    """What was said, by question key. `person` only where the round was not anonymous."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="responses")
    is_anonymous = models.BooleanField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = models.JSONField(default=dict)
    blanks = models.PositiveSmallIntegerField(default=0)
    is_valid = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_anonymous=True, person=None)
                | Q(is_anonymous=False, person__isnull=False),
                name="surveys_anonymous_response_names_nobody",
            ),
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=Q(person__isnull=False),
                name="surveys_named_response_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


# What learners were promised when they were asked stays so; days and flags go on changing.
pinned(
    SurveyRound,
    when="{row}.id IS NOT NULL",
    allow_update=["opens_on", "closes_on", "is_told", "is_reminded", "is_mixed"],
    events=["UPDATE"],
)
# With the constraint on `person`: no response of an anonymous round ever names anybody.
pinned(
    Response,
    when="{row}.is_anonymous <> (SELECT asked.is_anonymous FROM surveys_surveyround asked"
    " WHERE asked.id = {row}.round_id)",
    events=["INSERT", "UPDATE"],
)
pinned(
    SurveyVersion,
    when="{row}.published_at IS NOT NULL",
    allow_update=["published_at", "published_by_id"],
    refuse_update="OLD.published_at IS NOT NULL",
)
