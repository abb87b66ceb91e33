"""Required training by unit, and the people of a unit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import need, next_page
from accounts.models import Unit, User
from accounts.permissions import Permission
from enrolments.actions.remind import remind, remind_of
from jobs.exports import respond
from reporting import over_time, tracking
from reporting.exports import PEOPLE, TRACKING
from reporting.forms.tracking import MomentForm, PickPeopleForm
from reporting.people_rows import officers_of
from reporting.scope import Rows, is_one, only_unit, parents_among, path_to, rows_of, tops
from reporting.unit_people import people_context

P = Permission
AT_HOME = 10
LOWEST, EXEMPTED = 15, 50


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Compare the units one answers for; who answers for one alone sees its people."""
    user = need(request, P.SEE_OBLIGATIONS)
    units = list(tops(user, P.SEE_OBLIGATIONS))
    if len(units) == 1 and is_one(units[0]):
        return redirect("reporting:unit_people", units[0].pk)
    return _table(request, rows_of(units), [])


@require_safe
def unit_table(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare the units below one."""
    user, unit = _seen(request, pk)
    return _table(request, rows_of([unit]), path_to(user, unit))


def _table(request: HttpRequest, rows: Rows, path: list[Unit]) -> HttpResponse:
    form = MomentForm(request.GET)
    at = form.moment()
    table, hours = tracking.table_of(rows, at), tracking.hours_of(rows, at)
    deeper = parents_among(rows.units)
    lines = [
        {
            "unit": unit,
            "own": unit == rows.parent,
            "deeper": unit.pk in deeper,
            "hours": hours.get(unit.pk, tracking.Cell()),
            "cells": list(zip(table.duties, table.row(unit.pk), strict=True)),
            "whole": table.whole(unit.pk),
        }
        for unit in rows.all
        if unit.pk in table.cells or unit.pk in hours
    ]
    shown = {line["unit"] for line in lines}
    context = {
        "form": form,
        "at": at,
        "unit": rows.parent,
        "path": path,
        "duties": table.duties,
        "lines": lines,
        "without": [one for one in rows.units if one not in shown and not one.closed_on],
        "has_hours": bool(hours),
        "totals": list(zip(table.duties, table.total(), strict=False)),
        "total_hours": sum(hours.values(), tracking.Cell()),
        "whole": sum(table.total(), tracking.Cell()),
        "lowest": _lowest(lines),
        "months": _months(rows, at),
        "climb": over_time.lines_of(rows, at, table)[: LOWEST + 1],
        "waived": list(tracking.waived_of(rows, at)[:EXEMPTED]),
    }
    return render(request, "reporting/tracking/table.html", context)


def _lowest(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the units furthest behind, for the bars."""
    asked = [line for line in lines if line["whole"].required]
    return sorted(asked, key=lambda line: line["whole"].percent)[:LOWEST]


def _months(rows: Rows, at: tracking.Moment) -> list[dict[str, int]]:
    """Return the bars of the months: how many, and how wide of a hundred."""
    counts = tracking.months_of(rows, at)
    most = max(counts) or 1
    shown = enumerate(counts[: at.day.month if at.day.year == at.year else 12], start=1)
    return [{"month": n, "count": count, "width": 100 * count // most} for n, count in shown]


def export_table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the table below a unit as a workbook."""
    return respond(request, TRACKING, {"unit": pk, "filter": request.GET.urlencode()})


@require_safe
def unit_people(request: HttpRequest, pk: int) -> HttpResponse:
    """List the people of a unit and of all below it."""
    user, unit = _seen(request, pk)
    context = people_context(request, user, [unit]) | {"unit": unit}
    context |= {"officers": officers_of(unit)[:3], "path": path_to(user, unit)}
    return render(request, "reporting/tracking/people.html", context)


@require_safe
def my_people(request: HttpRequest) -> HttpResponse:
    """List the people of all units one answers for."""
    user = need(request, P.SEE_OBLIGATIONS)
    units = list(tops(user, P.SEE_OBLIGATIONS))
    if len(units) == 1:
        page = reverse("reporting:unit_people", args=[units[0].pk])
        return redirect(f"{page}?{request.GET.urlencode()}")
    context = people_context(request, user, units)
    return render(request, "reporting/tracking/people.html", context)


@require_safe
def home_people(request: HttpRequest) -> HttpResponse:
    """Draw the people of the one unit somebody answers for, as the home page shows them."""
    user = need(request, P.SEE_OBLIGATIONS)
    unit = only_unit(user, P.SEE_OBLIGATIONS)
    if unit is None:
        raise Http404
    context = people_context(request, user, [unit], size=AT_HOME)
    home = {"unit": unit, "compact": True, "here": reverse("enrolments:home")}
    return render(request, "reporting/tracking/_people.html", context | home)


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Lead to the people one heads, or to the comparison where these are several units."""
    user = need(request, P.SEE_OBLIGATIONS)
    unit = only_unit(user, P.SEE_OBLIGATIONS)
    return redirect("reporting:unit_people", unit.pk) if unit else redirect("reporting:tracking")


def export_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return exactly the people the filter leaves, as a workbook."""
    return respond(request, PEOPLE, {"unit": pk, "filter": request.GET.urlencode()})


@require_POST
@transaction.atomic
def remind_people(request: HttpRequest) -> HttpResponse:
    """Remind the ticked people of all they have to finish."""
    user = need(request, P.SEND_PEOPLE)
    form = PickPeopleForm(request.POST, by=user)
    if not form.is_valid():
        messages.warning(request, _("Tick people of the unit first."))
        return redirect(next_page(request))
    by_class: dict[int, list[Any]] = {}
    for duty in form.duties(user).select_related("enrolment__cohort"):
        if duty.enrolment:
            by_class.setdefault(duty.enrolment.cohort_id, []).append(duty.enrolment)
    sent = sum(remind(enrolments=places, by=user) for places in by_class.values())
    sent += remind_of(duties=form.duties(user).filter(enrolment=None), by=user)
    sentence = ngettext("%(n)s reminder is on its way.", "%(n)s reminders are on their way.", sent)
    messages.success(request, sentence % {"n": sent})
    return redirect(next_page(request))


def _seen(request: HttpRequest, pk: int) -> tuple[User, Unit]:
    user = need(request, P.SEE_OBLIGATIONS)
    return user, get_object_or_404(Unit.objects.allowing(user, P.SEE_OBLIGATIONS), pk=pk)
