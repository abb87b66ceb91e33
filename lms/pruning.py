"""Taking out rows whose time is over, some at a time: no long transaction, no long lock."""

import datetime as dt
import time
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

BATCH: Final = 1000
SECONDS: Final = 20.0  # what is left over waits for the next tick


def delete_some(rows: QuerySet[Any], *, seconds: float = SECONDS) -> int:
    """Delete rows batch by batch, each by itself, as far as time allows; return how many."""
    end, gone = time.monotonic() + seconds, 0
    while True:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if ids:
            gone += rows.model.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < BATCH or time.monotonic() >= end:
            return gone


def long_ago() -> dt.datetime:
    """Return the moment before which what is over need not be kept."""
    return timezone.now() - dt.timedelta(days=settings.KEEP_DONE_DAYS)
