"""Deciding that work shall happen: rows in the transaction of what it belongs to."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from audit.actions import record
from jobs.models import BulkChange, ChangeState, Job, JobState, Outbox


def enqueue(
    *,
    task: str,
    key: str,
    args: Mapping[str, Any] | None = None,
    by: AbstractBaseUser | None = None,
    queue: str = "default",
    not_before: dt.datetime | None = None,
) -> Outbox:
    """Have a task carried out once this transaction commits; the same key again is a no-op."""
    if queue not in settings.JOB_QUEUES:
        raise ValueError(f"No worker listens to the queue {queue}.")
    # This alone is a savepoint within the caller's transaction: a second one costs two statements.
    row, _created = Outbox.objects.get_or_create(
        key=key,
        defaults={
            "task": task,
            "args": dict(args or {}),
            "actor_id": by.pk if by else None,
            "queue": queue,
            "not_before": not_before,
        },
    )
    return row


@transaction.atomic
def retry_dead(*, row: Outbox, by: AbstractBaseUser) -> bool:
    """Give a dead letter another round of attempts. False if it is not dead (any more)."""
    dead = Outbox.objects.dead().filter(pk=row.pk)
    revived = dead.update(
        dead_at=None, attempts=0, published_at=None, lease=None, holder="", not_before=None
    )
    if revived:
        record(by=by, action="retry_dead", target=row, after={"task": row.task, "key": row.key})
    return revived == 1


@transaction.atomic
def start_job(
    *,
    kind: str,
    key: str,
    by: AbstractBaseUser | None,
    total: int = 0,
    queue: str = "default",
    args: Mapping[str, Any] | None = None,
    title: str = "",
    unit_id: int | None = None,
) -> Job:
    """Start a long job of a registered kind; the same key again returns the first job."""
    job, created = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title,
            "total": total,
            "queue": queue,
            "args": dict(args or {}),
            "started_by_id": by.pk if by else None,
            "unit_id": unit_id,
        },
    )
    if created:
        enqueue_slice(job=job)
    return job


def enqueue_slice(*, job: Job) -> Outbox:
    """Write the outbox row of a job's next slice, in the transaction of the slice before it."""
    return enqueue(
        task="jobs.run_slice",
        key=f"job:{job.pk}:{job.slices}",
        args={"job": job.pk},
        queue=job.queue,
    )


@transaction.atomic
def fail_job(*, job_id: int) -> None:
    """Show a job, and the bulk change it worked for, as stopped: its slice is a dead letter."""
    unfinished = Job.objects.unfinished().filter(pk=job_id)
    unfinished.update(state=JobState.FAILED, finished_at=timezone.now())
    at_work = [ChangeState.PLANNING, ChangeState.APPLYING, ChangeState.UNDOING]
    BulkChange.objects.filter(job=job_id, state__in=at_work).update(state=ChangeState.FAILED)
