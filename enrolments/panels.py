"""What this app shows on pages of other apps: a person's learning, a course, the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.closing import Holding
from accounts.http import signed_in
from accounts.models import Unit, User
from accounts.permissions import Permission
from accounts.rights import rights
from courses.models import Course, CourseVersion
from courses.publish_checks import ImpactLine
from enrolments.actions.moves import studying_before
from enrolments.due import Duty, with_reasons
from enrolments.hours import hours_table
from enrolments.models import (
    Cohort,
    DutyRequest,
    Enrolment,
    LessonQuestion,
    Obligation,
    OutsideTraining,
    RoundAnswer,
)
from enrolments.models.cohorts import CohortState
from enrolments.models.places import EnrolmentState
from enrolments.models.rights import permissions_on
from enrolments.norms import shown_norm
from enrolments.slots import ClassAction
from lms.clock import today
from lms.home import HomeLine
from lms.navigation import MANAGING, TEACHING

OVER = (
    CohortState.CLOSED,
    CohortState.RECOGNISED,
    CohortState.ARCHIVED,
    CohortState.CANCELLED,
)

AT_MOST = 20
SOON = 30  # days


def unanswered_line(request: HttpRequest) -> HomeLine | None:
    """Return the questions of learners that wait for this person."""
    person = signed_in(request)
    if not rights(person).has(Permission.ANSWER_LEARNERS):
        return None
    asked = LessonQuestion.objects.allowing(person, Permission.ANSWER_LEARNERS)
    return HomeLine(
        TEACHING,
        asked.unanswered().exclude(enrolment__learner=person),
        lambda n: ngettext(
            "question of learners without a reply", "questions of learners without a reply", n
        ),
        reverse("enrolments:questions"),
        gettext("Reply"),
    )


def requests_line(request: HttpRequest) -> HomeLine | None:
    """Return the requests about duties that wait for this officer."""
    person = signed_in(request)
    if not rights(person).has(Permission.SEND_PEOPLE):
        return None
    return HomeLine(
        MANAGING,
        DutyRequest.objects.open().decided_by(person),
        lambda n: ngettext(
            "request about a duty waits for an answer",
            "requests about duties wait for an answer",
            n,
        ),
        reverse("enrolments:requests"),
        gettext("Answer"),
    )


def outside_line(request: HttpRequest) -> HomeLine | None:
    """Return the declared trainings that wait for this officer's review."""
    person = signed_in(request)
    if not rights(person).has(Permission.SEND_PEOPLE):
        return None
    return HomeLine(
        MANAGING,
        OutsideTraining.objects.open().decided_by(person),
        lambda n: ngettext(
            "declared training waits for review", "declared trainings wait for review", n
        ),
        reverse("enrolments:outside"),
        gettext("Review"),
    )


def deferred_line(request: HttpRequest) -> HomeLine | None:
    """Return the places put off whose day comes within a month, or has come."""
    person = signed_in(request)
    held = rights(person)
    if not (held.has(Permission.SEND_PEOPLE) or held.has(Permission.MANAGE_COHORTS)):
        return None
    soon = today() + dt.timedelta(days=SOON)
    return HomeLine(
        MANAGING,
        Enrolment.objects.deferred_by(person).filter(deferred_until__lte=soon),
        lambda n: ngettext("place put off waits for a class", "places put off wait for a class", n),
        reverse("enrolments:deferred"),
        gettext("Find a class"),
    )


def rounds_line(request: HttpRequest) -> HomeLine | None:
    """Return how many rounds wait for the answer of one's units, and the next deadline."""
    if not rights(request.user).has(Permission.SEND_PEOPLE):
        return None
    owed = RoundAnswer.objects.of_ones_own(signed_in(request)).waiting()

    def words(n: int) -> str:
        first = owed.order_by().aggregate(first=Min("round__closes_on"))["first"]
        text = ngettext(
            "nomination round waits for the unit's answer, deadline %(first)s",
            "nomination rounds wait for the unit's answer, first deadline %(first)s",
            n,
        )
        return text % {"first": f"{first:%d/%m/%Y}"}

    return HomeLine(MANAGING, owed, words, reverse("enrolments:rounds"), gettext("Answer"))


def person_learning(request: HttpRequest, person: User) -> str:
    """Show the duties and the classes of a person to those who may see them."""
    reader = signed_in(request)
    may_see = Permission.SEE_OBLIGATIONS, Permission.SEE_ENROLMENTS
    if reader.pk != person.pk and not rights(reader).has(*may_see):
        return ""
    duties = with_reasons(Obligation.objects.visible_to(reader).filter(person=person))
    places = Enrolment.objects.visible_to(reader).in_force().filter(learner=person)
    context = {
        "duties": [Duty(row) for row in duties.order_by("-due_on", "-pk")[:AT_MOST]],
        "places": places.select_related("cohort", "version").order_by("-enrolled_at", "-pk")[
            :AT_MOST
        ],
    }
    return render_to_string("enrolments/_person_learning.html", context, request)


def person_hours(request: HttpRequest, person: User) -> str:
    """Show the hours of a person by year to those who see all their duties."""
    reader = signed_in(request)
    if reader.pk != person.pk and not _answers_for(reader, person):
        return ""
    context = {"table": hours_table(person), "norm": shown_norm(person, today().year)}
    return render_to_string("enrolments/_person_hours.html", context, request)


def _answers_for(reader: User, person: User) -> bool:
    """Return whether the person works in a unit for which the reader sees duties."""
    seen = User.objects.allowing(reader, Permission.SEE_OBLIGATIONS)
    return bool(seen.filter(pk=person.pk).exists())


def course_action(request: HttpRequest, course: Course) -> SafeString | str:
    """Offer to go on learning to those who have a place in the course."""
    places = Enrolment.objects.in_force().filter(learner=signed_in(request), cohort__course=course)
    shown = places.only("started_at", "completed_at")
    place = shown.order_by("completed_at", "-enrolled_at", "-pk").first()
    if place is None:
        return ""
    return render_to_string("enrolments/_course_action.html", {"place": place}, request)


def publish_impact(version: CourseVersion, _publisher: User) -> list[ImpactLine]:
    """Tell a publisher how many learners are under way in the versions before."""
    tally = studying_before(version).aggregate(
        new=Count("pk", filter=Q(state=EnrolmentState.ENROLLED)),
        begun=Count("pk", filter=~Q(state=EnrolmentState.ENROLLED)),
    )
    new = ngettext(
        "%(n)s learner of a running class has not started yet.",
        "%(n)s learners of running classes have not started yet.",
        tally["new"],
    )
    begun = ngettext(
        "%(n)s learner is studying an earlier version.",
        "%(n)s learners are studying an earlier version.",
        tally["begun"],
    )
    lines = [(tally["new"], new), (tally["begun"], begun)]
    return [ImpactLine(count, text % {"n": count}) for count, text in lines if count]


def classes_of_unit(unit: Unit) -> Holding:
    """Count the classes the unit organises that are not over."""
    classes = Cohort.objects.filter(organiser=unit).exclude(state__in=OVER)
    return Holding(_("Classes it organises that are not over"), classes.count())


def learners_of_unit(unit: Unit) -> Holding:
    """Count the learners the unit sent who still study."""
    places = Enrolment.objects.filter(sending_unit=unit).unfinished()
    return Holding(_("Learners it sent who still study"), places.count())


def answers_of_unit(unit: Unit) -> Holding:
    """Count the open nomination rounds that ask the unit."""
    answers = RoundAnswer.objects.waiting().filter(unit=unit)
    return Holding(_("Nomination rounds that wait for its answer"), answers.count())


def places_since(people: Sequence[int]) -> dict[int, str]:
    """Return who of these people has a place in a class."""
    places = Enrolment.objects.in_force().filter(learner__in=people)
    return dict.fromkeys(places.values_list("learner", flat=True), gettext("is in a class"))


def quotas_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the quotas of a class to who runs it."""
    if Permission.MANAGE_COHORTS not in permissions_on(cohort, signed_in(request)):
        return []
    url = reverse("enrolments:quotas", args=[cohort.pk])
    return [ClassAction(gettext("Quotas of units"), url, "users")]
