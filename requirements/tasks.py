"""The tick: who joins and leaves by rule, whose next turn comes, who is told."""

import time

from celery import shared_task

from requirements.actions.assigning import renew
from requirements.actions.audiences import recompute
from requirements.actions.telling import plan_reminders, tell
from requirements.models import Audience

SLICE = 20.0  # seconds; what is left over waits for the next tick


@shared_task(name="requirements.tick")
def tick() -> None:
    """Work out due audiences, give next turns, tell people. A doubled tick repeats nothing."""
    end = time.monotonic() + SLICE
    for audience in Audience.objects.due().order_by("next_at", "pk"):
        if time.monotonic() >= end:
            return
        recompute(audience=audience)
    for step in (renew, tell, plan_reminders):
        while step() and time.monotonic() < end:
            pass
