"""Who marks which works of a class, once or twice, and what each of two markers gave.

Independent double marking (chấm hai vòng độc lập): two markers judge a work without knowing of each
other; their marks become one, or a moderator decides.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.people import UserQuerySet
from accounts.permissions import Permission
from assessment.models.assignments import Submission, SubmissionQuerySet, SubmissionState
from enrolments.models import Cohort, CohortStaff
from lms.ledgers import append_only


class MarkingPlanQuerySet(models.QuerySet["MarkingPlan"]):
    """Sets of marking plans."""

    def of(self, cohort_id: int, key: uuid.UUID) -> MarkingPlan | None:
        """Return the plan of one assignment of a class; most have none."""
        return self.filter(cohort=cohort_id, component_key=key).first()

    def watched_by(self, user: User | AnonymousUser) -> Self:
        """Return the plans of double marking whose marks a person may compare.

        The moderator's, and those of classes whose results the person releases; never where the
        person marks or learns, for then one marker would know of the other.
        """
        if not user.is_authenticated:
            return self.none()
        released = Cohort.objects.allowing(user, Permission.RELEASE_RESULTS).values("pk")
        mine = self.filter(Q(moderator_id=user.pk) | Q(cohort__in=released), is_double=True)
        marks = MarkingTurn.objects.filter(
            marker_id=user.pk,
            submission__enrolment__cohort=OuterRef("cohort"),
            submission__assignment_key=OuterRef("component_key"),
        )
        named = self.model.markers.through.objects.filter(markingplan=OuterRef("pk"), user=user.pk)
        learns = Cohort.objects.filter(pk=OuterRef("cohort"), enrolments__learner_id=user.pk)
        return mine.exclude(Exists(marks)).exclude(Exists(named)).exclude(Exists(learns))


class MarkingPlan(models.Model):
    """How the works of one assignment of a class are marked (phân công chấm).

    `tolerance`: points by which two marks may differ and still become one, their mean. Without
    markers every trainer of the class takes works from the queue.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="marking_plans")
    component_key = models.UUIDField()
    is_double = models.BooleanField(_("Two markers judge each work independently"), default=False)
    is_anonymous = models.BooleanField(_("Names are hidden from the markers"), default=False)
    tolerance = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    markers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    objects = MarkingPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "component_key"], name="assessment_one_marking_plan"
            ),
            models.CheckConstraint(
                condition=Q(is_double=False) | Q(moderator__isnull=False),
                name="assessment_double_marking_has_a_moderator",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0), name="assessment_tolerance_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.component_key}"

    @property
    def each(self) -> int:
        """Return how many markers each work is given to."""
        return 2 if self.is_double else 1

    def is_blind_for(self, person: User) -> bool:
        """Return whether a person must not learn who else marks: one of several who mark blind."""
        return self.is_double and self.markers.filter(pk=person.pk).exists()


class MarkingTurn(models.Model):
    """A work is one marker's to mark: alone, or as first or second (cán bộ chấm thứ hai)."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="turns")
    position = models.PositiveSmallIntegerField()
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="marking_turns"
    )
    given_at = models.DateTimeField(auto_now_add=True)
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["submission", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "position"], name="assessment_one_marker_in_a_turn"
            ),
            models.UniqueConstraint(
                fields=["submission", "marker"], name="assessment_nobody_marks_a_work_twice"
            ),
            models.CheckConstraint(
                condition=Q(position__in=[1, 2]), name="assessment_at_most_two_turns"
            ),
        ]
        indexes = [
            models.Index(
                fields=["marker"], condition=Q(marked_at=None), name="assessment_turns_to_take"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} #{self.position}"


@append_only
class BlindMark(models.Model):
    """What one of two markers gave without knowing of the other; the last of each counts."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="blind_marks")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(max_digits=5, decimal_places=2)
    criteria = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["submission", "pk"]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.points}"


def places_marked_by_two(places: Collection[int], key: uuid.UUID) -> set[int]:
    """Return the places in whose class two markers judge the assignment."""
    plans = MarkingPlan.objects.filter(component_key=key, is_double=True)
    rows = plans.filter(cohort__enrolments__in=places)
    return set(rows.values_list("cohort__enrolments", flat=True)) & set(places)


def plans_of_works() -> MarkingPlanQuerySet:
    """Return, for a subquery over works, the plan of the class and assignment of each."""
    return MarkingPlan.objects.filter(
        cohort=OuterRef("enrolment__cohort"), component_key=OuterRef("assignment_key")
    )


def trainers_of(cohort: Cohort) -> UserQuerySet:
    """Return who may be given works of a class: its trainers who do not learn in it."""
    staff = CohortStaff.objects.in_force().filter(cohort=cohort, role="trainer")
    learners = cohort.enrolments.in_force().values("learner")
    people = User.objects.filter(pk__in=staff.values("user"), is_active=True)
    found: UserQuerySet = people.exclude(pk__in=learners)
    return found


def works_open_to(marker: User | AnonymousUser) -> SubmissionQuerySet:
    """Return the works a marker may read: given to them, or free for all markers of the class."""
    works = Submission.objects.allowing(marker, Permission.MARK).current()
    turns = MarkingTurn.objects.filter(submission=OuterRef("pk"))
    mine = Exists(turns.filter(marker_id=marker.pk))
    is_double = Exists(plans_of_works().filter(is_double=True))
    return works.filter(mine | (~Exists(turns) & ~is_double))


def works_waiting_for(marker: User | AnonymousUser) -> SubmissionQuerySet:
    """Return the works that a marker has still to judge."""
    works = works_open_to(marker).filter(state=SubmissionState.SUBMITTED)
    return works.exclude(judged_by(marker))


def judged_by(marker: User | AnonymousUser) -> Exists:
    """Return the condition that a marker has given a mark in their turn of a work."""
    turns = MarkingTurn.objects.filter(submission=OuterRef("pk"), marker_id=marker.pk)
    return Exists(turns.filter(marked_at__isnull=False))


def works_judged_twice(plan: MarkingPlan) -> SubmissionQuerySet:
    """Return the current works of a plan on which both markers have given their mark."""
    turns = MarkingTurn.objects.filter(submission=OuterRef("pk"))
    works = works_of(plan).filter(Exists(turns.filter(position=2)))
    return works.exclude(Exists(turns.filter(marked_at=None)))


def works_of(plan: MarkingPlan) -> SubmissionQuerySet:
    """Return the current works that a plan is about."""
    works = Submission.objects.current().filter(enrolment__cohort=plan.cohort_id)
    return works.filter(assignment_key=plan.component_key)


def plans_lacking_turns() -> MarkingPlanQuerySet:
    """Return the plans with markers that have waiting works which too few of them were given."""
    waiting = Submission.objects.current().filter(
        enrolment__cohort=OuterRef("cohort"),
        assignment_key=OuterRef("component_key"),
        state=SubmissionState.SUBMITTED,
    )
    turns = MarkingTurn.objects.filter(submission=OuterRef("pk"))
    lacks = ~Exists(turns.filter(position=1)) | (
        Q(Exists(plans_of_works().filter(is_double=True))) & ~Exists(turns.filter(position=2))
    )
    with_markers = MarkingPlan.markers.through.objects.filter(markingplan=OuterRef("pk"))
    plans = MarkingPlan.objects.filter(Exists(with_markers), Exists(waiting.filter(lacks)))
    return plans.select_related("cohort")


def works_too_far_apart(moderator: User) -> SubmissionQuerySet:
    """Return the works whose two marks did not become one: they wait for this moderator."""
    turns = MarkingTurn.objects.filter(submission=OuterRef("pk"))
    works = Submission.objects.current().filter(
        Exists(plans_of_works().filter(is_double=True, moderator_id=moderator.pk)),
        Exists(turns.filter(position=2)),
        state=SubmissionState.SUBMITTED,
    )
    return works.exclude(Exists(turns.filter(marked_at=None)))
