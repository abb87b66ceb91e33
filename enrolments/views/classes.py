"""The list of classes and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.http import signed_in
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.board import board_of
from enrolments.exports import LEARNERS, ORDER
from enrolments.forms.classes import ClassFilter, LearnerFilter
from enrolments.learner_rows import learner_rows, with_duties
from enrolments.models import Cohort
from enrolments.slots import actions_on
from enrolments.views.common import seen, seen_with_learners
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
