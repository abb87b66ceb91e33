"""Sessions that end when nobody is there, and each person's own language."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import translation

from accounts.models import User

SEEN, SHARED = "seen_at", "shared_computer"
SHARED_IDLE = timedelta(minutes=10)
NOTE_EVERY = 60  # seconds between two writes of the session row

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionIdleMiddleware:
    """Ends a session that was idle too long; the person comes back to the same page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = time.time()
        seen = request.session.get(SEEN, now)
        if now - seen > idle_time(request).total_seconds():
            logout(request)
            return _to_sign_in(request)
        # A page that asks by itself how a job goes keeps nobody signed in.
        by_hand = "X-Background" not in request.headers
        if SEEN not in request.session or (by_hand and now - seen > NOTE_EVERY):
            request.session[SEEN] = now
        return self.get_response(request)


class PersonLanguageMiddleware:
    """Shows pages in the language the person chose, on any computer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
        response = self.get_response(request)
        _keep_choice(user, response)
        return response


def idle_time(request: HttpRequest) -> timedelta:
    """Return how long this session may rest: shorter on a computer shared with others."""
    idle: timedelta = settings.SESSION_IDLE
    return min(SHARED_IDLE, idle) if request.session.get(SHARED) else idle


def seconds_left(request: HttpRequest) -> int:
    """Return how long the session goes on if nothing is done."""
    seen: float = request.session.get(SEEN, time.time())
    return max(0, int(idle_time(request).total_seconds() - (time.time() - seen)))


def _keep_choice(user: User, response: HttpResponse) -> None:
    # Django's set_language answers with this cookie; the choice then belongs to the person.
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and chosen.value in dict(settings.LANGUAGES) and chosen.value != user.language:
        User.objects.filter(pk=user.pk).update(language=chosen.value)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else _page_of(request)
    query = urlencode({"next": back, "ended": "idle"})
    address = f"{resolve_url(settings.LOGIN_URL)}?{query}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    if request.path.startswith("/api/"):
        return HttpResponse(status=401)
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))
