"""Who was not reached by mail: a list, a notice to print and words to copy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.http import need
from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from enrolments.models import Obligation
from enrolments.models.duties import ObligationQuerySet
from enrolments.views.common import seen_with_learners
from lms.pages import keyset_page

ORDER = ("person__sort_key", "pk")


def unreached(request: HttpRequest, pk: int) -> HttpResponse:
    """List the learners of a class without an address who have something to finish."""
    shown = seen_with_learners(request, pk)
    places = shown.places().unfinished()
    duties = Obligation.objects.filter(enrolment__in=places)
    return _page(request, duties, {"seen": shown, "cohort": shown.cohort})


def unreached_of_units(request: HttpRequest) -> HttpResponse:
    """List the same for the units of an officer."""
    user = need(request, Permission.SEE_DELIVERY)
    return _page(request, _of_units(user), {})


def _of_units(user: User) -> ObligationQuerySet:
    granted = RoleGrant.objects.giving(user, Permission.SEE_DELIVERY)
    if granted.site_wide().exists():
        return Obligation.objects.all()
    return Obligation.objects.filter(unit__in=granted.unit_ids())


def _page(
    request: HttpRequest, duties: ObligationQuerySet, context: dict[str, object]
) -> HttpResponse:
    waiting = duties.outstanding().filter(person__email="").select_related("person", "unit")
    context["page"] = keyset_page(waiting, request, order=ORDER)
    return render(request, "enrolments/unreached.html", context)
