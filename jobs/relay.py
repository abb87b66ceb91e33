"""From the outbox table to the broker. Safe to run twice, and to kill at any point."""

import datetime as dt
import logging
import threading

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobs.models import Outbox

LONGEST_PAUSE = 10.0
logger = logging.getLogger(__name__)


def run(stop: threading.Event) -> None:
    """Publish until told to stop; while broker or database are away, try again ever more rarely."""
    pause = 0.0
    while not stop.is_set():
        try:
            busy = publish_due() > 0
            pause = 0.0
        except (OperationalError, DatabaseError) as error:
            pause = min(LONGEST_PAUSE, pause * 2 or 0.5)
            logger.warning("Nothing published, next try in %.1f s: %s", pause, error)
            close_old_connections()
            busy = False
        stop.wait(pause or (0.01 if busy else settings.RELAY_POLL_SECONDS))


def publish_due() -> int:
    """Publish what is due, in every queue as far as it has room; return how many."""
    now = timezone.now()
    if not Outbox.objects.to_publish(now).exists():
        return 0
    claims = (_claim(queue, now) for queue in settings.JOB_QUEUES)
    return sum(_publish(rows) for rows in claims if rows)


@transaction.atomic
def _claim(queue: str, now: dt.datetime) -> list[Outbox]:
    """Mark the next rows of a queue published. Killed right after, they become stale, not lost."""
    rows = Outbox.objects.filter(queue=queue)
    room = settings.OUTBOX_IN_FLIGHT - rows.in_flight(now).count()
    if room <= 0:
        return []
    due = rows.to_publish(now)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    claimed = list(due[:room])
    marked = Outbox.objects.filter(pk__in=[row.pk for row in claimed])
    marked.update(published_at=now, lease=None, holder="")
    return claimed


def _publish(rows: list[Outbox]) -> int:
    """Hand rows to the broker over a connection of their own; what it refused is given back."""
    sent = 0
    try:
        with current_app.connection_for_write() as broker:
            producer = current_app.amqp.Producer(broker)
            for row in rows:
                current_app.send_task(
                    *(row.task, [row.pk]), queue=row.queue, producer=producer, retry=False
                )
                sent += 1
    except OperationalError:
        unsent = Outbox.objects.undone().filter(pk__in=[row.pk for row in rows[sent:]])
        unsent.filter(lease=None).update(published_at=None)
        raise
    return sent
