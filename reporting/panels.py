"""What this app adds to the home page: what waits for officers, and the people of a small unit."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from courses.models import Course
from enrolments.imports.source import KIND as LIST
from enrolments.models import Obligation
from enrolments.slots import QuotaSource
from jobs.models import BulkChange
from jobs.models.bulk import ChangeState
from lms.clock import today
from lms.home import HomeLine
from lms.navigation import MANAGING
from reporting.models import Plan, PlanLine, PlanShare, ProgrammeTask
from reporting.models.plans import PlanState
from reporting.models.programmes import TaskStatus
from reporting.people_rows import due_by, overdue, posts_in_charge
from reporting.scope import only_unit

WEEK, MONTH = dt.timedelta(days=7), dt.timedelta(days=30)
P = Permission


def compares_units(request: HttpRequest) -> bool:
    """Tell whether somebody follows required training of units: who sees classes too."""
    held = rights(request.user)
    return held.has(P.SEE_OBLIGATIONS) and held.has(P.SEE_COHORTS)


def heads_a_team(request: HttpRequest) -> bool:
    """Tell whether somebody sees the duties of their people without running classes."""
    held = rights(request.user)
    return held.has(P.SEE_OBLIGATIONS) and not held.has(P.SEE_COHORTS)


def unit_panel(request: HttpRequest) -> str:
    """Return the frame for the people of the one unit somebody answers for.

    The list comes by a request of its own: the home page shows without waiting for it.
    """
    user = signed_in(request)
    if not rights(user).has(P.SEE_OBLIGATIONS):
        return ""
    unit = only_unit(user, P.SEE_OBLIGATIONS)
    return render_to_string("reporting/_unit_panel.html", {"unit": unit}, request) if unit else ""


def overdue_line(request: HttpRequest) -> HomeLine | None:
    """Return how many people one sends to classes are late with something."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    return HomeLine(
        MANAGING,
        posts_in_charge(signed_in(request), P.SEND_PEOPLE).filter(overdue()),
        lambda n: ngettext(
            "person is overdue with something", "people are overdue with something", n
        ),
        _list("overdue"),
        _("Send reminders"),
        "red",
    )


def due_line(request: HttpRequest) -> HomeLine | None:
    """Return how many people one sends to classes have something due within a week."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    return HomeLine(
        MANAGING,
        posts_in_charge(signed_in(request), P.SEND_PEOPLE).filter(due_by(today() + WEEK)),
        lambda n: ngettext(
            "person has something due within 7 days", "people have something due within 7 days", n
        ),
        _list("soon"),
        _("Send reminders"),
    )


def _list(state: str) -> str:
    return f"{reverse('reporting:my_people')}?tinh_trang={state}"


def unreached_line(request: HttpRequest) -> HomeLine | None:
    """Return how many duties are of people whom no letter reaches."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    duties = Obligation.objects.allowing(signed_in(request), P.SEE_DELIVERY)
    return HomeLine(
        MANAGING,
        duties.outstanding().filter(person__email=""),
        lambda n: ngettext(
            "duty of somebody without an e-mail address",
            "duties of people without an e-mail address",
            n,
        ),
        reverse("enrolments:unreached_of_units"),
        _("Print the notice"),
    )


def lists_line(request: HttpRequest) -> HomeLine | None:
    """Return the lists one has sent in that are checked and wait to be confirmed."""
    found = _lists(request, ChangeState.PLANNED)
    if found is None:
        return None
    return HomeLine(
        MANAGING,
        found,
        lambda n: ngettext(
            "list of learners is checked and not confirmed",
            "lists of learners are checked and not confirmed",
            n,
        ),
        lambda: _newest(found),
        _("Look and confirm"),
    )


def failed_lists_line(request: HttpRequest) -> HomeLine | None:
    """Return the lists one has sent in that could not be checked or written."""
    found = _lists(request, ChangeState.FAILED, ChangeState.REFUSED)
    if found is None:
        return None
    return HomeLine(
        MANAGING,
        found,
        lambda n: ngettext(
            "list of learners stopped with an error", "lists of learners stopped with an error", n
        ),
        lambda: _newest(found),
        _("See why"),
        "red",
    )


def _lists(request: HttpRequest, *states: str) -> QuerySet[BulkChange] | None:
    """Return one's own lists of the last month in these states."""
    user = signed_in(request)
    if not rights(user).has(P.SEND_PEOPLE, P.MANAGE_COHORTS):
        return None
    mine = BulkChange.objects.visible_to(user).filter(kind=LIST, state__in=states)
    return mine.filter(created_at__gte=timezone.now() - MONTH)


def _newest(found: QuerySet[BulkChange]) -> str:
    return found.latest("pk").get_absolute_url()


def quotas_line(request: HttpRequest) -> HomeLine | None:
    """Return how many quotas wait for an answer of one's units."""
    if not rights(request.user).has(Permission.MANAGE_PLANS):
        return None
    mine = PlanShare.objects.allowing(signed_in(request), Permission.MANAGE_PLANS)
    return HomeLine(
        MANAGING,
        mine.waiting(),
        lambda _n: _("plan quotas wait for the unit's answer"),
        reverse("reporting:plans"),
        _("Answer"),
    )


def silent_tasks_line(request: HttpRequest) -> HomeLine | None:
    """Return how many tasks one is in charge of have not been reported on for too long."""
    if not rights(request.user).has(Permission.MANAGE_PLANS):
        return None
    mine = ProgrammeTask.objects.allowing(signed_in(request), Permission.MANAGE_PLANS)
    return HomeLine(
        MANAGING,
        mine.open().filter(status=TaskStatus.NOT_UPDATED),
        lambda _n: _("programme tasks have not been reported on"),
        reverse("reporting:programmes"),
        _("Report"),
        tone="red",
    )


def plan_quotas(user: User, course: Course) -> list[QuotaSource]:
    """Return the lines of this year's plans whose quotas fit a round of the course."""
    plans = Plan.objects.allowing(user, Permission.SEE_PLANS).exclude(state=PlanState.DRAFT)
    fitting = PlanLine.objects.filter(plan__in=plans, plan__year=today().year).filter(
        Q(course=course) | Q(course=None, content_group=course.content_group_id)
    )
    lines = fitting.select_related("plan").prefetch_related("shares")
    return [
        QuotaSource(
            f"plan:{line.pk}",
            f"{line.plan.title} · {line.title}",
            {share.unit_id: share.quota for share in line.shares.all()},
        )
        for line in lines
        if line.shares.all()
    ]
