"""Marking by the queue `grading`, and the tick that hands in what time has closed."""

import time
from typing import Final

from celery import shared_task
from django.utils import timezone

from assessment.actions import attempts, grades, marking_plans, readings
from assessment.models import Attempt
from jobs.models import Outbox
from jobs.work import outbox_task

SLICE: Final = 20.0  # seconds; what is left over waits for the next tick


@outbox_task(name="assessment.grade")
def grade(row: Outbox) -> None:
    """Mark one attempt."""
    grades.grade_attempt(attempt=Attempt.objects.get(pk=row.args["attempt"]))


@outbox_task(name="assessment.read")
def read(row: Outbox) -> None:
    """Make one document of a work readable in a page."""
    readings.make_reading(file_id=row.args["file"])


@shared_task(name="assessment.tick")
def tick() -> None:
    """Submit what is past its deadline, give new works to markers. Doubled, it repeats nothing."""
    end = time.monotonic() + SLICE
    while attempts.submit_due(now=timezone.now()) and time.monotonic() < end:
        continue
    marking_plans.share_out_new()  # last: what is due by the clock does not wait for it
