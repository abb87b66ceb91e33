"""What this app shows on pages of other apps."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from admissions.models import Application, ApplicationState
from admissions.offers import open_admissions
from courses.models import Course
from enrolments.models import Cohort
from enrolments.models.rights import permissions_on
from enrolments.slots import ClassAction
from lms.home import HomeLine
from lms.navigation import LEARNING, MANAGING

DECIDERS = (Permission.DECIDE_APPLICATIONS, Permission.SEND_PEOPLE, Permission.MANAGE_COHORTS)


def course_action(request: HttpRequest, course: Course) -> SafeString | str:
    """Offer to apply for a class of the course, or lead to the application that is open."""
    user = signed_in(request)
    rows = Application.objects.open().filter(learner=user, cohort__course=course)
    row = rows.order_by("-pk").first()
    if row is None and not open_admissions(course):
        return ""
    context = {"course": course, "application": row}
    return render_to_string("admissions/_course_action.html", context, request)


def class_action(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Lead who runs the class to its applications."""
    if Permission.MANAGE_COHORTS not in permissions_on(cohort, signed_in(request)):
        return []
    url = reverse("admissions:of_class", args=[cohort.pk])
    return [ClassAction(_("Applications"), url, "user-plus")]


def deciding_line(request: HttpRequest) -> HomeLine | None:
    """Return the applications that wait for this person's answer."""
    if not rights(request.user).has(*DECIDERS):
        return None
    return HomeLine(
        MANAGING,
        Application.objects.decided_by(signed_in(request)),
        lambda n: ngettext("application waits for approval", "applications wait for approval", n),
        reverse("admissions:to_decide"),
        _("Answer"),
    )


def offer_line(request: HttpRequest) -> HomeLine | None:
    """Return the seats that are kept for this person."""
    mine = Application.objects.filter(learner=signed_in(request), state=ApplicationState.OFFERED)
    return HomeLine(
        LEARNING,
        mine,
        lambda n: ngettext("seat is kept for a time", "seats are kept for a time", n),
        reverse("admissions:mine"),
        _("Take it"),
    )
