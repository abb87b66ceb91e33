"""Pruning of remembered replies."""

from celery import shared_task

from interop.models import IdempotentCall
from lms.pruning import delete_some, long_ago


@shared_task(name="interop.prune")
def prune() -> None:
    """Forget replies to calls that nobody repeats any more."""
    delete_some(IdempotentCall.objects.filter(called_at__lt=long_ago()))
