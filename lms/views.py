"""Pages of the shell: two public statements and what is said when something goes wrong."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how the product may be used by everybody, and whom to tell when it cannot."""
    return render(request, "pages/accessibility.html")


@login_not_required
def data_protection(request: HttpRequest) -> HttpResponse:
    """Say which personal data are kept, why, and what a person may ask for."""
    return render(request, "pages/data_protection.html")


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read."""
    del exception  # Django passes it by this name
    return _error(400)


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an act that is not the person's to do."""
    del exception  # Django passes it by this name
    return _error(403)


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer alike for what is absent and for what is not shown: nothing of the request is told."""
    del exception  # Django passes it by this name
    return _error(404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer when the product failed; works without the database."""
    return _error(500)


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django passes it by name)
    """Answer a form whose page is too old or whose cookie is gone."""
    return HttpResponse(render_to_string("errors/csrf.html"), status=403)


def _error(status: int) -> HttpResponse:
    # Without a request no context processor runs, so neither session nor database is asked.
    return HttpResponse(render_to_string(f"errors/{status}.html"), status=status)
