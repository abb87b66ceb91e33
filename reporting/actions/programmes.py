"""Taking reports on the tasks of a programme; silence is seen by the clock."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import User
from audit.actions import record
from reference.rules import rule
from reporting.models import ProgrammeTask, TaskUpdate
from reporting.models.programmes import ProgrammeState, TaskStatus

STALE_DAYS = 30  # where no rule `programme.stale_days` is in force
AT_MOST = 200


@transaction.atomic
def report_task(*, task: ProgrammeTask, status: str, note: str, by: User) -> None:
    """Write what the unit in charge says of a task. The same words again on one day add nothing."""
    held = ProgrammeTask.objects.select_for_update().select_related("programme").get(pk=task.pk)
    if held.programme.state == ProgrammeState.CLOSED:
        raise Refused(_("The programme has ended: its tasks are reported on no more."))
    if status == TaskStatus.NOT_UPDATED:
        raise Refused(_("Choose how the task stands."))
    now = timezone.now()
    said_today = timezone.localdate(held.last_update_at) == timezone.localdate(now)
    if said_today and (held.status, held.last_note) == (status, note):
        return
    _write(held, status, note, by, now)
    ProgrammeTask.objects.filter(pk=held.pk).update(last_note=note, last_update_at=now)
    record(
        by=by,
        action="report_task",
        target=held,
        unit_id=held.owner_id,
        before={"status": held.status},
        after={"status": status, "note": note},
    )


@transaction.atomic
def flag_stale(*, now: dt.datetime) -> int:
    """Mark the tasks of which nothing was heard for too long; a doubled tick marks nothing more.

    Returns how many were marked, at most 200 a call.
    """
    days = int(rule("programme.stale_days", default=STALE_DAYS))
    silent = ProgrammeTask.objects.open().exclude(status=TaskStatus.NOT_UPDATED)
    stale = silent.filter(last_update_at__lt=now - dt.timedelta(days=days))
    tasks = list(stale.select_for_update(of=("self",)).order_by("pk")[:AT_MOST])
    for task in tasks:
        _write(task, TaskStatus.NOT_UPDATED, "", None, now)
    return len(tasks)


def _write(task: ProgrammeTask, status: str, note: str, by: User | None, at: dt.datetime) -> None:
    TaskUpdate.objects.create(task=task, status=status, note=note, by=by, at=at)
    ProgrammeTask.objects.filter(pk=task.pk).update(status=status)
