"""Who holds which role; for administrators."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import roles as actions
from accounts.errors import Refused
from accounts.forms.access import EndGrantForm, GrantForm
from accounts.http import need
from accounts.models import RoleGrant
from accounts.permissions import Permission, Role
from accounts.views.common import done, form_page
from lms.pages import keyset_page
from lms.text import fold


def roles(request: HttpRequest) -> HttpResponse:
    """List the grants one may see, newest first."""
    user = need(request, Permission.GRANT_ROLES)
    words, role = request.GET.get("q", "").strip()[:100], request.GET.get("role", "")
    grants = RoleGrant.objects.allowing(user, Permission.GRANT_ROLES).in_force()
    if words:
        name = Q(user__search_key__contains=fold(words)) | Q(user__username__iexact=words)
        grants = grants.filter(name)
    if role in Role.values:
        grants = grants.filter(role=role)
    grants = grants.select_related("user", "unit", "granted_by")
    context = {
        "page": keyset_page(grants, request, order=("-pk",)),
        "roles": Role.choices,
        "words": words,
        "chosen": role,
    }
    return render(request, "accounts/roles.html", context)


def grant_role(request: HttpRequest) -> HttpResponse:
    """Give a role."""
    user = need(request, Permission.GRANT_ROLES)
    form = GrantForm(request.POST or None, by=user, initial={"person": request.GET.get("person")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.grant_role(by=user, **form.cleaned_data)
            return done(request, _("The role is given."), "accounts:roles")
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Give a role"),
        lead=_("A role holds for a scope and from a day on; who gave it is on record."),
        submit=_("Give the role"),
        back=reverse("accounts:roles"),
    )


def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role."""
    user = need(request, Permission.GRANT_ROLES)
    grants = RoleGrant.objects.allowing(user, Permission.GRANT_ROLES).in_force()
    grant = get_object_or_404(grants.select_related("user", "unit"), pk=pk)
    form = EndGrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_role(grant=grant, by=user, on=form.cleaned_data["on"])
            return done(request, _("The role is ended."), "accounts:roles")
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("End the role"),
        lead=f"{grant.user} – {grant.get_role_display()}",
        submit=_("End the role"),
        back=reverse("accounts:roles"),
    )
