"""Two marks side by side: how far the markers agree, and the moderator's decision."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.http import signed_in
from assessment.actions.blind_marks import joined_comment, last_of_each, moderate
from assessment.agreement import mean_of
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.desks import desk, with_ways
from assessment.double_marking import compared, figures, with_names
from assessment.forms.works import MarkForm
from assessment.models import BlindMark, MarkingPlan, Submission
from assessment.models.assignments import SubmissionState
from assessment.models.marking_plans import works_judged_twice
from assessment.views.margin_notes import margins_of

SHOWN = 200


@never_cache
@require_safe
def agreement(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show how far the markers agree, and the works whose marks are too far apart."""
    plan = _plan(request, pk, key)
    assignment = _assignment(plan)
    rows = compared(plan)
    context = {
        "plan": plan,
        "assignment": assignment,
        "figures": figures(rows, assignment, plan.tolerance),
        "rows": with_names(rows[:SHOWN]),
        "more": max(len(rows) - SHOWN, 0),
        "waiting": works_judged_twice(plan).filter(state=SubmissionState.SUBMITTED).count(),
        "may_decide": plan.moderator_id == signed_in(request).pk,
    }
    return render(request, "assessment/works/agreement.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a work with both marks, and take the moderator's."""
    work, plan = _judged_twice(request, pk)
    assignment = _assignment(plan)
    both = last_of_each(work)
    seat = desk(work, signed_in(request))
    form = MarkForm(
        request.POST or None,
        assignment=assignment,
        last=seat.in_force,
        is_released=seat.is_known,
        start=None if seat.in_force else _proposed(both),
    )
    if request.method == "POST" and form.is_valid() and _moderate(request, work, form):
        messages.success(request, _("The mark is decided."))
        return redirect("works:agreement", plan.cohort_id, plan.component_key)
    context = {
        "plan": plan,
        "assignment": assignment,
        "desk": seat,
        "work": work,
        "both": both,
        "lines": _lines(assignment, both),
        "gap": abs(both[0].points - both[1].points),
        "form": form,
        "margins": margins_of(request, seat, with_both=True),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/works/decide.html", context, status=status)


def _plan(request: HttpRequest, pk: int, key: uuid.UUID) -> MarkingPlan:
    plans = MarkingPlan.objects.watched_by(request.user).select_related("cohort__version")
    return get_object_or_404(plans.select_related("moderator"), cohort=pk, component_key=key)


def _judged_twice(request: HttpRequest, pk: int) -> tuple[Submission, MarkingPlan]:
    """Return a work that both have judged, to its moderator; to others it is not there."""
    mine = MarkingPlan.objects.watched_by(request.user).filter(moderator=signed_in(request))
    rows = with_ways(Submission.objects.current()).select_related(
        "enrolment__cohort", "enrolment__version", "enrolment__learner", "version"
    )
    work = get_object_or_404(rows, pk=pk)
    plan = get_object_or_404(
        mine.select_related("cohort__version"),
        cohort=work.enrolment.cohort_id,
        component_key=work.assignment_key,
    )
    if not works_judged_twice(plan).filter(pk=work.pk).exists():
        raise Http404
    return work, plan


def _assignment(plan: MarkingPlan) -> FrozenAssignment:
    assignment = assignment_of(plan.cohort.version, plan.component_key)
    if assignment is None:
        raise Http404
    return assignment


def _proposed(both: list[BlindMark]) -> dict[str, Any]:
    """Return the means and both comments, to begin from."""
    means = {
        f"c-{key}": mean_of([Decimal(row.criteria[key]) for row in both])
        for key in both[0].criteria
    }
    points = mean_of([row.points for row in both])
    return {"points": points, "comment": joined_comment(both), **means}


def _lines(
    assignment: FrozenAssignment, both: list[BlindMark]
) -> list[tuple[str, str, str, Decimal]]:
    """Return by criterion what both gave, and the most there is."""
    return [
        (row.name, both[0].criteria[row.key], both[1].criteria[row.key], row.points)
        for row in assignment.criteria
    ]


def _moderate(request: HttpRequest, work: Submission, form: MarkForm) -> bool:
    try:
        moderate(
            submission=work,
            by=signed_in(request),
            points=form.points(),
            criteria=form.criteria(),
            comment=form.cleaned_data["comment"],
            seen=form.cleaned_data["seen"],
            reason=form.cleaned_data.get("reason", ""),
        )
    except Refused as error:
        form.add_error(None, str(error))
        return False
    return True
