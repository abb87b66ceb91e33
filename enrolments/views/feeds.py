"""The calendar feed: its address on the calendar page, and the feed itself without a sign-in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import signed_in
from enrolments.actions.feeds import feed_of, renew_feed, stop_feed
from enrolments.feed import calendar_of


@login_not_required
@never_cache
@require_safe
def feed(_request: HttpRequest, token: str) -> HttpResponse:
    """Send the calendar to who knows its address; an address that was changed is not there."""
    found = feed_of(token)
    if found is None:
        raise Http404
    return HttpResponse(calendar_of(found.person), content_type="text/calendar; charset=utf-8")


@require_POST
def change_feed(request: HttpRequest) -> HttpResponse:
    """Give the feed a new address, or switch it off."""
    person = signed_in(request)
    if request.POST.get("act") == "stop":
        stop_feed(by=person)
        messages.success(request, _("The calendar can no longer be fetched."))
    else:
        renew_feed(by=person)
        messages.success(request, _("The address is new; one given before no longer works."))
    return redirect("enrolments:agenda")
