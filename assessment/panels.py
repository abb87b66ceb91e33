"""What this app shows on pages of other apps: work to mark on the home page, tests of a class."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from assessment.frozen import quizzes_of
from assessment.gradebook import scheme_of
from assessment.models import Appeal, Submission
from assessment.models.assignments import SubmissionState
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
    works = Submission.objects.allowing(marker, Permission.MARK).current()
    return HomeLine(
        TEACHING,
        works.filter(state=SubmissionState.SUBMITTED),
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
