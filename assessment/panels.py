"""What this app shows on pages of other apps: work to mark on the home page, tests of a class."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from assessment.assignments import assignments_of
from assessment.frozen import quizzes_of
from assessment.gradebook import scheme_of
from assessment.models import Appeal
from assessment.models.assignments import SubmissionQuerySet
from assessment.models.marking_plans import works_too_far_apart, works_waiting_for
from enrolments.models import Cohort, Enrolment
from enrolments.models.rights import permissions_on
from enrolments.slots import ClassAction
from lms.home import HomeLine
from lms.navigation import TEACHING


def to_mark_line(request: HttpRequest) -> HomeLine | None:
    """Return the works that wait for this person's mark."""
    marker = signed_in(request)
    if not rights(marker).has(Permission.MARK):
        return None
    return HomeLine(
        TEACHING,
        works_waiting_for(marker),
        lambda n: ngettext("work waits to be marked", "works wait to be marked", n),
        reverse("works:inbox"),
        _("Marking"),
    )


def tests_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the results of each test to those who release them in this class."""
    person = signed_in(request)
    if Permission.RELEASE_RESULTS not in permissions_on(cohort, person):
        return []
    return [
        ClassAction(
            label=_("Test results: %(title)s") % {"title": quiz.title},
            url=reverse("assessment:class_results", args=[cohort.pk, quiz.key]),
            icon="chart-bar",
        )
        for quiz in quizzes_of(cohort.version).values()
    ]


def marking_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer who marks what to those who release the results of this class."""
    if Permission.RELEASE_RESULTS not in permissions_on(cohort, signed_in(request)):
        return []
    return [
        ClassAction(
            label=_("Who marks: %(title)s") % {"title": assignment.title},
            url=reverse("works:plan", args=[cohort.pk, assignment.key]),
            icon="users",
        )
        for assignment in assignments_of(cohort.version).values()
    ]


def to_decide_line(request: HttpRequest) -> HomeLine | None:
    """Return the works whose two marks are too far apart, to their moderator."""
    person = signed_in(request)
    if not (rights(person).has(Permission.RELEASE_RESULTS) or rights(person).has(Permission.MARK)):
        return None
    works = works_too_far_apart(person)
    return HomeLine(
        TEACHING,
        works,
        lambda n: ngettext("work has two marks far apart", "works have two marks far apart", n),
        lambda: _agreement_of(works),
        _("Double marking"),
    )


def _agreement_of(works: SubmissionQuerySet) -> str:
    """Return the page of the assignment of the oldest of these works."""
    oldest = works.order_by("submitted_at", "pk")
    return reverse(
        "works:agreement", args=oldest.values_list("enrolment__cohort", "assignment_key")[0]
    )


def gradebook_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the gradebook to those who mark or release in this class."""
    held = permissions_on(cohort, signed_in(request))
    if not held & {Permission.MARK, Permission.RELEASE_RESULTS}:
        return []
    url = reverse("assessment:gradebook", args=[cohort.pk])
    return [ClassAction(label=_("Gradebook"), url=url, icon="table")]


def own_marks(enrolment: Enrolment) -> list[ClassAction]:
    """Offer learners their own marks, where the class gives any."""
    if not scheme_of(enrolment.cohort).items:
        return []
    url = reverse("assessment:own_grades", args=[enrolment.pk])
    return [ClassAction(label=_("My marks"), url=url, icon="chart-bar")]


def rooms_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the examination rooms of each test to those who invigilate in this class."""
    person = signed_in(request)
    if Permission.INVIGILATE not in permissions_on(cohort, person):
        return []
    return [
        ClassAction(
            label=_("Examination rooms: %(title)s") % {"title": quiz.title},
            url=reverse("assessment:rooms", args=[cohort.pk, quiz.key]),
            icon="door-enter",
        )
        for quiz in quizzes_of(cohort.version).values()
    ]


def appeals_line(request: HttpRequest) -> HomeLine | None:
    """Return the appeals that wait for this person: given to them, or to be given to somebody."""
    person = signed_in(request)
    if not (rights(person).has(Permission.RELEASE_RESULTS) or rights(person).has(Permission.MARK)):
        return None
    return HomeLine(
        TEACHING,
        Appeal.objects.open().heard_by(person),
        lambda n: ngettext("appeal waits for an answer", "appeals wait for an answer", n),
        reverse("assessment:appeals"),
        _("Appeals"),
    )
