"""What this stack could do at best: the pages every page of the product is compared with.

These do not change without a line in `docs/decisions/`; a slower floor would flatter every page.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.http import signed_in
from accounts.models import User


def page(request: HttpRequest) -> HttpResponse:
    """Answer with one indexed query and the base template."""
    person = get_object_or_404(User.objects.only("full_name"), pk=signed_in(request).pk)
    return render(request, "base.html", {"person": person})


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing but the name: session, user and middleware alone."""
    return HttpResponse(signed_in(request).username)
