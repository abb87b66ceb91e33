"""The tick: which tasks of programmes nobody has reported on."""

from celery import shared_task
from django.utils import timezone

from reporting.actions.programmes import flag_stale


@shared_task(name="reporting.tick")
def tick() -> None:
    """Flag the silent tasks. A doubled tick repeats nothing."""
    while flag_stale(now=timezone.now()):
        pass
