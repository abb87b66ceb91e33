"""The background half of a bulk change: each function is one step of a slice (`jobs.slices`)."""

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from jobs.bulk import CHUNK, BulkKind, bulk_kinds, rows_at_once
from jobs.models import BulkChange, BulkRow, ChangeState, Job, RowState

MOVED_AT_MOST = 0.01
Each = Callable[[BulkChange, Job, Sequence[BulkRow]], None]


def plan(job: Job, until: float) -> bool:
    """Work out rows of the plan."""
    change = _resume(job, ChangeState.PLANNING)
    kind = bulk_kinds[change.kind]
    while True:
        part = kind.plan_slice(change, job.checkpoint)
        for row in part.rows:
            row.change = change
        BulkRow.objects.bulk_create(part.rows, batch_size=CHUNK)
        job.done += len(part.rows)
        job.total = max(part.total, job.done)
        if part.checkpoint is None:
            _planned(change)
            return True
        job.checkpoint = part.checkpoint
        if time.monotonic() >= until:
            return False


def apply(job: Job, until: float) -> bool:
    """Look at all rows first; then write them, or refuse the whole."""
    change = _resume(job, ChangeState.APPLYING)
    if "looked" not in job.checkpoint:
        if not _walk(change, job, until, _look, state=RowState.PLANNED):
            return False
        fault = _ground_for_refusal(change, job)
        if fault:
            _finish(change, ChangeState.REFUSED, message=fault)
            return True
        job.checkpoint = {"looked": True}
    if not _walk(change, job, until, _write, state=RowState.PLANNED):
        return False
    _applied(change, job)
    return True


def preview_undo(job: Job, until: float) -> bool:
    """Note beside each written row whether it can be undone, and why not."""
    change = BulkChange.objects.get(pk=job.args["change"])
    if not _walk(change, job, until, _note_reason, state=RowState.APPLIED):
        return False
    kept = change.rows.filter(state=RowState.APPLIED).exclude(reason="").count()
    reversible = change.rows.filter(state=RowState.APPLIED, reason="").count()
    change.counts["undo"] = {"reversible": reversible, "kept": kept}
    change.save(update_fields=["counts"])
    return True


def undo(job: Job, until: float) -> bool:
    """Reverse the rows nobody touched since; the others are kept, with the reason."""
    change = _resume(job, ChangeState.UNDOING)
    if not _walk(change, job, until, _reverse, state=RowState.APPLIED):
        return False
    change.counts["states"] = change.rows.tally("state")
    change.undone_at = timezone.now()
    _finish(change, ChangeState.UNDONE)
    _record(job, change, "bulk_change_undone")
    return True


def _resume(job: Job, state: str) -> BulkChange:
    change = BulkChange.objects.get(pk=job.args["change"])
    change.move(ChangeState.FAILED, to=state)  # a dead letter that was given another try
    return change


def _walk(change: BulkChange, job: Job, until: float, each: Each, *, state: str) -> bool:
    """Hand the included rows of a state over in chunks, as far as time allows; True at the end."""
    size = rows_at_once(bulk_kinds[change.kind])
    while True:
        rows = change.rows.filter(included=True, state=state)
        chunk = rows.chunk(after=job.checkpoint.get("after", 0), size=size)
        if not chunk:
            return True
        each(change, job, chunk)
        job.done += len(chunk)
        job.checkpoint = {**job.checkpoint, "after": chunk[-1].pk}
        if time.monotonic() >= until:
            return False


def _planned(change: BulkChange) -> None:
    change.counts = {
        "verdicts": change.rows.tally("verdict"),
        "included": change.rows.to_apply().count(),
    }
    change.planned_at = timezone.now()
    _finish(change, ChangeState.PLANNED)


def _look(change: BulkChange, job: Job, rows: Sequence[BulkRow]) -> None:
    moved = _moved(bulk_kinds[change.kind], change, rows)
    job.checkpoint = {**job.checkpoint, "moved": job.checkpoint.get("moved", 0) + len(moved)}


def _ground_for_refusal(change: BulkChange, job: Job) -> str:
    """Return why the whole is refused; a single moved row is always just left out."""
    if bulk_kinds[change.kind].basis(change) != change.basis:
        return _("The file or rule has changed since the check. Nothing was written.")
    moved = job.checkpoint.get("moved", 0)
    if moved > 1 and moved > change.rows.to_apply().count() * MOVED_AT_MOST:
        return _(
            "%(moved)s rows have changed since the check, more than 1%%. Nothing was written."
        ) % {"moved": moved}
    return ""


def _write(change: BulkChange, job: Job, rows: Sequence[BulkRow]) -> None:
    kind = bulk_kinds[change.kind]
    reasons = _moved(kind, change, rows)
    still = [row for row in rows if row.pk not in reasons]
    refused = kind.apply_rows(change, still, _actor(job)) if still else {}
    _settle(rows, {**reasons, **refused}, done=RowState.APPLIED, otherwise=RowState.LEFT_OUT)


def _note_reason(change: BulkChange, _job: Job, rows: Sequence[BulkRow]) -> None:
    reasons = bulk_kinds[change.kind].undo_reasons(change, rows)
    for row in rows:
        row.reason = reasons.get(row.pk, "")
    _save(rows, ["reason"])


def _reverse(change: BulkChange, job: Job, rows: Sequence[BulkRow]) -> None:
    kind = bulk_kinds[change.kind]
    reasons = kind.undo_reasons(change, rows)
    untouched = [row for row in rows if row.pk not in reasons]
    if untouched:
        kind.undo_rows(change, untouched, _actor(job))
    _settle(rows, reasons, done=RowState.UNDONE, otherwise=RowState.KEPT)


def _settle(
    rows: Sequence[BulkRow], reasons: Mapping[int, str], *, done: str, otherwise: str
) -> None:
    for row in rows:
        row.reason = reasons.get(row.pk, "")
        row.state = otherwise if row.pk in reasons else done
    _save(rows, ["state", "reason", "target_type", "target_id", "after"])


def _save(rows: Sequence[BulkRow], fields: list[str]) -> None:
    # An upsert: several times as fast as `bulk_update` with its CASE for each field and row.
    BulkRow.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def _moved(kind: BulkKind, change: BulkChange, rows: Sequence[BulkRow]) -> dict[int, str]:
    now = kind.fingerprints(change, rows)
    reason = _("Changed by somebody else since the check")
    return {row.pk: reason for row in rows if now.get(row.pk, "") != row.fingerprint}


def _applied(change: BulkChange, job: Job) -> None:
    change.counts["states"] = change.rows.filter(included=True).tally("state")
    change.applied_at = timezone.now()
    change.undo_until = change.applied_at + dt.timedelta(days=settings.UNDO_DAYS)
    _finish(change, ChangeState.APPLIED)
    _record(job, change, "bulk_change_applied")


def _finish(change: BulkChange, state: str, *, message: str = "") -> None:
    change.state, change.message = state, message
    change.save()


def _record(job: Job, change: BulkChange, action: str) -> None:
    after = {"kind": change.kind, "counts": change.counts}
    record(by=_actor(job), action=action, target=change, unit_id=change.unit_id, after=after)


def _actor(job: Job) -> AbstractBaseUser:
    if job.started_by is None:
        raise ValueError("A bulk change is always somebody's act.")
    return job.started_by
