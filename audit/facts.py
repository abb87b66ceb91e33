"""Where an act came from: the request at hand, if there is one."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What the audit trail keeps of a request."""

    ip: str | None = None
    request_id: str = ""


OUTSIDE_A_REQUEST = Facts()
current_facts: ContextVar[Facts] = ContextVar("current_facts")
