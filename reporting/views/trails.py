"""What was done, and what was sent: the audit log and the delivery log."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.http import need
from accounts.permissions import Permission
from lms.pages import keyset_page
from reporting.forms.trails import AuditFilter, LetterFilter
from reporting.reach import events_allowing, letters_allowing


@never_cache
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """Search the acts, newest first."""
    user = need(request, Permission.SEE_AUDIT)
    form = AuditFilter(request.GET)
    page = keyset_page(form.narrow(events_allowing(user)), request, order=("-at", "-pk"))
    return render(request, "reporting/audit_log.html", {"filter": form, "page": page})


@never_cache
@require_GET
def audit_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one act with what was before and after."""
    user = need(request, Permission.SEE_AUDIT)
    event = get_object_or_404(events_allowing(user), pk=pk)
    names = sorted({*(event.before or {}), *(event.after or {})})
    changes = [
        (name, (event.before or {}).get(name), (event.after or {}).get(name)) for name in names
    ]
    return render(request, "reporting/audit_event.html", {"event": event, "changes": changes})


@never_cache
@require_GET
def delivery_log(request: HttpRequest) -> HttpResponse:
    """List the letters to people of one's units and what became of them."""
    user = need(request, Permission.SEE_DELIVERY)
    form = LetterFilter(request.GET)
    found = form.narrow(letters_allowing(user)).select_related("person")
    page = keyset_page(found, request, order=("-day", "-pk"))
    return render(request, "reporting/delivery_log.html", {"filter": form, "page": page})
