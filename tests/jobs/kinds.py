"""A bulk change small enough to read: it renames units."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from accounts.models import Unit
from jobs.bulk import CHUNK, Effect, PlannedSlice, bulk_kinds
from jobs.models import BulkChange, BulkRow, Job, Verdict
from jobs.slices import slice_kinds


class Renaming:
    """Give each unit named in `params` a new short name."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        return user.pk == change.created_by_id and user.is_active

    def basis(self, change: BulkChange) -> str:
        return str(Unit.objects.filter(code="RULE").values_list("code", flat=True).first())

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        ids, start = change.params["units"], checkpoint.get("start", 0)
        units = Unit.objects.in_bulk(ids[start : start + CHUNK])
        rows = [self._row(start + n, unit, change) for n, unit in enumerate(units.values())]
        end = start + CHUNK
        left = {"start": end} if end < len(ids) else None
        return PlannedSlice(rows=rows, checkpoint=left, total=len(ids))

    def _row(self, n: int, unit: Unit, change: BulkChange) -> BulkRow:
        same = unit.name_en == change.params["name"]
        return BulkRow(
            number=n + 2,
            label=unit.name,
            verdict=Verdict.SAME if same else Verdict.UPDATE,
            included=not same,
            before={"name_en": unit.name_en},
            after={"name_en": change.params["name"]},
            fingerprint=unit.name_en,
            target_type="accounts.unit",
            target_id=unit.pk,
        )

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        return [Effect("mails", 0)]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        names = self._names(rows)
        return {row.pk: names[row.target_id or 0] for row in rows}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        self._write(rows, "after")
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        names = self._names(rows)
        return {
            row.pk: "renamed since"
            for row in rows
            if names[row.target_id or 0] != (row.after or {})["name_en"]
        }

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        self._write(rows, "before")

    def _write(self, rows: Sequence[BulkRow], side: str) -> None:
        units = Unit.objects.in_bulk([row.target_id for row in rows])
        for row in rows:
            units[row.target_id or 0].name_en = getattr(row, side)["name_en"]
        Unit.objects.bulk_update(units.values(), ["name_en"])

    def _names(self, rows: Sequence[BulkRow]) -> dict[int, str]:
        found = Unit.objects.filter(pk__in=[row.target_id for row in rows])
        return dict(found.values_list("pk", "name_en"))


def count_up(job: Job, until: float) -> bool:
    """Count to the total, five at a time."""
    job.done = min(job.total, job.done + 5)
    job.checkpoint = {"seen": [*job.checkpoint.get("seen", []), job.done]}
    if job.args.get("fail_at") == job.done:
        raise RuntimeError("cannot count further")
    return job.done == job.total


bulk_kinds.register("tests.rename", Renaming())
slice_kinds.register("tests.count", count_up)
