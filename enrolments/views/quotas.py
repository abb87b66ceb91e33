"""The quotas of a class: what each unit may send, and what of it is used."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from enrolments.actions.quotas import set_quotas
from enrolments.errors import Refused
from enrolments.forms.quotas import ClassQuotasForm
from enrolments.quotas import SeatsByUnit
from enrolments.views.common import done, seen


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the quotas with what is used of each; take others."""
    shown = seen(request, pk, Permission.MANAGE_COHORTS)
    by_unit = SeatsByUnit(shown.cohort)
    form = ClassQuotasForm(request.POST or None, lines=by_unit.lines())
    if request.method == "POST" and form.is_valid():
        try:
            set_quotas(cohort=shown.cohort, quotas=form.cleaned_data["quotas"], by=shown.user)
        except Refused as error:
            form.add_error("quotas", str(error))
        else:
            return done(request, _("The quotas are saved."), "enrolments:quotas", pk)
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "form": form,
        "lines": by_unit.lines(),
        "open_seats": by_unit.open_seats,
        "open_used": by_unit.used[None],
    }
    status = 422 if form.errors else 200
    return render(request, "enrolments/quotas.html", context, status=status)
