"""The tree of units, level by level, and what administrators do to it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import units as actions
from accounts.closing import closing_of
from accounts.errors import Refused
from accounts.forms.people import CloseForm, PlaceForm, RenameForm, UnitForm
from accounts.http import need, signed_in
from accounts.models import Posting, Unit, UnitClosure, User
from accounts.permissions import Permission
from accounts.rights import rights
from accounts.views.common import done, form_page
from lms.pages import keyset_page


def units(request: HttpRequest) -> HttpResponse:
    """Show the top of what one sees, or what a search finds."""
    user = need(request, Permission.SEE_PEOPLE, Permission.MANAGE_UNITS)
    words = request.GET.get("q", "").strip()[:100]
    seen = Unit.objects.visible_to(user).open()
    shown = seen.matching(words) if words else _tops(seen)
    context = {
        "page": keyset_page(_with_counts(shown), request, order=("search_key", "pk")),
        "words": words,
        "may_manage": rights(user).has(Permission.MANAGE_UNITS),
    }
    return render(request, "accounts/units.html", context)


def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a unit: its way up, what is below it, its names, how many people."""
    user = signed_in(request)
    seen = Unit.objects.visible_to(user)
    shown = get_object_or_404(seen, pk=pk)
    below = seen.open().filter(ancestor_links__ancestor=shown, ancestor_links__depth=1)
    inside = Unit.objects.under(shown.pk)
    context = {
        "unit": shown,
        "above": _above(shown, seen),
        "page": keyset_page(_with_counts(below), request, order=("search_key", "pk")),
        "names": shown.names.order_by("-since"),
        "placements": shown.placements.select_related("parent").order_by("-since"),
        "people_count": User.objects.active().posted_in(inside).count(),
        "may_manage": Unit.objects.allowing(user, Permission.MANAGE_UNITS)
        .filter(pk=shown.pk)
        .exists(),
    }
    return render(request, "accounts/unit.html", context)


def new_unit(request: HttpRequest) -> HttpResponse:
    """Open a unit."""
    user = need(request, Permission.MANAGE_UNITS)
    form = UnitForm(request.POST or None, by=user, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        made = actions.create_unit(by=user, **form.cleaned_data)
        return done(request, _("The unit is opened."), "accounts:unit", made.pk)
    return form_page(
        request,
        form,
        title=_("Open a unit"),
        submit=_("Open the unit"),
        back=reverse("accounts:units"),
    )


def rename_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a unit another name from a day on."""
    user, shown = _managed(request, pk)
    form = RenameForm(request.POST or None, initial={"name": shown.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_unit(unit=shown, by=user, **form.cleaned_data)
            return done(request, _("The name is entered."), "accounts:unit", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return _unit_form(request, form, shown, title=_("Rename the unit"))


def place_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a unit part of another from a day on."""
    user, shown = _managed(request, pk)
    form = PlaceForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.place_unit(unit=shown, by=user, **form.cleaned_data)
            return done(request, _("The place is entered."), "accounts:unit", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return _unit_form(request, form, shown, title=_("Move the unit in the tree"))


def close_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a unit nobody works in any more, after a look at what that touches."""
    user, shown = _managed(request, pk)
    form = CloseForm(request.POST or None, by=user, unit=shown)
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked and "confirm" in request.POST:
        try:
            actions.close_unit(unit=shown, by=user, **form.cleaned_data)
            messages.success(request, _("The unit is closed."))
            return redirect("accounts:units")
        except Refused as error:
            form.add_error(None, str(error))
            is_asked = False
    context = {
        "form": form,
        "unit": shown,
        "closing": closing_of(shown),
        "asked": form.cleaned_data if is_asked else None,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/close_unit.html", context, status=status)


def _managed(request: HttpRequest, pk: int) -> tuple[User, Unit]:
    user = signed_in(request)
    allowed = Unit.objects.allowing(user, Permission.MANAGE_UNITS).open()
    return user, get_object_or_404(allowed, pk=pk)


def _unit_form(request: HttpRequest, form: forms.Form, shown: Unit, *, title: str) -> HttpResponse:
    back = reverse("accounts:unit", args=[shown.pk])
    return form_page(request, form, title=title, lead=shown.name, submit=_("Save"), back=back)


def _tops(seen: QuerySet[Unit]) -> QuerySet[Unit]:
    """Return the units with none above them among those seen."""
    above = UnitClosure.objects.filter(
        descendant=OuterRef("pk"), depth__gt=0, ancestor__in=seen.values("pk")
    )
    return seen.filter(~Exists(above))


def _with_counts(shown: QuerySet[Unit]) -> QuerySet[Unit]:
    posts = Posting.objects.in_force().primary().filter(unit=OuterRef("pk")).order_by()
    here = posts.values("unit").annotate(n=Count("pk")).values("n")
    below = UnitClosure.objects.filter(ancestor=OuterRef("pk"), depth=1, descendant__closed_on=None)
    count = below.order_by().values("ancestor").annotate(n=Count("pk")).values("n")
    return shown.annotate(people_here=here, units_below=count)


def _above(shown: Unit, seen: QuerySet[Unit]) -> list[Unit]:
    links = Q(descendant_links__descendant=shown, descendant_links__depth__gt=0)
    return list(seen.filter(links).annotate(depth=F("descendant_links__depth")).order_by("-depth"))
