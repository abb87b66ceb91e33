"""The signed-in person of a request, where it comes from and where it may go next."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from audit.middleware import client_ip


def signed_in(request: HttpRequest) -> User:
    """Return the user of a page that only signed-in people reach."""
    if not isinstance(request.user, User):
        raise PermissionError("This page is for signed-in people only.")
    return request.user


def client_address(request: HttpRequest) -> str:
    """Return the address of the browser."""
    return client_ip(request) or ""


def need(request: HttpRequest, *any_of: Permission) -> User:
    """Return the user if one of the permissions is held on anything; else the page is not there."""
    if not rights(request.user).has(*any_of):
        raise Http404
    return signed_in(request)


def next_page(request: HttpRequest) -> str:
    """Return the page asked for before sign-in, if it is one of ours; else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith("/") else str(settings.LOGIN_REDIRECT_URL)
