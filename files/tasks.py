"""The tick that removes what need not be kept. Strays in the storage are for `sweep_files`."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from celery import shared_task
from django.utils import timezone

from files import actions
from files.models import Blob, StoredFile, UploadSession

AT_MOST: Final = 200
SECONDS: Final = 20.0  # what is left over waits for the next tick
# A younger one may belong to a transaction that has not committed yet.
SETTLED: Final = dt.timedelta(days=1)


@shared_task(name="files.sweep")
def sweep() -> None:
    """Remove abandoned uploads, files past their time, and content that no file names."""
    end = time.monotonic() + SECONDS
    for upload in UploadSession.objects.expired()[:AT_MOST]:
        actions.drop_session(session=upload, by=None)
    for file in StoredFile.objects.expired().order_by("keep_until")[:AT_MOST]:
        if time.monotonic() < end:
            actions.forget(file=file, by=None)
    unnamed = Blob.objects.filter(files=None, created_at__lt=timezone.now() - SETTLED)
    for blob in unnamed.order_by("pk")[:AT_MOST]:
        if time.monotonic() < end:
            actions.drop_blob(blob=blob)
