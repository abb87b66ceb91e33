"""Tra cứu: anybody checks a paper. Number, masked name, course, dates and state; nothing more."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import client_address
from accounts.limits import Limit
from certificates.forms.papers import LookUpForm, MatchForm
from certificates.masking import masked, same_birth, same_name
from certificates.models import Certificate

LOOK_UPS = Limit("verify-look-up", tries=30, seconds=600)
LOOK_UPS_OF_NUMBER = Limit("verify-number", tries=20, seconds=3600)
MATCHES = Limit("verify-match", tries=20, seconds=600)
MATCHES_OF_PAPER = Limit("verify-paper", tries=10, seconds=3600)
TOO_MANY = 429


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Find a paper by both its numbers."""
    form = LookUpForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        number, serial = (form.cleaned_data[name].strip() for name in ("number", "serial"))
        if not _may_look(request, number):
            form.add_error(None, _("Too many look-ups. Please try again later."))
            status = TOO_MANY
        else:
            papers = Certificate.objects.handed_out()
            paper = papers.filter(register_number=number, serial__iexact=serial).first()
            if paper:
                return redirect("certificates:verify", paper.token)
            form.add_error(None, _("No paper bears both these numbers."))
    if form.errors and status == 200:  # noqa: PLR2004 (HTTP)
        status = 422
    return _page(request, "certificates/look_up.html", {"form": form}, status)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the public may know of a paper; compare what somebody typed."""
    paper = get_object_or_404(Certificate.objects.handed_out(), token=token)
    form = MatchForm(request.POST or None)
    answer, status = None, 200
    if request.method == "POST" and form.is_valid():
        if _may_match(request, paper):
            answer = _is_match(paper, form)
        else:
            form.add_error(None, _("Too many comparisons. Please try again later."))
            status = TOO_MANY
    context = {"paper": paper, "says": paper.snapshot, "form": form, "answer": answer}
    context["name"] = masked(paper.snapshot["name"])
    return _page(request, "certificates/verify.html", context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, object], status: int
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _may_look(request: HttpRequest, number: str) -> bool:
    return LOOK_UPS.take(client_address(request)) and LOOK_UPS_OF_NUMBER.take(number)


def _may_match(request: HttpRequest, paper: Certificate) -> bool:
    return MATCHES.take(client_address(request)) and MATCHES_OF_PAPER.take(paper.token)


def _is_match(paper: Certificate, form: MatchForm) -> bool:
    typed, says = form.cleaned_data, paper.snapshot
    is_name = same_name(typed["name"], says["name"])
    return is_name and same_birth(typed["birth"], says["birth"])
