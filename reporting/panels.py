"""What this app adds to the home page: what waits for officers, and the people of a small unit."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.imports.source import KIND as LIST
from enrolments.models import Obligation
from jobs.models import BulkChange
from jobs.models.bulk import ChangeState
from lms.clock import today
from lms.home import HomeLine
from lms.navigation import MANAGING
from reporting.models import PlanShare, ProgrammeTask
from reporting.models.programmes import TaskStatus
from reporting.people_rows import due_by, overdue, posts_in_charge
from reporting.scope import only_unit
from reporting.unit_people import people_context

WEEK, MONTH = dt.timedelta(days=7), dt.timedelta(days=30)
AT_MOST, AT_HOME = 50, 10
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
    """Return the people of the one unit somebody answers for, with reminders to send."""
    user = signed_in(request)
    if not rights(user).has(P.SEE_OBLIGATIONS):
        return ""
    unit = only_unit(user, P.SEE_OBLIGATIONS)
    if unit is None:
        return ""
    context = people_context(request, user, [unit], size=AT_HOME) | {"unit": unit}
    return render_to_string("reporting/_unit_panel.html", context, request)


def overdue_line(request: HttpRequest) -> HomeLine | None:
    """Return how many people one sends to classes are late with something."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    n = posts_in_charge(signed_in(request), P.SEND_PEOPLE).filter(overdue()).count()
    text = ngettext("person is overdue with something", "people are overdue with something", n)
    return HomeLine(MANAGING, n, text, _list("overdue"), _("Send reminders"), "red")


def due_line(request: HttpRequest) -> HomeLine | None:
    """Return how many people one sends to classes have something due within a week."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    posts = posts_in_charge(signed_in(request), P.SEND_PEOPLE)
    n = posts.filter(due_by(today() + WEEK)).count()
    text = ngettext(
        "person has something due within 7 days", "people have something due within 7 days", n
    )
    return HomeLine(MANAGING, n, text, _list("soon"), _("Send reminders"))


def _list(state: str) -> str:
    return f"{reverse('reporting:my_people')}?tinh_trang={state}"


def unreached_line(request: HttpRequest) -> HomeLine | None:
    """Return how many duties are of people whom no letter reaches."""
    if not rights(request.user).has(P.SEND_PEOPLE):
        return None
    duties = Obligation.objects.allowing(signed_in(request), P.SEE_DELIVERY)
    n = duties.outstanding().filter(person__email="").count()
    text = ngettext(
        "duty of somebody without an e-mail address",
        "duties of people without an e-mail address",
        n,
    )
    return HomeLine(
        MANAGING, n, text, reverse("enrolments:unreached_of_units"), _("Print the notice")
    )


def lists_line(request: HttpRequest) -> HomeLine | None:
    """Return the lists one has sent in that are checked and wait to be confirmed."""
    found = _lists(request, ChangeState.PLANNED)
    if not found:
        return None
    n = len(found)
    text = ngettext(
        "list of learners is checked and not confirmed",
        "lists of learners are checked and not confirmed",
        n,
    )
    return HomeLine(MANAGING, n, text, found[0].get_absolute_url(), _("Look and confirm"))


def failed_lists_line(request: HttpRequest) -> HomeLine | None:
    """Return the lists one has sent in that could not be checked or written."""
    found = _lists(request, ChangeState.FAILED, ChangeState.REFUSED)
    if not found:
        return None
    n = len(found)
    text = ngettext(
        "list of learners stopped with an error", "lists of learners stopped with an error", n
    )
    return HomeLine(MANAGING, n, text, found[0].get_absolute_url(), _("See why"), "red")


def _lists(request: HttpRequest, *states: str) -> list[BulkChange]:
    """Return one's own lists of the last month in these states, the latest first."""
    user = signed_in(request)
    if not rights(user).has(P.SEND_PEOPLE, P.MANAGE_COHORTS):
        return []
    since = timezone.now() - MONTH
    mine = BulkChange.objects.visible_to(user).filter(kind=LIST, state__in=states)
    return list(mine.filter(created_at__gte=since).order_by("-pk")[:AT_MOST])


def quotas_line(request: HttpRequest) -> HomeLine | None:
    """Return how many quotas wait for an answer of one's units."""
    if not rights(request.user).has(Permission.MANAGE_PLANS):
        return None
    mine = PlanShare.objects.allowing(signed_in(request), Permission.MANAGE_PLANS)
    return HomeLine(
        MANAGING,
        mine.waiting().count(),
        _("plan quotas wait for the unit's answer"),
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
        mine.open().filter(status=TaskStatus.NOT_UPDATED).count(),
        _("programme tasks have not been reported on"),
        reverse("reporting:programmes"),
        _("Report"),
        tone="red",
    )
