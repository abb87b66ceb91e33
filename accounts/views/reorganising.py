"""The wizard of a reorganisation: what, who goes where, look, write, take back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import exports
from accounts.actions import reorganising as actions
from accounts.errors import Refused
from accounts.forms.reorganising import AssignForm, ReorganisationForm
from accounts.http import need
from accounts.models import Reorganisation, ReorganisationAct, User
from accounts.permissions import Permission
from accounts.reorganising import overview
from accounts.views.common import done
from files.accept import DOCUMENTS
from files.actions import store
from files.links import link_to
from jobs.actions import plan
from jobs.exports import respond
from jobs.models import ChangeState
from jobs.views import change_context
from lms.pages import keyset_page


@require_safe
def reorganisations(request: HttpRequest) -> HttpResponse:
    """List those of one's units, and offer the acts."""
    user = need(request, Permission.MANAGE_UNITS)
    mine = Reorganisation.objects.allowing(user, Permission.MANAGE_UNITS)
    rows = mine.select_related("change", "created_by").prefetch_related("units")
    context = {
        "page": keyset_page(rows, request, order=("-pk",)),
        "acts": ReorganisationAct.choices,
    }
    return render(request, "accounts/reorganisations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, act: str) -> HttpResponse:
    """Ask which units, what becomes of them, from when and by which decision."""
    user = need(request, Permission.MANAGE_UNITS)
    if act not in ReorganisationAct.values:
        raise Http404
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ReorganisationForm(*data, act=act, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            made = _begin(form, user)
        except (Refused, ValidationError) as error:
            form.add_error(None, getattr(error, "messages", None) or str(error))
        else:
            split = act == ReorganisationAct.SPLIT
            to = "accounts:assign_reorganisation" if split else "accounts:reorganisation"
            return redirect(to, made.pk)
    context = {
        "form": form,
        "title": ReorganisationAct(act).label,
        "submit": _("Go on"),
        "step": 1,
        "has_step_2": act == ReorganisationAct.SPLIT,
        "back": reverse("accounts:reorganisations"),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/reorganisation_form.html", context, status=status)


def _begin(form: ReorganisationForm, user: User) -> Reorganisation:
    document = None
    if sent := form.cleaned_data["file"]:
        document = store(
            content=sent, name=sent.name, by=user, accept=DOCUMENTS, purpose="unit_decision"
        )
    return actions.begin(wanted=form.wanted(document), by=user)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask who goes where in a split."""
    made, user = _own(request, pk)
    if made.act != ReorganisationAct.SPLIT or not _is_open(made):
        raise Http404
    form = AssignForm(request.POST or None, made=made, initial=_initial(made))
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign(reorganisation=made, assigned=form.cleaned_data["assigned"], by=user)
            return redirect("accounts:reorganisation", made.pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "title": actions.title_of(made),
        "submit": _("See what changes"),
        "step": 2,
        "has_step_2": True,
        "made": made,
        "back": reverse("accounts:reorganisations"),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/reorganisation_form.html", context, status=status)


@require_safe
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what changes, its progress, or what came of it."""
    made, user = _seen(request, pk)
    if made.change is None:
        raise Http404
    context: dict[str, Any] = {"made": made, "change": made.change, "is_mine": _is_mine(made, user)}
    if context["is_mine"]:
        if made.change.state == ChangeState.DRAFT:
            return redirect("accounts:assign_reorganisation", pk)
        context |= change_context(made.change, request)
    if _is_open(made):
        context |= {"lines": overview.lines(made), "since": overview.since(made)}
    context |= {"is_open": _is_open(made), "has_step_2": made.act == ReorganisationAct.SPLIT}
    if made.document:
        context["document"] = link_to(made.document, user=user)
    return render(request, "accounts/reorganisation.html", context)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Work it out anew."""
    made, user = _own(request, pk)
    if made.change and _is_open(made):
        plan(change=made.change, by=user)
    return redirect("accounts:reorganisation", pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up; whoever keeps the units may, so that nobody's forgotten one blocks them."""
    made, user = _seen(request, pk)
    try:
        actions.drop(reorganisation=made, by=user)
    except Refused as error:
        return done(request, str(error), "accounts:reorganisation", pk)
    return done(request, _("Dropped; nothing was written."), "accounts:reorganisations")


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the rows and what became of them as a file."""
    _seen(request, pk)
    return respond(request, kind=exports.REORGANISATION, args={"reorganisation": pk})


def _seen(request: HttpRequest, pk: int) -> tuple[Reorganisation, User]:
    user = need(request, Permission.MANAGE_UNITS)
    mine = Reorganisation.objects.allowing(user, Permission.MANAGE_UNITS)
    rows = mine.select_related("change__job", "document", "created_by")
    return get_object_or_404(rows.prefetch_related("units__unit"), pk=pk), user


def _own(request: HttpRequest, pk: int) -> tuple[Reorganisation, User]:
    made, user = _seen(request, pk)
    if not _is_mine(made, user):
        raise Http404
    return made, user


def _is_mine(made: Reorganisation, user: User) -> bool:
    return made.created_by_id == user.pk and made.dropped_at is None


def _is_open(made: Reorganisation) -> bool:
    change = made.change
    return bool(change and not made.dropped_at and change.state in actions.UNWRITTEN)


def _initial(made: Reorganisation) -> dict[str, Any]:
    held = made.assigned
    places: dict[str, list[str]] = {}
    for pk, place in held.get("people", {}).items():
        places.setdefault(f"people_{place}", []).append(pk)
    below = {f"unit_{pk}": str(place) for pk, place in held.get("units", {}).items()}
    return {"rest": str(held.get("rest", 0)), **below, **places}
