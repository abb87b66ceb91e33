"""Requirements: the list, the terms, who has done it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from enrolments.actions.cohorts import enter_decision
from enrolments.errors import Refused
from enrolments.forms.classes import ReasonForm
from enrolments.models import Decision
from enrolments.models.cohorts import DecisionKind
from enrolments.models.duties import ObligationStatus
from jobs.exports import respond
from lms.pages import keyset_page
from requirements import requirement_change as change
from requirements.actions.requirements import CourseSet, save_requirement
from requirements.exports import REQUIREMENT, duties_seen
from requirements.forms.requirements import SETS, CourseSetForm, RequirementForm, sets_of, typed_of
from requirements.models import Requirement, RequirementDuty
from requirements.models.requirements import RequirementState
from requirements.wording import terms_in_words

P = Permission
FILTERS = {
    "overdue": Q(obligation__status=ObligationStatus.OVERDUE),
    "open": Q(obligation__status__in=[ObligationStatus.OPEN, ObligationStatus.SCHEDULED]),
    "done": Q(obligation__status__in=[ObligationStatus.DONE, ObligationStatus.DONE_LATE]),
    "waived": Q(obligation__status=ObligationStatus.WAIVED),
}


def kept(user: User, pk: int) -> Requirement:
    """Return the requirement if the person keeps it; else 404."""
    rows = Requirement.objects.allowing(user, P.MANAGE_REQUIREMENTS)
    found = rows.select_related("audience", "decision", "legal_basis", "created_by")
    return get_object_or_404(found, pk=pk)


@require_safe
def requirements(request: HttpRequest) -> HttpResponse:
    """List the requirements of one's units with how far their people are."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    found = Requirement.objects.allowing(user, P.MANAGE_REQUIREMENTS)
    page = keyset_page(found.select_related("audience"), request, order=("-pk",))
    counts = _counts([row.pk for row in page.rows])
    return render(
        request,
        "requirements/requirements.html",
        {"page": page, "rows": [(row, counts.get(row.pk, {})) for row in page.rows]},
    )


def _counts(keys: list[int]) -> dict[int, Any]:
    """Return, by requirement, how many duties stand how; one query."""
    rows = RequirementDuty.objects.current().filter(requirement__in=keys)
    counted = {name: Count("pk", filter=condition) for name, condition in FILTERS.items()}
    found = rows.order_by().values("requirement").annotate(all=Count("pk"), **counted)
    return {one["requirement"]: one for one in found}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_requirement(request: HttpRequest) -> HttpResponse:
    """Draft a requirement."""
    return _edit(request, need(request, P.MANAGE_REQUIREMENTS), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_requirement(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; the terms of one in force stay."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    row = kept(user, pk)
    if row.state != RequirementState.DRAFT:
        raise Http404
    return _edit(request, user, row)


def _edit(request: HttpRequest, user: User, row: Requirement | None) -> HttpResponse:
    form = RequirementForm(
        request.POST or None,
        by=user,
        initial=typed_of(row) if row else {"audience": request.GET.get("nhom")},
    )
    before = sets_of(row) if row else []
    sets = [
        CourseSetForm(
            request.POST or None,
            prefix=f"c{n}",
            initial=before[n - 1] if n <= len(before) else None,
        )
        for n in range(1, SETS + 1)
    ]
    if request.method == "POST" and all([form.is_valid(), *[one.is_valid() for one in sets]]):
        chosen = [found for one in sets if (found := one.course_set())]
        saved = _saved(user, form, chosen, row) if chosen else None
        if saved:
            return redirect("requirements:requirement", saved.pk)
        if not chosen:
            sets[0].add_error("courses", _("Tick at least one course."))
    failed = form.errors or any(one.errors for one in sets)
    context = {"form": form, "sets": sets, "requirement": row}
    return render(
        request, "requirements/requirement_form.html", context, status=422 if failed else 200
    )


def _saved(
    user: User, form: RequirementForm, sets: list[CourseSet], row: Requirement | None
) -> Requirement | None:
    audience = form.cleaned_data["audience"]
    try:
        facts: dict[str, Any] = form.facts() | {"decision": _decision(user, form)}
        return save_requirement(audience=audience, facts=facts, sets=sets, by=user, requirement=row)
    except Refused as error:
        form.add_error("number", str(error))
        return None


def _decision(user: User, form: RequirementForm) -> Decision | None:
    issuer = form.cleaned_data["audience"].unit
    data = form.data_of_decision(DecisionKind.REQUIREMENT, issuer)
    return enter_decision(data=data, by=user) if data else None


@require_safe
def requirement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the terms in words, how far its people are, and each of them."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    row, state = kept(user, pk), request.GET.get("tinh_trang", "")
    duties = duties_seen(user, row)
    if state in FILTERS:
        duties = duties.filter(FILTERS[state])
    page = keyset_page(
        duties.select_related("person", "obligation__unit"),
        request,
        order=("person__sort_key", "pk"),
    )
    context = {
        "requirement": row,
        "terms": terms_in_words(row),
        "sets": row.sets.prefetch_related("courses"),
        "counts": _counts([row.pk]).get(row.pk, {}),
        "members": row.audience.members_count,
        "page": page,
        "state": state,
        "form": ReasonForm(),
    }
    return render(request, "requirements/requirement.html", context)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the start worked out, to be looked at."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    row = kept(user, pk)
    if row.state != RequirementState.DRAFT:
        messages.warning(request, _("It is in force already."))
        return redirect("requirements:requirement", pk)
    return redirect("jobs:change", change.propose(requirement=row, verb=change.START, by=user).pk)


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the end worked out, to be looked at."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    row, form = kept(user, pk), ReasonForm(request.POST)
    if row.state != RequirementState.IN_FORCE or not form.is_valid():
        messages.warning(request, _("Say why it ends."))
        return redirect("requirements:requirement", pk)
    reason = form.cleaned_data["reason"]
    proposed = change.propose(requirement=row, verb=change.END, by=user, reason=reason)
    return redirect("jobs:change", proposed.pk)


def export_requirement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return everybody who comes under it, as a workbook."""
    return respond(request, REQUIREMENT, {"requirement": pk})
