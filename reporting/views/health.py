"""How the system is: background work, letters, dead letters, jobs."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from jobs import health as background
from jobs.actions import retry_dead
from lms.clock import today
from lms.pages import keyset_page
from notifications.models import Channel, Message
from reporting import mailbox
from reporting.actions.test_mail import last_test, send_test
from reporting.forms.trails import JobFilter
from reporting.reach import dead_letters_allowing, jobs_allowing

WEEK = dt.timedelta(days=7)


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Show whether work is carried out, what waits, what was given up, how letters go."""
    user = need(request, Permission.SEE_JOBS)
    figures = background.figures()
    heartbeat = figures.heartbeat_seconds
    context = {
        "figures": figures,
        "is_alive": heartbeat is not None and heartbeat <= background.HEARTBEAT_AT_MOST,
        "is_late": figures.oldest_seconds > background.UNDONE_AT_MOST,
        "letters": _letters(),
        "last_test": last_test(user),
        "may_manage": rights(user).has(Permission.MANAGE_JOBS),
        "has_mailbox": _has_mailbox(user),
    }
    return render(request, "reporting/health.html", context)


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send a letter to oneself."""
    user = need(request, Permission.MANAGE_JOBS)
    if send_test(by=user, now=timezone.now()):
        messages.success(request, _("The test letter is on its way; this page says what comes."))
    else:
        messages.info(request, _("A test letter was asked for within this minute already."))
    return redirect("reporting:health")


@never_cache
@require_GET
def dead_letters(request: HttpRequest) -> HttpResponse:
    """List the tasks that failed too often."""
    user = need(request, Permission.SEE_JOBS)
    found = dead_letters_allowing(user, Permission.SEE_JOBS)
    context = {
        "page": keyset_page(found, request, order=("dead_at", "pk")),
        "may_manage": rights(user).has(Permission.MANAGE_JOBS),
    }
    return render(request, "reporting/dead_letters.html", context)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a dead letter another round; a second click finds it gone."""
    user = need(request, Permission.MANAGE_JOBS)
    found = dead_letters_allowing(user, Permission.MANAGE_JOBS).filter(pk=pk).first()
    if found and retry_dead(row=found, by=user):
        messages.success(request, _("The task is tried again."))
    else:
        messages.info(request, _("The task is no longer among those given up."))
    return redirect("reporting:dead_letters")


@never_cache
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List the long jobs, newest first."""
    user = need(request, Permission.SEE_JOBS)
    form = JobFilter(request.GET)
    found = form.narrow(jobs_allowing(user)).select_related("started_by")
    page = keyset_page(found, request, order=("-pk",))
    return render(request, "reporting/jobs.html", {"filter": form, "page": page})


@never_cache
@require_GET
def letters_in_files(request: HttpRequest) -> HttpResponse:
    """List the letters that were written to files."""
    _need_mailbox(request)
    return render(request, "reporting/mailbox.html", {"letters": mailbox.newest()})


@never_cache
@require_GET
def letter_in_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one of them, as plain text."""
    _need_mailbox(request)
    found = mailbox.letter(name, number)
    if found is None:
        raise Http404
    return render(request, "reporting/letter.html", {"letter": found})


def _need_mailbox(request: HttpRequest) -> None:
    if not _has_mailbox(need(request, Permission.MANAGE_SETTINGS)):
        raise Http404


def _has_mailbox(user: User) -> bool:
    return mailbox.is_in_use() and rights(user).has(Permission.MANAGE_SETTINGS)


def _letters() -> dict[str, object]:
    """Return how the letters of a week went, and since when one waits: one query."""
    letters = Message.objects.filter(channel=Channel.EMAIL, day__gte=today() - WEEK)
    waiting = Q(state__in=[Message.State.QUEUED, Message.State.LEASED])
    return letters.aggregate(
        sent=Count("pk", filter=Q(state=Message.State.SENT)),
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
        unreachable=Count("pk", filter=Q(state=Message.State.UNREACHABLE)),
        waiting=Count("pk", filter=waiting),
        oldest=Min("not_before", filter=waiting),
    )
