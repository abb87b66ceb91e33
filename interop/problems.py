"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.errors import Refused

MEDIA_TYPE = "application/problem+json"


class Unreadable(exceptions.ValidationError):
    """A call that lacks something or names what the caller does not know."""


class KeyUsed(exceptions.APIException):
    """The key stands for another call."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "The Idempotency-Key was used for another call."


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem that an error is; None for what is a fault of ours."""
    if isinstance(error, Refused):
        return _problem(status.HTTP_409_CONFLICT, str(error))
    drawn = exception_handler(error, context)
    if drawn is None:
        return None
    body = drawn.data if isinstance(drawn.data, dict) else {"errors": drawn.data}
    errors = {key: value for key, value in body.items() if key != "detail"}
    detail = str(body.get("detail", "")) or "The request cannot be carried out as it is."
    problem = _problem(drawn.status_code, detail, errors)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in drawn.headers:
            problem[name] = drawn.headers[name]
    return problem


def _problem(code: int, detail: str, errors: dict[str, Any] | None = None) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=code, content_type=MEDIA_TYPE)
