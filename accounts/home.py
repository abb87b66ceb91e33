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
    waiting = open_requests.allowing(officer).count()
    text = ngettext("request to correct a record", "requests to correct a record", waiting)
    return HomeLine(MANAGING, waiting, text, reverse("accounts:corrections"), _("Decide"))


def activation_line(request: HttpRequest) -> HomeLine | None:
    """Return the people of one's units who never signed in."""
    officer = signed_in(request)
    if not rights(officer).has(Permission.ISSUE_ACTIVATION_CODES):
        return None
    people = User.objects.allowing(officer, Permission.ISSUE_ACTIVATION_CODES)
    never = people.active().filter(last_login=None).exclude(pk=officer.pk).count()
    text = ngettext("person has never signed in", "people have never signed in", never)
    url = f"{reverse('accounts:people')}?came=never"
    return HomeLine(MANAGING, never, text, url, _("Issue codes"), "blue")
