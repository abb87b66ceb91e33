"""The tick: what the clock alone decides."""

import time

from celery import shared_task
from django.utils import timezone

from enrolments.actions.absences import work_out_due
from enrolments.actions.departures import depart_due
from enrolments.actions.duties import duties_by_clock
from enrolments.actions.weekly import plan_weekly_lists

SLICE = 20.0  # seconds; what is left over waits for the next tick


@shared_task(name="enrolments.tick")
def tick() -> None:
    """Duties by the clock, hours owed, weekly lists. A doubled tick repeats nothing."""
    end = time.monotonic() + SLICE
    while duties_by_clock(now=timezone.now()) and time.monotonic() < end:
        pass
    while depart_due(day=timezone.localdate()) and time.monotonic() < end:
        pass
    while work_out_due(day=timezone.localdate()) and time.monotonic() < end:
        pass
    plan_weekly_lists(now=timezone.now())
