"""Keeping surveys: the list, the draft, publishing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refused
from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from lms.pages import keyset_page
from surveys.actions import surveys as actions
from surveys.forms.answers import AnswerForm
from surveys.forms.surveys import DraftForm, NewSurveyForm
from surveys.models import Survey, SurveyRound
from surveys.questions import read

P = Permission
ROUNDS_SHOWN = 100


def kept(user: User, pk: int) -> Survey:
    """Return the survey if the person keeps it; else 404."""
    rows = Survey.objects.allowing(user, P.MANAGE_SURVEYS).select_related("unit")
    return get_object_or_404(rows, pk=pk)


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """List the surveys one keeps."""
    user = need(request, P.MANAGE_SURVEYS)
    rows = Survey.objects.allowing(user, P.MANAGE_SURVEYS).select_related("unit")
    page = keyset_page(rows.prefetch_related("versions"), request, order=("title", "pk"))
    return render(request, "surveys/surveys.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_survey(request: HttpRequest) -> HttpResponse:
    """Begin a survey; its questions are the next step."""
    user = need(request, P.MANAGE_SURVEYS)
    form = NewSurveyForm(request.POST or None, by=user)
    if form.is_valid():
        try:
            made = actions.create_survey(**form.cleaned_data, by=user)
        except Refused as error:
            form.add_error("title", str(error))
        else:
            return redirect("surveys:draft", made.pk)
    status = 422 if form.errors else 200
    return render(request, "surveys/new.html", {"form": form}, status=status)


@never_cache
@require_safe
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what it asks as learners see it, and where it has been asked."""
    row = kept(need(request, P.MANAGE_SURVEYS), pk)
    newest = row.versions.latest("number")
    rounds = SurveyRound.objects.filter(version__survey=row).select_related("cohort", "version")
    context = {
        "survey": row,
        "version": newest,
        "form": AnswerForm(questions=read(newest.questions)),
        "rounds": rounds.order_by("-closes_on", "-pk")[:ROUNDS_SHOWN],
    }
    return render(request, "surveys/survey.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what the survey asks; a published version stays and the next begins."""
    user = need(request, P.MANAGE_SURVEYS)
    row = kept(user, pk)
    newest = row.versions.latest("number")
    form = DraftForm(request.POST or None, version=newest)
    if form.is_valid():
        actions.save_draft(survey=row, by=user, **form.cleaned_data)
        messages.success(request, _("The draft is saved."))
        return redirect("surveys:survey", pk)
    status = 422 if form.errors else 200
    context = {"form": form, "survey": row, "version": newest}
    return render(request, "surveys/draft.html", context, status=status)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft."""
    user = need(request, P.MANAGE_SURVEYS)
    try:
        actions.publish(survey=kept(user, pk), by=user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Published: it can be asked in classes."))
    return redirect("surveys:survey", pk)
