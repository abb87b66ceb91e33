"""Training plans: the board, its lines, and what a unit answers."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refused
from accounts.http import need, signed_in
from accounts.models import Unit
from accounts.permissions import Permission
from lms.clock import today
from lms.export import Cell, xlsx_response
from reporting import figures
from reporting.actions import plans as actions
from reporting.forms.plans import AnswerForm, PlanForm, PlanLineForm, SharesForm
from reporting.models import Plan, PlanLine, PlanShare
from reporting.models.plans import PlanState
from reporting.views.common import done, form_page

P = Permission


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """List the plans one follows, and the quotas that wait for one's answer."""
    user = need(request, P.SEE_PLANS)
    waiting = PlanShare.objects.allowing(user, P.MANAGE_PLANS).waiting()
    context = {
        "plans": Plan.objects.visible_to(user).select_related("unit"),
        "waiting": waiting.select_related("line__plan", "unit"),
        "may_manage": _managed_units(request).exists(),
    }
    return render(request, "reporting/plans/list.html", context)


@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the board of a plan: target and what was reached, line by line."""
    shown = _seen(request, pk)
    lines = figures.board(shown)
    context = {
        "plan": shown,
        "lines": lines,
        "target": sum(row.line.target for row in lines),
        "turns": sum(row.turns for row in lines),
        "asked": sum(row.asked for row in lines),
        "answered": sum(row.answered for row in lines),
        "may_manage": _may_manage(request, shown),
    }
    return render(request, "reporting/plans/plan.html", context)


@require_safe
def export_plan(request: HttpRequest, pk: int) -> FileResponse:
    """Send the board as a workbook."""
    shown = _seen(request, pk)
    header = [
        _("Line"),
        _("Content group"),
        _("Quarter"),
        _("Quota (turns)"),
        _("Carried over"),
        _("Reached (turns)"),
        _("Of these before the system"),
        _("Distinct persons"),
        _("Budget (million VND)"),
        _("Unit in charge"),
        _("Source"),
    ]
    return xlsx_response(f"ke-hoach-{shown.year}", header, _rows(shown))


def _rows(shown: Plan) -> Iterator[list[Cell]]:
    for row in figures.board(shown):
        line = row.line
        yield [
            line.title,
            line.content_group.name,
            line.quarter,
            line.quota,
            line.carried_over,
            row.turns,
            line.reported_turns,
            row.reached.persons,
            line.budget,
            line.owner.name if line.owner else "",
            line.source,
        ]


def new_plan(request: HttpRequest) -> HttpResponse:
    """Begin a plan of one of one's units."""
    user = need(request, P.MANAGE_PLANS)
    units = _managed_units(request)
    form = PlanForm(request.POST or None, units=units, initial={"year": today().year})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        made = actions.make_plan(
            unit=chosen["unit"], year=chosen["year"], data=form.words(), by=user
        )
        return done(request, _("The plan is begun."), "reporting:plan", made.pk)
    back = reverse("reporting:plans")
    return form_page(request, form, title=_("Begin a plan"), submit=_("Begin the plan"), back=back)


def new_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a line to a plan."""
    return _edit_line(request, _managed(request, pk), None)


def edit_line(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Change a line of a plan."""
    shown = _managed(request, pk)
    return _edit_line(request, shown, get_object_or_404(shown.lines, pk=line_pk))


def _edit_line(request: HttpRequest, shown: Plan, line: PlanLine | None) -> HttpResponse:
    form = PlanLineForm(request.POST or None, instance=line, plan=shown)
    if request.method == "POST" and form.is_valid():
        # A fresh row: the form has already written the new values into its own.
        held = shown.lines.get(pk=line.pk) if line else None
        try:
            actions.save_line(plan=shown, data=form.cleaned_data, by=signed_in(request), line=held)
        except Refused as refused:
            form.add_error("quota", str(refused))
        else:
            return done(request, _("The line is saved."), "reporting:plan", shown.pk)
    title = _("Change the line") if line else _("Add a line")
    back = reverse("reporting:plan", args=[shown.pk])
    return form_page(request, form, title=title, submit=_("Save"), back=back, lead=shown.title)


@require_safe
def plan_line(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Show a line: quota and result of each unit, result by staff category and institution."""
    shown = _seen(request, pk)
    line = get_object_or_404(shown.lines.select_related("content_group", "course"), pk=line_pk)
    shares = list(line.shares.select_related("unit", "answered_by"))
    reached = figures.of_shares(line, shares)
    context = {
        "plan": shown,
        "line": line,
        "shares": [(row, reached.get(row.unit_id, figures.Reached())) for row in shares],
        "categories": figures.by_category(line),
        "partners": figures.by_partner(line),
        "may_manage": _may_manage(request, shown),
    }
    return render(request, "reporting/plans/line.html", context)


def shares(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Give units their quotas of a line."""
    shown = _managed(request, pk)
    line = get_object_or_404(shown.lines.select_related("plan"), pk=line_pk)
    form = SharesForm(request.POST or None, line=line)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_shares(line=line, quotas=form.quotas(), by=signed_in(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            saved = _("The quotas are saved.")
            return done(request, saved, "reporting:plan_line", shown.pk, line.pk)
    back = reverse("reporting:plan_line", args=[shown.pk, line.pk])
    title = _("Quotas of the units")
    return form_page(
        request, form, title=title, submit=_("Save"), back=back, lead=line.title, dense=True
    )


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the plan to its units."""
    shown = _managed(request, pk)
    try:
        actions.send_plan(plan=shown, by=signed_in(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("reporting:plan", shown.pk)
    return done(request, _("The plan is sent to its units."), "reporting:plan", shown.pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the plan."""
    shown = _managed(request, pk)
    actions.close_plan(plan=shown, by=signed_in(request))
    return done(request, _("The plan is closed."), "reporting:plan", shown.pk)


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the quota of one's unit, or give an opinion."""
    user = need(request, P.MANAGE_PLANS)
    held = PlanShare.objects.allowing(user, P.MANAGE_PLANS).exclude(
        line__plan__state=PlanState.DRAFT
    )
    share = get_object_or_404(held.select_related("line__plan", "unit"), pk=pk)
    form = AnswerForm(request.POST or None, initial={"comment": share.comment})
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_share(share=share, comment=form.cleaned_data["comment"], by=user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return done(request, _("The answer is recorded."), "reporting:plans")
    return form_page(
        request,
        form,
        title=share.line.title,
        submit=_("Send the answer"),
        back=reverse("reporting:plans"),
        lead=_("%(unit)s: quota %(quota)s turns") % {"unit": share.unit, "quota": share.quota},
    )


def _managed_units(request: HttpRequest) -> QuerySet[Unit]:
    return Unit.objects.open().allowing(signed_in(request), P.MANAGE_PLANS).order_by("name")


def _seen(request: HttpRequest, pk: int) -> Plan:
    plans = Plan.objects.visible_to(signed_in(request)).select_related("unit", "basis")
    return get_object_or_404(plans, pk=pk)


def _managed(request: HttpRequest, pk: int) -> Plan:
    plans = Plan.objects.allowing(signed_in(request), P.MANAGE_PLANS)
    return get_object_or_404(plans.select_related("unit"), pk=pk)


def _may_manage(request: HttpRequest, shown: Plan) -> bool:
    plans = Plan.objects.allowing(signed_in(request), P.MANAGE_PLANS)
    return plans.filter(pk=shown.pk).exists()
