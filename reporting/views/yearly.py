"""The report of a year: page, workbook, document."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.http import need
from accounts.models import Unit, User
from accounts.permissions import Permission
from jobs.exports import respond
from lms.official import as_pdf
from lms.official_docx import DOCX_TYPE, as_docx
from reporting import yearly
from reporting.exports import YEARLY
from reporting.forms.tracking import MomentForm
from reporting.scope import parents_among, path_to, rows_of, tops
from reporting.yearly_paper import year_paper

P = Permission


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Lead to the report of one's unit, or let it be chosen."""
    user = need(request, P.SEE_PLANS)
    units = list(tops(user, P.SEE_PLANS))
    if not units:
        raise Http404
    if len(units) == 1:
        return redirect("reporting:year_report", units[0].pk)
    return render(request, "reporting/yearly/choose.html", {"units": units})


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the report of a unit: by content group and staff category, and by unit below."""
    user, unit = _seen(request, pk)
    rows = rows_of([unit])
    form = MomentForm(request.GET)
    at = form.moment()
    found = yearly.by_unit(rows, at.year, at.day)
    deeper = parents_among(rows.units)
    context = {
        "form": form,
        "at": at,
        "unit": unit,
        "path": path_to(user, unit),
        "query": request.GET.urlencode(),
        "whole": yearly.whole(rows, at.year, at.day),
        "groups": yearly.by_group(rows, at.year, at.day),
        "units": [(one, found[one.pk], one.pk in deeper) for one in rows.all if one.pk in found],
        "sourced": list(yearly.sourced(user, rows, at.year)),
    }
    return render(request, "reporting/yearly/report.html", context)


def export_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return content group × staff category × unit as a workbook."""
    return respond(request, YEARLY, {"unit": pk, "filter": request.GET.urlencode()})


@require_safe
def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Send the report as PDF or as DOCX."""
    user, unit = _seen(request, pk)
    at = MomentForm(request.GET).moment()
    made = year_paper(user=user, unit=unit, rows=rows_of([unit]), at=at)
    if kind == "docx":
        body, content_type = as_docx(made), DOCX_TYPE
    else:
        body, content_type = as_pdf(made), "application/pdf"
    answer = HttpResponse(body, content_type=content_type)
    name = f"bao-cao-nam-{at.year}-{unit.pk}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _seen(request: HttpRequest, pk: int) -> tuple[User, Unit]:
    user = need(request, P.SEE_PLANS)
    return user, get_object_or_404(Unit.objects.allowing(user, P.SEE_PLANS), pk=pk)
