"""The warning before an idle session ends, on every page of a signed-in person."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.http import HttpRequest

from accounts.middleware import SHARED, idle_time

register = template.Library()

WARN_AT_MOST: Final = 120  # seconds before the end


@register.inclusion_tag("shell/_session.html", takes_context=True)
def session_note(context: dict[str, Any]) -> dict[str, Any]:
    """Say to the script of the page how long the session rests, and when to warn."""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or not request.user.is_authenticated:
        return {}
    idle = int(idle_time(request).total_seconds())
    return {
        "request": request,
        "idle": idle,
        "warn": min(WARN_AT_MOST, idle // 3),
        "is_shared": bool(request.session.get(SHARED)),
        "person": request.user.pk,
    }
