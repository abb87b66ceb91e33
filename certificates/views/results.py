"""Xét kết quả: proposal, changes of the council, decision, issue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import signed_in
from accounts.permissions import Permission
from certificates.actions import recognition as actions
from certificates.eligibility import places_of
from certificates.errors import Refused
from certificates.forms.recognition import (
    DecisionForm,
    IssueForm,
    LineForm,
    ResultFilter,
    SupplementForm,
)
from certificates.issuing import KIND, register_for
from certificates.models import Recognition, RecognitionLine
from certificates.models.recognition import RecognitionLineQuerySet
from certificates.views.common import done, form_page
from enrolments.actions.cohorts import enter_decision
from enrolments.models import Cohort
from enrolments.models.cohorts import CohortState
from enrolments.models.places import Result
from jobs.actions import draft, plan
from jobs.models import BulkChange, ChangeState
from lms.pages import keyset_page
from lms.text import fold

ORDER = ("enrolment__learner_sort_key", "pk")
FINAL = (ChangeState.APPLIED, ChangeState.UNDOING, ChangeState.UNDONE, ChangeState.REFUSED)


@require_safe
def results(request: HttpRequest, cohort_pk: int) -> HttpResponse:
    """Show what has been proposed and decided for a class."""
    cohort = _cohort(request, cohort_pk, Permission.PROPOSE_RESULTS)
    found = cohort.recognitions.select_related("decision").order_by("number")
    context = {
        "cohort": cohort,
        "recognitions": found.annotate(size=Count("lines")),
        "may_propose": cohort.state == CohortState.CLOSED,
        "may_add": actions.may_be_added(cohort),
    }
    return render(request, "certificates/results.html", context)


@require_POST
def propose(request: HttpRequest, cohort_pk: int) -> HttpResponse:
    """Work the results out of the records."""
    cohort = _cohort(request, cohort_pk, Permission.PROPOSE_RESULTS)
    try:
        made = actions.propose(cohort=cohort, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
        return redirect("certificates:results", cohort.pk)
    return done(request, _("The results are proposed."), "certificates:recognition", made.pk)


@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, cohort_pk: int) -> HttpResponse:
    """List the persons of a supplementary recognition."""
    cohort = _cohort(request, cohort_pk, Permission.PROPOSE_RESULTS)
    left = places_of(cohort).exclude(result=Result.PASSED).select_related("sending_unit")
    form = SupplementForm(request.POST or None, places=left)
    if request.method == "POST" and form.is_valid():
        try:
            chosen = left.filter(pk__in=form.cleaned_data["places"])
            made = actions.propose(cohort=cohort, by=signed_in(request), enrolments=list(chosen))
            return redirect("certificates:recognition", made.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Supplementary recognition"),
        lead=str(cohort),
        submit=_("Propose the results"),
        back=reverse("certificates:results", args=[cohort.pk]),
    )


@require_safe
def recognition(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the results of a recognition, person by person."""
    shown = _recognition(request, pk, Permission.PROPOSE_RESULTS)
    form = ResultFilter(request.GET)
    lines = _narrowed(shown.lines.all(), form).select_related(
        "enrolment__learner", "enrolment__sending_unit", "changed_by"
    )
    context = {
        "recognition": shown,
        "cohort": shown.cohort,
        "filter": form,
        "counts": _counts(shown),
        "page": keyset_page(lines, request, order=ORDER),
        "is_open": shown.state == Recognition.State.PROPOSED,
        "changes": _changes(request, shown),
    }
    return render(request, "certificates/recognition.html", context)


@require_safe
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the list as it lies before the council."""
    shown = _recognition(request, pk, Permission.PROPOSE_RESULTS)
    lines = shown.lines.select_related("enrolment__learner", "enrolment__sending_unit")
    context = {"recognition": shown, "cohort": shown.cohort, "counts": _counts(shown)}
    return render(request, "certificates/result_list.html", {**context, "lines": lines})


@require_http_methods(["GET", "POST"])
def change_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter another result, with the council's reason."""
    user = signed_in(request)
    lines = RecognitionLine.objects.allowing(user, Permission.PROPOSE_RESULTS)
    line = get_object_or_404(lines.select_related("enrolment__learner", "recognition"), pk=pk)
    form = LineForm.of(line, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_line(line=line, by=user, **form.cleaned_data)
            sentence = _("The result is changed.")
            return done(request, sentence, "certificates:recognition", line.recognition_id)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=line.enrolment.learner.full_name,
        lead=_proposed_words(line),
        submit=_("Save"),
        back=reverse("certificates:recognition", args=[line.recognition_id]),
    )


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the recognition decision."""
    shown = _recognition(request, pk, Permission.RECOGNISE_RESULTS)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = signed_in(request)
        try:
            decision = enter_decision(data=form.data_for(shown), by=user)
            actions.decide(recognition=shown, decision=decision, by=user)
            sentence = _("The results are recognised. Hours are being credited.")
            return done(request, sentence, "certificates:recognition", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Recognition decision"),
        lead=str(shown.cohort),
        counts=_counts(shown),
        warning=_("With the decision the results hold and the hours are credited."),
        submit=_("Recognise the results"),
        back=reverse("certificates:recognition", args=[shown.pk]),
    )


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose signatory and date, then look at the plan before any number is taken."""
    shown = _recognition(request, pk, Permission.ISSUE_CERTIFICATES)
    back = reverse("certificates:recognition", args=[shown.pk])
    if shown.state != Recognition.State.DECIDED:
        messages.error(request, _("Papers follow the decision."))
        return redirect(back)
    form = IssueForm(request.POST or None, recognition=shown)
    if request.method == "POST" and form.is_valid():
        return redirect(_planned(request, shown, form))
    return form_page(
        request,
        form,
        title=_("Issue papers"),
        lead=str(shown.cohort),
        submit=_("Check before issuing"),
        back=back,
    )


def _planned(request: HttpRequest, shown: Recognition, form: IssueForm) -> BulkChange:
    user, chosen = signed_in(request), form.cleaned_data
    register = register_for(shown, chosen["day"], user)
    params = {
        "recognition": shown.pk,
        "register": register.pk,
        "signatory": chosen["signatory"].pk,
        "day": chosen["day"].isoformat(),
    }
    wish = f"{KIND}:{shown.pk}:{user.pk}:{register.pk}:{params['signatory']}:{params['day']}"
    # The same wish again is the same plan, until that one is over.
    over = BulkChange.objects.filter(key__startswith=f"{wish}:", state__in=FINAL).count()
    change = draft(
        kind=KIND,
        key=f"{wish}:{over}",
        title=_("Issue of papers: %(cohort)s") % {"cohort": shown.cohort},
        by=user,
        params=params,
        unit_id=shown.cohort.organiser_id,
    )
    plan(change=change, by=user)
    return change


def _cohort(request: HttpRequest, pk: int, permission: Permission) -> Cohort:
    cohorts = Cohort.objects.allowing(request.user, permission)
    return get_object_or_404(cohorts.select_related("course", "version"), pk=pk)


def _recognition(request: HttpRequest, pk: int, permission: Permission) -> Recognition:
    found = Recognition.objects.allowing(request.user, permission)
    related = ("cohort__course__provider__unit", "decision__issuer", "decided_by")
    return get_object_or_404(found.select_related(*related), pk=pk)


def _counts(shown: Recognition) -> list[tuple[str, str, int]]:
    found = dict(shown.lines.order_by().values_list("result").annotate(n=Count("pk")))
    return [(value, str(label), found.get(value, 0)) for value, label in Result.choices]


def _narrowed(lines: RecognitionLineQuerySet, form: ResultFilter) -> RecognitionLineQuerySet:
    if not form.is_valid():
        return lines.none()
    chosen = form.cleaned_data
    if chosen["q"]:
        lines = lines.filter(enrolment__learner__search_key__contains=fold(chosen["q"]))
    if chosen["result"]:
        lines = lines.filter(result=chosen["result"])
    return lines.exclude(result=F("proposed")) if chosen["changed"] else lines


def _changes(request: HttpRequest, shown: Recognition) -> QuerySet[BulkChange]:
    mine = BulkChange.objects.visible_to(request.user).filter(kind=KIND)
    return mine.filter(key__startswith=f"{KIND}:{shown.pk}:").order_by("-pk")


def _proposed_words(line: RecognitionLine) -> str:
    words: dict[str, Any] = {
        "result": line.get_proposed_display(),
        "reason": line.proposed_reason,
    }
    if line.proposed_reason:
        return _("Proposed: %(result)s. %(reason)s") % words
    return _("Proposed: %(result)s") % words
