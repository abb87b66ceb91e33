"""Keeping a work that one marks, and giving it back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions.claims import claim, let_go
from assessment.models import Submission


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Renew one's claim: 204, or 409 when another marker has the work meanwhile."""
    row = _waiting(request, pk)
    held = claim(submission=row, by=signed_in(request))
    return HttpResponse(status=204 if held.marker_id == signed_in(request).pk else 409)


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Free a work for the other markers and go back to the queue."""
    let_go(submission=_waiting(request, pk), by=signed_in(request))
    return redirect("works:inbox")


def _waiting(request: HttpRequest, pk: int) -> Submission:
    works = Submission.objects.allowing(request.user, Permission.MARK).current()
    return get_object_or_404(works.filter(state="submitted").select_related("enrolment"), pk=pk)
