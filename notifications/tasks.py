"""The tick that looks for what is due, and the job that sends a batch of letters."""

import time
import uuid
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from jobs.models import Outbox
from notifications.actions import hand_over_due, hand_to_mail_queue
from notifications.mail import send_letters
from notifications.models import LETTERS

SLICE = 20.0  # seconds; what is left over waits for the next tick


@shared_task(name="notifications.send_due", max_retries=5, default_retry_delay=2)
def send_due() -> None:
    """Show and queue what is due; a missed tick loses nothing, a doubled one repeats nothing."""
    end = time.monotonic() + SLICE
    while hand_over_due(now=timezone.now()) and time.monotonic() < end:
        pass
    while hand_to_mail_queue(now=timezone.now()) and time.monotonic() < end:
        pass


@shared_task(bind=True, name="notifications.send_mail", max_retries=5, default_retry_delay=2)
def send_mail(self: "Task[Any, Any]", outbox_id: int) -> None:
    """Send the letters an outbox row names; each is marked by itself, the row at the end."""
    row = Outbox.objects.get(pk=outbox_id)
    if not row.take_lease(holder=self.request.id or ""):
        return
    # The same delivery, given to another process after a kill, finds its own letters again.
    claim = uuid.uuid5(LETTERS, f"{row.pk}:{row.holder}")
    send_letters(row.args["messages"], claim=claim)
    row.mark_done()
