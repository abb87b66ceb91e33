"""Opening a class and leading it through its life."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import need
from accounts.models import Unit, User
from accounts.permissions import Permission
from enrolments.actions import cohorts as actions
from enrolments.errors import Refused
from enrolments.forms.classes import (
    CourseStep,
    DatesStep,
    DecisionForm,
    PostponeForm,
    StopForm,
)
from enrolments.models import Cohort, Decision
from enrolments.models.cohorts import CohortState, DecisionKind
from enrolments.views.common import Seen, done, form_page, seen

STEPS = (
    gettext_lazy("Course"),
    gettext_lazy("Dates and seats"),
    gettext_lazy("Opening decision"),
    gettext_lazy("Check answers"),
)
P = Permission
RESUME = "resume"


def open_class(request: HttpRequest) -> HttpResponse:
    """Open a class step by step; nothing is written before the answers are checked."""
    user = need(request, P.OPEN_COHORTS)
    asked = _steps(request, user)
    step = _step(request, asked)
    refusal = ""
    if request.method == "POST" and step == len(asked) and "confirm" in request.POST:
        try:
            return _opened(request, asked, user)
        except Refused as error:
            refusal = str(error)
    context = {
        "steps": _shown_steps(step),
        "step": step,
        "form": asked[step] if step < len(asked) else None,
        "before": [form for number, form in enumerate(asked) if number != step],
        "answers": [field for form in asked for field in form] if step == len(asked) else [],
        "refusal": refusal,
    }
    status = 422 if refusal or (step < len(asked) and asked[step].errors) else 200
    return render(request, "enrolments/open.html", context, status=status)


def _steps(request: HttpRequest, user: User) -> list[forms.Form]:
    data = request.POST if request.method == "POST" else None
    return [CourseStep(data, by=user), DatesStep(data), DecisionForm(data)]


def _step(request: HttpRequest, asked: list[forms.Form]) -> int:
    """Return the step to show: the next one, or the first that is not filled in rightly."""
    try:
        sent = int(request.POST.get("step", "-1"))
    except ValueError:
        sent = -1
    if "back" in request.POST:
        wanted = max(0, sent - 1)
        for form in asked[wanted:]:
            form.is_bound = False  # going back is not a mistake
            form.initial = {name: request.POST.get(name, "") for name in form.fields}
        return wanted
    for number in range(min(sent + 1, len(asked))):
        if not asked[number].is_valid():
            return number
    following = min(sent + 1, len(asked))
    for form in asked[following:]:
        form.is_bound = False  # not asked yet, so nothing is missing
    return max(0, following)


def _shown_steps(step: int) -> list[tuple[str, Any]]:
    states = ["done" if n < step else "now" if n == step else "todo" for n in range(len(STEPS))]
    return list(zip(states, STEPS, strict=True))


@transaction.atomic
def _opened(request: HttpRequest, asked: list[forms.Form], user: User) -> HttpResponse:
    course, dates, decision = asked
    if not (isinstance(dates, DatesStep) and isinstance(decision, DecisionForm)):
        raise TypeError("The steps stand in this order.")
    organiser = course.cleaned_data["organiser"]
    cohort = actions.open_cohort(
        version=course.cleaned_data["course"].current_version,
        organiser=organiser,
        data=dates.data_of_cohort(),
        by=user,
        opening_decision=_entered(decision, DecisionKind.OPENING, organiser, user),
    )
    return done(request, _("The class is open as a draft."), "enrolments:cohort", cohort.pk)


def _entered(form: DecisionForm, kind: str, issuer: Unit, by: User) -> Decision | None:
    data = form.data_of_decision(kind, issuer)
    return actions.enter_decision(data=data, by=by) if data else None


def edit_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said about a class; a new last day moves the duties."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    form = DatesStep(request.POST or None, initial=model_to_dict(shown.cohort))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_cohort(cohort=shown.cohort, data=form.data_of_cohort(), by=shown.user)
            return done(request, _("The class is changed."), "enrolments:cohort", pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(request, shown, form, title=_("Change the class"), submit=_("Save"))


@require_POST
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the next step of the class's life."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    to = request.POST.get("to", "")
    if to == CohortState.RECOGNISED:  # by a decision, on the page of results
        raise Http404
    try:
        if to == RESUME:
            actions.resume(cohort=shown.cohort, by=shown.user)
        else:
            actions.change_state(cohort=shown.cohort, to=to, by=shown.user)
    except Refused as error:
        return _state_page(request, shown, str(error))
    return redirect("enrolments:cohort", pk)


def _state_page(request: HttpRequest, shown: Seen, refusal: str) -> HttpResponse:
    context = {"seen": shown, "cohort": shown.cohort, "refusal": refusal}
    return render(request, "enrolments/refused.html", context, status=422)


def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a class off, showing first what that touches."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    form = PostponeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _postpone(shown, form)
            return done(request, _("The class is postponed."), "enrolments:cohort", pk)
        except Refused as error:
            form.add_error(None, str(error))
    return _stop_page(request, shown, form, _("Postpone the class"))


@transaction.atomic
def _postpone(shown: Seen, form: PostponeForm) -> Cohort:
    return actions.postpone(
        cohort=shown.cohort,
        by=shown.user,
        decision=_entered(form, DecisionKind.CHANGE, shown.cohort.organiser, shown.user),
        reason=form.cleaned_data["reason"],
        starts_on=form.cleaned_data["starts_on"],
        ends_on=form.cleaned_data["ends_on"],
    )


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a class off, showing first what that touches."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _cancel(shown, form)
            return done(request, _("The class is cancelled."), "enrolments:cohort", pk)
        except Refused as error:
            form.add_error(None, str(error))
    return _stop_page(request, shown, form, _("Cancel the class"))


@transaction.atomic
def _cancel(shown: Seen, form: StopForm) -> Cohort:
    return actions.cancel_cohort(
        cohort=shown.cohort,
        by=shown.user,
        decision=_entered(form, DecisionKind.CHANGE, shown.cohort.organiser, shown.user),
        reason=form.cleaned_data["reason"],
    )


def _stop_page(request: HttpRequest, shown: Seen, form: forms.Form, title: str) -> HttpResponse:
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "form": form,
        "title": title,
        "touched": actions.consequences(shown.cohort),
    }
    status = 422 if form.errors else 200
    return render(request, "enrolments/stop.html", context, status=status)
