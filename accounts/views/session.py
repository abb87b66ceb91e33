"""Keeping a session, and asking how long it rests. The script of every page calls both."""

from __future__ import annotations

import time

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.http import signed_in
from accounts.middleware import SEEN, seconds_left


@require_POST
@never_cache
def keep(request: HttpRequest) -> JsonResponse:
    """Note that the person is there: the idle time begins anew."""
    request.session[SEEN] = time.time()
    return _answer(request)


@require_GET
@never_cache
def left(request: HttpRequest) -> JsonResponse:
    """Say how long the session rests; asked in the background, that keeps nobody signed in."""
    return _answer(request)


def _answer(request: HttpRequest) -> JsonResponse:
    facts = {"seconds": seconds_left(request), "person": signed_in(request).pk}
    return JsonResponse({**facts, "csrf": get_token(request)})
