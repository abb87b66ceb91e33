"""Figures about the background work, from the tables alone."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.models import Heartbeat, Outbox

HEARTBEAT_AT_MOST = 120.0  # seconds
UNDONE_AT_MOST = 300.0


@dataclass(frozen=True)
class Backlog:
    """What one queue still has to do."""

    undone: int
    in_flight: int
    oldest_seconds: float


@dataclass(frozen=True)
class Figures:
    """The state of the background work."""

    heartbeat_seconds: float | None
    dead: int
    queues: dict[str, Backlog] = field(default_factory=dict)

    @property
    def oldest_seconds(self) -> float:
        """Return how long the oldest due row has waited."""
        return max((queue.oldest_seconds for queue in self.queues.values()), default=0.0)

    def faults(self) -> list[str]:
        """Return what is wrong, as sentences for an operator."""
        found = []
        if self.heartbeat_seconds is None or self.heartbeat_seconds > HEARTBEAT_AT_MOST:
            found.append("no worker has carried out a tick lately")
        if self.oldest_seconds > UNDONE_AT_MOST:
            found.append(f"a task has waited for {self.oldest_seconds:.0f} s")
        if self.dead:
            found.append(f"{self.dead} dead letter(s)")
        return found


def figures() -> Figures:
    """Read the figures: three small queries."""
    now = timezone.now()
    beat = Heartbeat.objects.filter(name="worker").first()
    due = Outbox.objects.undone().filter(Q(not_before=None) | Q(not_before__lte=now))
    rows = (
        due.order_by()
        .values("queue")
        .annotate(
            undone=Count("pk"),
            in_flight=Count("pk", filter=Q(published_at__isnull=False)),
            first=Min(Coalesce("not_before", "created_at")),
        )
    )
    return Figures(
        heartbeat_seconds=(now - beat.at).total_seconds() if beat else None,
        dead=Outbox.objects.dead().count(),
        queues={
            row["queue"]: Backlog(row["undone"], row["in_flight"], _age(now, row["first"]))
            for row in rows
        },
    )


def _age(now: dt.datetime, since: dt.datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def prometheus(state: Figures) -> str:
    """Return the figures in Prometheus's text format."""
    lines = ["# TYPE lms_outbox_undone gauge"]
    lines += [f'lms_outbox_undone{{queue="{q}"}} {b.undone}' for q, b in state.queues.items()]
    lines += ["# TYPE lms_outbox_in_flight gauge"]
    lines += [f'lms_outbox_in_flight{{queue="{q}"}} {b.in_flight}' for q, b in state.queues.items()]
    lines += ["# TYPE lms_outbox_oldest_seconds gauge"]
    lines += [f"lms_outbox_oldest_seconds {state.oldest_seconds:.3f}"]
    lines += ["# TYPE lms_outbox_dead gauge", f"lms_outbox_dead {state.dead}"]
    if state.heartbeat_seconds is not None:
        lines += ["# TYPE lms_heartbeat_seconds gauge"]
        lines += [f"lms_heartbeat_seconds {state.heartbeat_seconds:.3f}"]
    return "\n".join(lines) + "\n"
