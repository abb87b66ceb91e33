"""Long work in slices. Each step of a slice commits its effects, its checkpoint and its progress
together; the last one also commits the outbox row of the next slice.

Higher apps register a function in their `registry.py`. It works on from `job.checkpoint` until
`time.monotonic()` reaches `until`, at least one chunk, sets `job.checkpoint`, `job.done` and
`job.total`, and returns True when there is nothing left.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.actions import enqueue_slice
from jobs.models import Job, JobState, Outbox
from lms.registries import Registry

Slice = Callable[[Job, float], bool]
slice_kinds: Registry[Slice] = Registry("slice kinds")


def run_slice(row: Outbox) -> None:
    """Carry a job on for one slice, under the lease of its outbox row."""
    ends = time.monotonic() + settings.SLICE_SECONDS
    while not _step(row, ends):
        row.renew_lease()


@transaction.atomic
def _step(row: Outbox, ends: float) -> bool:
    """Do one step; return whether the slice is over."""
    job = Job.objects.select_for_update().get(pk=row.args["job"])
    job.state, job.finished_at = JobState.RUNNING, None
    job.begun_at = job.begun_at or timezone.now()
    until = min(ends, time.monotonic() + settings.STEP_SECONDS)
    finished = slice_kinds[job.kind](job, until)
    over = finished or time.monotonic() >= ends
    job.total = max(job.total, job.done) if job.total else 0
    if finished:
        job.state, job.finished_at = JobState.DONE, timezone.now()
    elif over:
        job.slices += 1
        enqueue_slice(job=job)
    job.save()
    if over:
        row.mark_done()
    else:
        row.assert_lease()
    return over
