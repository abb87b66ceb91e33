"""Surveys of a class: asking one, its days, its results."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.http import signed_in
from accounts.permissions import Permission
from enrolments.models import Cohort
from enrolments.models.rights import permissions_on
from jobs.exports import respond
from surveys import exports
from surveys.actions import rounds as actions
from surveys.forms.surveys import AskForm, DaysForm
from surveys.models import Survey, SurveyRound
from surveys.questions import read
from surveys.results import compared, results

P = Permission
BESIDE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rounds(request: HttpRequest, pk: int) -> HttpResponse:
    """List the surveys asked in a class; who may asks another."""
    cohort = _class(request, pk)
    may_ask = P.MANAGE_SURVEYS in permissions_on(cohort, signed_in(request))
    form = AskForm(request.POST or None, surveys=Survey.objects.offered_for(cohort))
    if request.method == "POST" and may_ask and form.is_valid() and _ask(request, cohort, form):
        messages.success(request, _("The survey is asked; learners get a notice."))
        return redirect("surveys:rounds", pk)
    rows = SurveyRound.objects.filter(cohort=cohort).select_related("version__survey")
    context = {
        "cohort": cohort,
        "rounds": rows.order_by("-closes_on", "-pk"),
        "form": form if may_ask else None,
    }
    status = 422 if form.errors else 200
    return render(request, "surveys/rounds.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the days of a round."""
    seen = SurveyRound.objects.allowing(request.user, P.MANAGE_SURVEYS)
    row = get_object_or_404(seen.select_related("cohort", "version__survey"), pk=pk)
    days = {"opens_on": row.opens_on, "closes_on": row.closes_on}
    form = DaysForm(request.POST or None, initial=days)
    if form.is_valid():
        try:
            actions.change_days(survey_round=row, by=signed_in(request), **form.cleaned_data)
        except Refused as error:
            form.add_error("closes_on", str(error))
        else:
            messages.success(request, _("The days are changed."))
            return redirect("surveys:rounds", row.cohort_id)
    status = 422 if form.errors else 200
    return render(request, "surveys/days.html", {"form": form, "round": row}, status=status)


@never_cache
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the results of a round, beside those of other classes."""
    row = _seen(request, pk)
    rows = [row, *_beside(request, row)]
    naming = SurveyRound.objects.naming_to(request.user).filter(pk__in=[one.pk for one in rows])
    by_name = set(naming.values_list("pk", flat=True))
    asked = read(row.version.questions)
    names = list(dict.fromkeys(one.criterion for one in asked if one.criterion))
    context = {
        "round": row,
        "by_name": pk in by_name,
        "results": results(row, by_name=pk in by_name),
        "criteria": names,
        "lines": compared(rows, criteria=names, naming=by_name),
    }
    return render(request, "surveys/results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the answers as a file."""
    _seen(request, pk)
    return respond(request, kind=exports.ANSWERS, args={"round": pk})


def _class(request: HttpRequest, pk: int) -> Cohort:
    seen = Cohort.objects.allowing(request.user, P.SEE_SURVEY_RESULTS)
    return get_object_or_404(seen.select_related("course__provider"), pk=pk)


def _seen(request: HttpRequest, pk: int) -> SurveyRound:
    rows = SurveyRound.objects.allowing(request.user, P.SEE_SURVEY_RESULTS)
    return get_object_or_404(rows.select_related("cohort", "version__survey"), pk=pk)


def _beside(request: HttpRequest, row: SurveyRound) -> list[SurveyRound]:
    seen = SurveyRound.objects.allowing(request.user, P.SEE_SURVEY_RESULTS).exclude(pk=row.pk)
    same = seen.filter(version__survey=row.version.survey_id).select_related("cohort", "version")
    return list(same.order_by("-closes_on", "-pk")[:BESIDE])


def _ask(request: HttpRequest, cohort: Cohort, form: AskForm) -> bool:
    data = form.cleaned_data
    try:
        actions.ask(
            cohort=cohort,
            version=form.version(),
            opens_on=data["opens_on"],
            closes_on=data["closes_on"],
            is_anonymous=data["is_anonymous"],
            by=signed_in(request),
        )
    except Refused as error:
        form.add_error("closes_on", str(error))
        return False
    return True
