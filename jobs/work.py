"""How a task carries out an outbox row: lease, effects and *done* together, or back to the table.

    @outbox_task(name="enrolments.plan_reminders")
    def plan_reminders(row: Outbox) -> None:
        actions.plan_reminders(enrolment=Enrolment.objects.get(pk=row.args["enrolment"]))

A failed run goes back to the table with a growing delay (never to an ETA in a worker's memory); a
row that failed, or killed its process, too often becomes a dead letter.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from celery.app.task import Task
from django.conf import settings
from django.db import transaction

from jobs.models import LeaseLost, Outbox

Work = Callable[[Outbox], None]

LONGEST_DELAY = 300.0  # seconds; must stay below the broker's visibility timeout
logger = logging.getLogger(__name__)


def outbox_task(*, name: str, lease: float | None = None) -> Callable[[Work], "Task[Any, Any]"]:
    """Make a Celery task, which takes the id of an outbox row, of a function that takes the row."""

    def decorate(work: Work) -> "Task[Any, Any]":
        def in_one_transaction(row: Outbox) -> None:
            with transaction.atomic():
                work(row)
                row.mark_done()

        return leased_task(in_one_transaction, name=name, lease=lease)

    return decorate


def leased_task(
    run: Work,
    *,
    name: str,
    lease: float | None = None,
    on_dead: Work | None = None,
) -> "Task[Any, Any]":
    """Make a Celery task of a function that sees to its own transactions under the lease."""

    def task(self: "Task[Any, Any]", outbox_id: int) -> None:
        row = Outbox.objects.filter(pk=outbox_id).first()
        if row and row.take_lease(holder=self.request.id or "", seconds=lease):
            _attempt(row, run, on_dead)

    # The retries of Celery serve only the runs that killed their process.
    retries: int = settings.OUTBOX_ATTEMPTS
    make = shared_task(bind=True, name=name, max_retries=retries, default_retry_delay=2)
    return make(task)


def _attempt(row: Outbox, run: Work, on_dead: Work | None) -> None:
    if row.attempts > settings.OUTBOX_ATTEMPTS:
        _bury(row, on_dead, row.last_error or "Every run ended with its process.")
        return
    try:
        run(row)
    except LeaseLost:
        logger.warning("%s went to another worker; rolled back here", row)
    except Exception as error:
        logger.exception("%s failed, attempt %s", row, row.attempts)
        _give_back(row, on_dead, f"{type(error).__name__}: {error}"[:2000])


def _give_back(row: Outbox, on_dead: Work | None, error: str) -> None:
    if row.attempts >= settings.OUTBOX_ATTEMPTS:
        _bury(row, on_dead, error)
        return
    delay = settings.OUTBOX_BACKOFF_SECONDS * 2 ** (row.attempts - 1)
    row.put_back(error=error, delay=min(delay, LONGEST_DELAY))


@transaction.atomic
def _bury(row: Outbox, on_dead: Work | None, error: str) -> None:
    if row.bury(error=error) and on_dead:
        on_dead(row)
