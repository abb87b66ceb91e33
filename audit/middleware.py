"""Tells the audit trail the address and number of the request at hand."""

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from audit.facts import Facts, current_facts

REQUEST_ID = re.compile(r"[\w-]{8,64}")


class RequestFacts:
    """Numbers each request and remembers its address until the answer is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        facts = Facts(ip=client_ip(request), request_id=_request_id(request))
        token = current_facts.set(facts)
        try:
            response = self.get_response(request)
        finally:
            current_facts.reset(token)
        response["X-Request-ID"] = facts.request_id
        return response


def client_ip(request: HttpRequest) -> str | None:
    """Return the address of the client, read past as many proxies as are ours."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    proxies: int = settings.TRUSTED_PROXIES
    # What a client wrote itself stands left of what our proxies added, and is never read.
    address = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def _request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
