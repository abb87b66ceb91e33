"""Setting who marks the works of an assignment, and giving single works to somebody else."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Refused
from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions import marking_plans as actions
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.desks import with_ways
from assessment.forms.marking_plans import HandOverForm, PlanForm
from assessment.models import MarkingPlan, MarkingTurn, Submission
from assessment.models.assignments import SubmissionState
from assessment.models.marking_plans import works_judged_twice, works_of
from enrolments.models import Cohort
from lms.pages import Page, keyset_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show how the works of an assignment are marked and how far it is; take another plan."""
    cohort, assignment = _class_work(request, pk, key)
    known = MarkingPlan.objects.of(cohort.pk, key)
    form = PlanForm(request.POST or None, cohort=cohort, plan=known)
    if request.method == "POST" and form.is_valid() and _set(request, cohort, key, form):
        messages.success(request, _("The plan is saved and the waiting works are shared out."))
        return redirect("works:plan", pk, key)
    context = {
        "cohort": cohort,
        "assignment": assignment,
        "plan": known,
        "form": form,
        **_progress(request, known),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/works/plan.html", context, status=status)


@require_POST
def share_again(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Share out anew what nobody has marked yet."""
    cohort, _assignment = _class_work(request, pk, key)
    row = get_object_or_404(MarkingPlan.objects.select_related("cohort"), **_of(cohort, key))
    try:
        given = actions.share_again(plan=row, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        words = ngettext("%(n)d work is shared out.", "%(n)d works are shared out.", given)
        messages.success(request, words % {"n": given})
    return redirect("works:plan", pk, key)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one work to another marker."""
    turns = MarkingTurn.objects.select_related("submission__enrolment")
    turn = get_object_or_404(turns, pk=pk, submission__in=_works(request))
    work = turn.submission
    row = get_object_or_404(
        MarkingPlan, cohort=work.enrolment.cohort_id, component_key=work.assignment_key
    )
    form = HandOverForm(request.POST, plan=row)
    try:
        if form.is_valid():
            actions.hand_over(turn=turn, to=form.cleaned_data["to"], by=signed_in(request))
            messages.success(request, _("The work is given to the other marker."))
        else:
            messages.error(request, _("Choose one of the markers of the plan."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("works:plan", row.cohort_id, row.component_key)


def _class_work(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Cohort, FrozenAssignment]:
    allowed = Cohort.objects.allowing(request.user, Permission.RELEASE_RESULTS)
    cohort = get_object_or_404(allowed.select_related("version"), pk=pk)
    assignment = assignment_of(cohort.version, key)
    if assignment is None:
        raise Http404
    return cohort, assignment


def _of(cohort: Cohort, key: uuid.UUID) -> dict[str, Any]:
    return {"cohort": cohort, "component_key": key}


def _works(request: HttpRequest) -> Any:
    return Submission.objects.allowing(request.user, Permission.RELEASE_RESULTS).current()


def _set(request: HttpRequest, cohort: Cohort, key: uuid.UUID, form: PlanForm) -> bool:
    try:
        actions.set_plan(cohort=cohort, key=key, spec=form.spec(), by=signed_in(request))
    except Refused as error:
        form.add_error(None, str(error))
        return False
    return True


def _progress(request: HttpRequest, plan: MarkingPlan | None) -> dict[str, Any]:
    """Return how far each marker is, and a page of the works with who has them."""
    if plan is None:
        return {}
    if plan.is_blind_for(signed_in(request)):
        return {"is_blind": True}
    works = works_of(plan)
    turns = MarkingTurn.objects.filter(submission__in=works)
    mine = Q(marking_turns__submission__in=works)
    markers = plan.markers.by_given_name().annotate(
        given=Count("marking_turns", filter=mine),
        done=Count("marking_turns", filter=mine & Q(marking_turns__marked_at__isnull=False)),
    )
    return {
        "markers": markers,
        "page": _page(request, plan),
        "waiting": works.filter(state=SubmissionState.SUBMITTED).count(),
        "unshared": works.filter(state=SubmissionState.SUBMITTED)
        .exclude(pk__in=turns.values("submission"))
        .count(),
        "apart": plan.is_double
        and works_judged_twice(plan).filter(state=SubmissionState.SUBMITTED).count(),
        "may_compare": MarkingPlan.objects.watched_by(request.user).filter(pk=plan.pk).exists(),
    }


def _page(request: HttpRequest, plan: MarkingPlan) -> Page[Submission]:
    turns = MarkingTurn.objects.select_related("marker")
    works = with_ways(works_of(plan)).exclude(enrolment__learner=signed_in(request))
    rows = works.select_related("enrolment__learner", "enrolment__sending_unit")
    rows = rows.prefetch_related(Prefetch("turns", turns))
    return keyset_page(rows, request, order=("submitted_at", "pk"))
