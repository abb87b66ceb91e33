"""Drafting, planning, confirming and undoing a bulk change. Each is safe to call twice."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit.actions import record
from jobs.actions.work import start_job
from jobs.bulk import bulk_kinds
from jobs.models import BulkChange, ChangeState, Job, JobState, RowState


@transaction.atomic
def draft(
    *,
    kind: str,
    key: str,
    title: str,
    by: AbstractBaseUser,
    params: Mapping[str, Any] | None = None,
    unit_id: int | None = None,
) -> BulkChange:
    """Begin a change that is not planned yet; the same key again returns the first."""
    change, _created = BulkChange.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title,
            "created_by_id": by.pk,
            "params": dict(params or {}),
            "unit_id": unit_id,
        },
    )
    return change


@transaction.atomic
def plan(*, change: BulkChange, by: AbstractBaseUser) -> bool:
    """Work the rows out in the background; nothing is written but the plan. May be repeated."""
    _demand(change, by)
    free = [ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED]
    if not change.move(*free, to=ChangeState.PLANNING):
        return False
    change.rows.all().delete()
    change.plans += 1
    change.basis = bulk_kinds[change.kind].basis(change)
    change.counts, change.message = {}, ""
    change.job = _start(change, "plan", by=by, total=0)
    change.save(update_fields=["plans", "basis", "counts", "message", "job"])
    return True


@transaction.atomic
def confirm(*, change: BulkChange, by: AbstractBaseUser) -> bool:
    """Write the plan in the background. The second of two clicks finds nothing to do."""
    _demand(change, by)
    if not change.move(ChangeState.PLANNED, to=ChangeState.APPLYING):
        return False
    # Every row is looked at twice: once before anything is written, once when it is written.
    total = change.rows.to_apply().count() * 2
    change.job = _start(change, "apply", by=by, total=total)
    change.save(update_fields=["job"])
    record(
        by=by,
        action="confirm_bulk_change",
        target=change,
        unit_id=change.unit_id,
        after={"kind": change.kind, "counts": change.counts},
    )
    return True


@transaction.atomic
def preview_undo(*, change: BulkChange, by: AbstractBaseUser) -> Job | None:
    """Look, in the background, which rows could be undone; while a look is under way, return it."""
    _demand(change, by)
    if not change.can_be_undone:
        return None
    looking = change.job if change.job and change.job.kind == "jobs.preview_undo" else None
    if looking and not looking.is_finished:
        return looking
    looks = Job.objects.filter(key__startswith=f"bulk:{change.pk}:preview_undo:").count()
    total = change.rows.filter(state=RowState.APPLIED).count()
    job = _start(change, "preview_undo", by=by, total=total, number=looks + 1)
    BulkChange.objects.filter(pk=change.pk).update(job=job)
    change.job = job
    return job


@transaction.atomic
def undo(*, change: BulkChange, by: AbstractBaseUser) -> bool:
    """Reverse, in the background, the rows nobody touched since."""
    _demand(change, by)
    if not change.can_be_undone or not change.move(ChangeState.APPLIED, to=ChangeState.UNDOING):
        return False
    total = change.rows.filter(state=RowState.APPLIED).count()
    change.job = _start(change, "undo", by=by, total=total)
    change.save(update_fields=["job"])
    record(by=by, action="undo_bulk_change", target=change, unit_id=change.unit_id)
    return True


def _demand(change: BulkChange, by: AbstractBaseUser) -> None:
    if not bulk_kinds[change.kind].allows(by, change):
        raise PermissionDenied


def _start(
    change: BulkChange, verb: str, *, by: AbstractBaseUser, total: int, number: int = 0
) -> Job:
    job = start_job(
        kind=f"jobs.{verb}",
        key=f"bulk:{change.pk}:{verb}:{number or change.plans}",
        by=by,
        total=total,
        queue=bulk_kinds[change.kind].queue,
        args={"change": change.pk},
        title=change.title,
        unit_id=change.unit_id,
    )
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        result_url=change.get_absolute_url()
    )
    return job
