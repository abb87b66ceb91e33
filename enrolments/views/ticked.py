"""What is done with the ticked learners of a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from enrolments.actions.places import withdraw_many
from enrolments.actions.remind import remind
from enrolments.actions.transfers import defer, substitute
from enrolments.errors import Refused
from enrolments.extending import propose_extension
from enrolments.forms.classes import ExtendForm, PickForm, ReasonForm
from enrolments.forms.transfers import DeferForm, SubstituteForm, TransferForm, classes_to_go_on_in
from enrolments.models import Enrolment
from enrolments.transferring import propose_transfer
from enrolments.views.common import Seen, done, seen


@require_POST
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one thing with the ticked learners: remind them, or ask what it needs first."""
    shown = seen(request, pk)
    if not shown.may_act:
        raise Http404
    form = PickForm(request.POST, places=shown.places_in_charge().unfinished())
    if not form.is_valid():
        messages.warning(request, _("Tick learners who have not finished yet."))
        return redirect("enrolments:cohort", pk)
    places = form.cleaned_data["ids"].select_related("learner", "cohort", "sending_unit")
    act = ACTS.get(request.POST.get("do", ""))
    if act:
        return act(request, shown, list(places))
    sent = remind(enrolments=list(places), by=shown.user)
    sentence = ngettext("%(n)s reminder is on its way.", "%(n)s reminders are on their way.", sent)
    return done(request, sentence % {"n": sent}, "enrolments:cohort", pk)


def _withdraw(request: HttpRequest, shown: Seen, places: list[Enrolment]) -> HttpResponse:
    """Ask for the reason, then take the learners off the class."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            gone = withdraw_many(enrolments=places, by=shown.user, reason=reason)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            sentence = ngettext("%(n)s learner withdrawn.", "%(n)s learners withdrawn.", gone)
            return done(request, sentence % {"n": gone}, "enrolments:cohort", shown.cohort.pk)
    context = {"seen": shown, "cohort": shown.cohort, "form": form, "places": places}
    status = 422 if form.errors else 200
    return render(request, "enrolments/withdraw.html", context, status=status)


def _extend(request: HttpRequest, shown: Seen, places: list[Enrolment]) -> HttpResponse:
    """Ask until when and why; then show what would move, to be confirmed."""
    form = ExtendForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        ids = [place.pk for place in places]
        change = propose_extension(
            cohort=shown.cohort, places=ids, by=shown.user, **form.cleaned_data
        )
        return redirect(change)
    context = {"seen": shown, "cohort": shown.cohort, "form": form, "places": places}
    status = 422 if form.errors else 200
    return render(request, "enrolments/extend.html", context, status=status)


def _transfer(request: HttpRequest, shown: Seen, places: list[Enrolment]) -> HttpResponse:
    """Ask into which class and why; then show what would move, to be confirmed."""
    sent = request.POST if "reason" in request.POST else None
    classes = classes_to_go_on_in(shown.cohort.course_id, shown.user)
    form = TransferForm(sent, classes=classes.exclude(pk=shown.cohort.pk))
    if form.is_valid():
        ids = [place.pk for place in places]
        change = propose_transfer(
            cohort=shown.cohort, places=ids, by=shown.user, **form.cleaned_data
        )
        return redirect(change)
    return _page(request, shown, form, places, "transfer")


def _defer(request: HttpRequest, shown: Seen, places: list[Enrolment]) -> HttpResponse:
    """Ask until when and why, then put the places off."""
    form = DeferForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        try:
            n = sum(defer(enrolment=one, by=shown.user, **form.cleaned_data) for one in places)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = ngettext("%(n)s place is put off.", "%(n)s places are put off.", n)
            return done(request, words % {"n": n}, "enrolments:cohort", shown.cohort.pk)
    return _page(request, shown, form, places, "defer")


def _substitute(request: HttpRequest, shown: Seen, places: list[Enrolment]) -> HttpResponse:
    """Ask who comes in the place of one learner and why."""
    if len(places) != 1:
        messages.warning(request, _("Tick one learner whose seat another person takes."))
        return redirect("enrolments:cohort", shown.cohort.pk)
    sent = request.POST if "reason" in request.POST else None
    form = SubstituteForm(sent, place=places[0], user=shown.user)
    if form.is_valid():
        try:
            place = substitute(
                enrolment=places[0],
                person=form.cleaned_data["code"],
                unit=form.unit,
                by=shown.user,
                reason=form.cleaned_data["reason"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = _("%(name)s has the seat now.") % {"name": place.learner.full_name}
            return done(request, words, "enrolments:cohort", shown.cohort.pk)
    return _page(request, shown, form, places, "substitute")


def _page(
    request: HttpRequest, shown: Seen, form: forms.Form, places: list[Enrolment], act: str
) -> HttpResponse:
    context = {"seen": shown, "cohort": shown.cohort, "form": form, "places": places, "act": act}
    status = 422 if form.errors else 200
    return render(request, "enrolments/ticked.html", context, status=status)


Act = Callable[[HttpRequest, Seen, list[Enrolment]], HttpResponse]
ACTS: Final[dict[str, Act]] = {
    "withdraw": _withdraw,
    "extend": _extend,
    "transfer": _transfer,
    "defer": _defer,
    "substitute": _substitute,
}
