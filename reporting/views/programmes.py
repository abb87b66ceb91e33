"""Cooperation programmes: the board of tasks, what was said of one, the report to a meeting."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import Refused
from accounts.http import need, signed_in
from accounts.permissions import Permission
from lms.official import as_pdf
from lms.official_docx import DOCX_TYPE, as_docx
from reporting import figures
from reporting.actions.programmes import report_task
from reporting.forms.plans import TaskReportForm
from reporting.meeting import meeting_report
from reporting.models import Programme, ProgrammeTask
from reporting.models.programmes import ProgrammeState, TaskStatus
from reporting.views.common import done, form_page

P = Permission


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    """List the programmes with how their tasks stand."""
    user = need(request, P.SEE_PLANS)
    rows = list(Programme.objects.visible_to(user).select_related("partner"))
    counts = figures.task_counts(rows)
    context = {"programmes": [(row, counts[row.pk]) for row in rows]}
    return render(request, "reporting/programmes/list.html", context)


@require_safe
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the board of a programme."""
    user = signed_in(request)
    shown = _seen(request, pk)
    mine = shown.tasks.allowing(user, P.MANAGE_PLANS).values_list("pk", flat=True)
    counts = figures.task_counts([shown])[shown.pk]
    context = {
        "programme": shown,
        "tasks": shown.tasks.select_related("owner"),
        "counts": [(TaskStatus(key), n) for key, n in counts.items()],
        "reportable": set(mine) if shown.state == ProgrammeState.OPEN else set(),
    }
    return render(request, "reporting/programmes/programme.html", context)


def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was said of a task; who is in charge says more."""
    user = need(request, P.SEE_PLANS)
    seen = ProgrammeTask.objects.filter(programme__in=Programme.objects.visible_to(user))
    shown = get_object_or_404(seen.select_related("programme", "owner"), pk=pk)
    held = ProgrammeTask.objects.allowing(user, P.MANAGE_PLANS).filter(pk=pk)
    may_report = shown.programme.state == ProgrammeState.OPEN and held.exists()
    if request.method == "POST":
        get_object_or_404(held)
    form = TaskReportForm.of(shown, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            report_task(task=shown, status=said["status"], note=said["note"], by=user)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("reporting:task", pk)
        return done(request, _("The report is recorded."), "reporting:task", pk)
    return form_page(
        request,
        form,
        title=str(shown),
        submit=_("Record the report"),
        back=reverse("reporting:programme", args=[shown.programme_id]),
        template="reporting/programmes/task.html",
        task=shown,
        updates=shown.updates.select_related("by")[:50],
        may_report=may_report,
    )


@require_safe
def report(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Send the report to a meeting, as PDF or as DOCX."""
    shown = _seen(request, pk)
    paper = meeting_report(shown)
    if kind == "docx":
        body, content_type = as_docx(paper), DOCX_TYPE
    else:
        body, content_type = as_pdf(paper), "application/pdf"
    answer = HttpResponse(body, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="bao-cao-{shown.pk}.{kind}"'
    return answer


def _seen(request: HttpRequest, pk: int) -> Programme:
    rows = Programme.objects.visible_to(signed_in(request))
    return get_object_or_404(rows.select_related("unit", "partner"), pk=pk)
