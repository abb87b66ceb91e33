"""Appeals: the learner asks and reads the answer; staff give them to somebody and decide."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions import appeals as actions
from assessment.appeals import first_markers, last_day, reason_against_asking, released_cell
from assessment.components import Component, component_of
from assessment.errors import Refused
from assessment.forms.appeals import AskAppealForm, AssignAppealForm, DecideAppealForm
from assessment.frozen import quiz_of
from assessment.http import own_enrolment
from assessment.models import Appeal, GradeCell, GradeEntry, Submission
from assessment.sitting import Line, lines, sitting
from enrolments.models import Cohort, Enrolment
from lms.pages import keyset_page

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show one's appeal against a released result with its answer, or the form to make one."""
    enrolment, component = _own(request, pk, key)
    cell = released_cell(enrolment, key)
    if cell is None:
        raise Http404
    made = Appeal.objects.filter(enrolment=enrolment, component_key=key).order_by("-pk")
    form = AskAppealForm(request.POST or None)
    if form.is_valid():
        try:
            actions.ask_appeal(
                enrolment=enrolment, key=key, by=signed_in(request), **form.cleaned_data
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appeal is on its way; the answer comes as a notice."))
            return redirect("assessment:appeal", pk, key)
    context = {
        "enrolment": enrolment,
        "component": component,
        "cell": cell,
        "appeal": made.select_related("before", "after", "heard_by").first(),
        "against": reason_against_asking(enrolment, cell),
        "until": last_day(cell),
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "assessment/appeals/own.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Take one's appeal back."""
    enrolment, _component = _own(request, pk, key)
    made = Appeal.objects.open().filter(enrolment=enrolment, component_key=key)
    row = get_object_or_404(made.select_related("enrolment"))
    if actions.withdraw_appeal(appeal=row, by=signed_in(request)):
        messages.success(request, _("The appeal is withdrawn."))
    return redirect("assessment:appeal", pk, key)


@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """List the appeals one sees to: those that wait, or all."""
    user = signed_in(request)
    found = Appeal.objects.heard_by(user)
    is_hearer = found.exists() or Cohort.objects.allowing(user, Permission.RELEASE_RESULTS).exists()
    if not is_hearer:
        raise Http404
    every = request.GET.get("tat_ca") == "1"
    shown = found if every else found.open()
    related = shown.select_related("enrolment__learner", "enrolment__cohort", "enrolment__version")
    page = keyset_page(related.select_related("heard_by"), request, order=("asked_at", "pk"))
    rows = [(row, component_of(row.enrolment.version, row.component_key)) for row in page.rows]
    context = {"page": page, "rows": rows, "every": every, "waiting": found.open().count()}
    return render(request, "assessment/appeals/list.html", context)


@never_cache
@require_safe
def hear(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an appeal with the work, its marks so far, and what may be done."""
    row = _heard(request, pk)
    return _hearing(request, row)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the appeal to somebody who has not marked the work."""
    row = _heard(request, pk)
    form = AssignAppealForm(request.POST, appeal=row)
    if not form.is_valid():
        return _hearing(request, row, assigning=form)
    try:
        actions.assign_appeal(appeal=row, by=signed_in(request), **form.cleaned_data)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The appeal is given to them; it stands on their home page."))
    return redirect("assessment:hear_appeal", pk)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the appeal."""
    row = _heard(request, pk)
    form = DecideAppealForm(request.POST)
    if not form.is_valid():
        return _hearing(request, row, deciding=form)
    try:
        actions.decide_appeal(appeal=row, by=signed_in(request), **form.cleaned_data)
    except actions.PointsRefused as error:
        form.add_error("points", str(error))
        return _hearing(request, row, deciding=form)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessment:hear_appeal", pk)
    messages.success(request, _("The appeal is answered; the learner gets a notice."))
    return redirect("assessment:hear_appeal", pk)


def _hearing(
    request: HttpRequest,
    row: Appeal,
    *,
    assigning: AssignAppealForm | None = None,
    deciding: DecideAppealForm | None = None,
) -> HttpResponse:
    enrolment, user = row.enrolment, signed_in(request)
    entries = GradeEntry.objects.filter(enrolment=enrolment, component_key=row.component_key)
    works = Submission.objects.filter(enrolment=enrolment, assignment_key=row.component_key)
    cell = GradeCell.objects.select_related("entry").get(
        enrolment=enrolment, component_key=row.component_key
    )
    context = {
        "appeal": row,
        "component": component_of(enrolment.version, row.component_key),
        "cell": cell,
        "entries": entries.select_related("given_by").order_by("pk"),
        "lines": _lines(row),
        "work": works.allowing(user, Permission.MARK).current().order_by("-pk").first(),
        "may_hear": user.pk not in first_markers(enrolment, row.component_key),
        "assigning": assigning or AssignAppealForm(appeal=row, initial={"to": row.heard_by_id}),
        "deciding": deciding or DecideAppealForm(initial={"points": cell.entry.points}),
    }
    failed = bool(assigning or deciding)
    return render(
        request, "assessment/appeals/hear.html", context, status=UNPROCESSABLE if failed else 200
    )


def _lines(row: Appeal) -> list[Line]:
    """Return the questions of the attempt the mark comes from, with their keys."""
    attempt = row.before.attempt
    quiz = quiz_of(attempt.version, attempt.quiz_key) if attempt else None
    if attempt is None or quiz is None:
        return []
    return lines(sitting(attempt, quiz.corrected()), with_keys=True)


def _own(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Enrolment, Component]:
    enrolment = own_enrolment(request, pk)
    component = component_of(enrolment.version, key)
    if component is None:
        raise Http404
    return enrolment, component


def _heard(request: HttpRequest, pk: int) -> Appeal:
    rows = Appeal.objects.heard_by(signed_in(request)).select_related(
        "enrolment__learner",
        "enrolment__cohort",
        "enrolment__version",
        "before__attempt__version",
        "before__attempt__enrolment__version",
        "heard_by",
        "decided_by",
        "after",
    )
    return get_object_or_404(rows, pk=pk)
