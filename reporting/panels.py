"""What this app adds to the home page: quotas to answer, tasks of which nothing was heard."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from courses.models import Course
from enrolments.slots import QuotaSource
from lms.clock import today
from lms.home import HomeLine
from lms.navigation import MANAGING
from reporting.models import Plan, PlanLine, PlanShare, ProgrammeTask
from reporting.models.plans import PlanState
from reporting.models.programmes import TaskStatus


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
