"""Work with people that waits, for the home page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.models import CorrectionRequest, User
from accounts.permissions import Permission
from accounts.rights import rights
from lms.home import HomeLine
from lms.navigation import MANAGING


def corrections_line(request: HttpRequest) -> HomeLine | None:
    """Return the requests to correct a record that wait for this person."""
    officer = signed_in(request)
    if not rights(officer).has(Permission.DECIDE_CORRECTIONS):
        return None
    open_requests = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN)
    return HomeLine(
        MANAGING,
        open_requests.allowing(officer),
        lambda n: ngettext("request to correct a record", "requests to correct a record", n),
        reverse("accounts:corrections"),
        _("Decide"),
    )


def activation_line(request: HttpRequest) -> HomeLine | None:
    """Return the people of one's units who never signed in."""
    officer = signed_in(request)
    if not rights(officer).has(Permission.ISSUE_ACTIVATION_CODES):
        return None
    people = User.objects.allowing(officer, Permission.ISSUE_ACTIVATION_CODES)
    return HomeLine(
        MANAGING,
        people.active().filter(last_login=None).exclude(pk=officer.pk),
        lambda n: ngettext("person has never signed in", "people have never signed in", n),
        f"{reverse('accounts:people')}?came=never",
        _("Issue codes"),
        "blue",
    )
