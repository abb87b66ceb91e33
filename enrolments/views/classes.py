"""The list of classes and the page of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.actions.places import withdraw_many
from enrolments.actions.remind import remind
from enrolments.board import board_of
from enrolments.errors import Refused
from enrolments.exports import LEARNERS, ORDER
from enrolments.extending import propose_extension
from enrolments.forms.classes import ClassFilter, ExtendForm, LearnerFilter, PickForm, ReasonForm
from enrolments.learner_rows import learner_rows, with_duties
from enrolments.models import Cohort, Enrolment
from enrolments.slots import actions_on
from enrolments.views.common import Seen, done, seen, seen_with_learners
from jobs.exports import respond
from lms.pages import keyset_page

LOW = 55  # per cent; units under it are named


def classes(request: HttpRequest) -> HttpResponse:
    """List the classes one may see, the newest first."""
    user = signed_in(request)
    form = ClassFilter(request.GET)
    found = form.narrow(Cohort.objects.visible_to(user), user).select_related("organiser")
    context = {
        "filter": form,
        "page": keyset_page(found, request, order=("-starts_on", "-pk")),
        "may_open": rights(user).has(Permission.OPEN_COHORTS),
    }
    return render(request, "enrolments/classes.html", context)


def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a class: its figures, and its learners where the person may see them."""
    shown = seen(request, pk)
    context: dict[str, object] = {"seen": shown, "cohort": shown.cohort}
    context["actions"] = actions_on(request, shown.cohort)
    context["mine"] = shown.cohort.enrolments.in_force().filter(learner=shown.user).first()
    if shown.sees_learners:
        board = board_of(shown.places())
        form = LearnerFilter(request.GET, units=[unit for unit, _tally in board.units])
        page = keyset_page(with_duties(form.narrow(shown.places())), request, order=ORDER)
        context |= {
            "board": board,
            "low": board.below(LOW)[:5] if shown.cohort.has_begun else [],
            "filter": form,
            "page": page,
            "rows": list(learner_rows(page.rows)),
        }
    return render(request, "enrolments/cohort.html", context)


def export_learners(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return exactly the learners the filter leaves, as a workbook."""
    return respond(request, LEARNERS, {"cohort": pk, "filter": request.GET.urlencode()})


@require_POST
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one thing with the ticked learners: remind them, or ask why they leave."""
    shown = seen(request, pk)
    if not shown.may_act:
        raise Http404
    form = PickForm(request.POST, places=shown.places_in_charge().unfinished())
    if not form.is_valid():
        messages.warning(request, _("Tick learners who have not finished yet."))
        return redirect("enrolments:cohort", pk)
    places = form.cleaned_data["ids"].select_related("learner", "cohort")
    if request.POST.get("do") == "withdraw":
        return _withdraw(request, shown, list(places))
    if request.POST.get("do") == "extend":
        return _extend(request, shown, list(places))
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


def newcomers(request: HttpRequest, pk: int) -> HttpResponse:
    """List who has never signed in, with new activation slips for those one may help."""
    shown = seen_with_learners(request, pk)
    places = shown.places().in_force().filter(learner__last_login=None)
    page = keyset_page(places.select_related("learner", "sending_unit"), request, order=ORDER)
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "page": page,
        "may_issue": rights(shown.user).has(Permission.ISSUE_ACTIVATION_CODES),
    }
    return render(request, "enrolments/newcomers.html", context)


def signed_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the list of learners with room to sign (danh sách ký tên)."""
    shown = seen_with_learners(request, pk)
    places = shown.places().in_force().select_related("learner", "sending_unit")
    context = {"seen": shown, "cohort": shown.cohort, "places": places.order_by(*ORDER)}
    return render(request, "enrolments/print_list.html", context)
