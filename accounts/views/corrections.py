"""What people say is wrong in their records, waiting for the officer of their unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions.corrections import accept_correction, refuse_correction
from accounts.errors import Refused
from accounts.forms.people import CORRECTABLE, DecisionForm
from accounts.http import need
from accounts.models import CorrectionRequest
from accounts.permissions import Permission
from lms.pages import keyset_page


def corrections(request: HttpRequest) -> HttpResponse:
    """List the open requests of the officer's units."""
    user = need(request, Permission.DECIDE_CORRECTIONS)
    waiting = CorrectionRequest.objects.allowing(user).open().select_related("person")
    page = keyset_page(waiting, request, order=("pk",))
    rows = [(CORRECTABLE.get(row.field, row.field), row) for row in page.rows]
    return render(request, "accounts/corrections.html", {"page": page, "rows": rows})


@require_POST
def decide_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept, or refuse with a reason."""
    user = need(request, Permission.DECIDE_CORRECTIONS)
    waiting = CorrectionRequest.objects.allowing(user).open().select_related("person")
    row = get_object_or_404(waiting, pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it is refused."))
        return redirect("accounts:corrections")
    try:
        if form.cleaned_data["decision"] == CorrectionRequest.State.ACCEPTED:
            accept_correction(request=row, by=user)
        else:
            refuse_correction(request=row, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("The decision is on record."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("accounts:corrections")
