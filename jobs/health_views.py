"""For load balancers, supervisors and Prometheus; nothing here says anything about people."""

import ipaddress
import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.middleware import client_ip
from jobs import health


@require_safe
@login_not_required
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """Answer: this process lives."""
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer: the database answers too. Without a broker the pages still work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
@never_cache
def worker(_request: HttpRequest) -> HttpResponse:
    """Answer: background work is carried out, by what it wrote and not by what it says."""
    faults = health.figures().faults()
    status = 503 if faults else 200
    return JsonResponse({"status": "fault" if faults else "ok", "faults": faults}, status=status)


@require_safe
@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus the figures of the outbox."""
    if not _may_measure(request):
        raise Http404
    text = health.prometheus(health.figures())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    address = client_ip(request)
    return address is not None and ipaddress.ip_address(address).is_loopback
