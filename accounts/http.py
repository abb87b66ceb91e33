"""The signed-in person of a request."""

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the user of a page that only signed-in people reach."""
    if not isinstance(request.user, User):
        raise PermissionError("This page is for signed-in people only.")
    return request.user
