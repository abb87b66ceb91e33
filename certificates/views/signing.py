"""The signatory's page: what waits, and signing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import need
from accounts.permissions import Permission
from certificates.actions import signing
from certificates.errors import Refused
from lms.pages import keyset_page

PAGE = 100


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the papers that wait for the signature, in the order of their numbers."""
    user = need(request, Permission.SIGN_CERTIFICATES)
    waiting = signing.to_sign(user).select_related("enrolment__cohort", "recognition__decision")
    page = keyset_page(waiting, request, order=("register_id", "number", "pk"), size=PAGE)
    return render(request, "certificates/to_sign.html", {"page": page})


@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the papers that are ticked."""
    user = need(request, Permission.SIGN_CERTIFICATES)
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal()][:PAGE]
    try:
        count = signing.sign(ids=ids, by=user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("certificates:to_sign")
    if count:
        words = ngettext("%(n)s paper is signed.", "%(n)s papers are signed.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.warning(request, _("Nothing was ticked, or it was signed before."))
    return redirect("certificates:to_sign")
