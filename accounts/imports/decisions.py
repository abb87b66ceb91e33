"""What the officer decides on the preview: who a row means, whose record is made, who stays out."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.imports.planning import meaning
from accounts.imports.rows import NEW, PERSON
from accounts.imports.standing import Free, Records, scope_of
from accounts.models import User
from audit.actions import record
from jobs.actions import plan
from jobs.models import BulkChange, BulkRow, ChangeState, Verdict

CREATE: Final = "create"
LEAVE: Final = "leave"
DECIDED: Final = ["target_type", "target_id", "before", "after", "fingerprint", "included",
                  "message"]  # fmt: skip


@transaction.atomic
def settle_columns(*, change: BulkChange, chosen: dict[str, Any], by: User) -> bool:
    """Set how the file is read and have its rows checked; False if it is being worked on."""
    held = BulkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if held.state not in {ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED}:
        return False
    held.params = {**held.params, **chosen}
    held.save(update_fields=["params"])
    return plan(change=held, by=by)


@transaction.atomic
def choose_person(*, row: BulkRow, person: User, by: User) -> None:
    """Let an unsure row mean a person on record. Safe to call twice."""
    change = _open(row)
    if not scope_of(by).filter(pk=person.pk).exists():
        raise Refused(_("Not among the people of one's units."))
    meant = change.rows.filter(target_type=PERSON, target_id=person.pk).exclude(pk=row.pk)
    if meant.exists():
        raise Refused(_("Another row already means this person."))
    said = _said(row)
    records = Records.look([person.pk], by=by)
    line = meaning(person.pk, said, records, Free.look([said], by=by))
    if line.target_type != PERSON:
        raise Refused(line.message)
    _decide(change, row, line, included=line.included, by=by, choice=f"person:{person.pk}")


@transaction.atomic
def make_record(*, row: BulkRow, by: User) -> None:
    """Let a record be made for an unsure row. Safe to call twice."""
    change, new = _open(row), (row.after or {}).get("new")
    free = Free.look([new], by=by) if new else None
    if not new or free is None or free.is_taken(new) or new["unit"] not in free.units:
        raise Refused(_("No record can be made for this row."))
    line = BulkRow(target_type=NEW, after={"new": new}, fingerprint=free.fingerprint(new))
    line.message = _("A record is made.")
    _decide(change, row, line, included=True, by=by, choice=CREATE)


@transaction.atomic
def leave_out(*, row: BulkRow, by: User) -> None:
    """Leave an unsure row out. Safe to call twice."""
    line = BulkRow(after=row.after, message=_("Left out."))
    _decide(_open(row), row, line, included=False, by=by, choice=LEAVE)


def _open(row: BulkRow) -> BulkChange:
    """Return the change, locked, while its unsure rows may still be decided on."""
    change = BulkChange.objects.select_for_update(of=("self",)).get(pk=row.change_id)
    if change.state != ChangeState.PLANNED or row.verdict != Verdict.AMBIGUOUS:
        raise Refused(_("This import can no longer be changed."))
    return change


def _said(row: BulkRow) -> dict[str, Any]:
    said: dict[str, Any] = (row.before or {}).get("said") or (row.after or {})["said"]
    return said


def _decide(
    change: BulkChange, row: BulkRow, line: BulkRow, *, included: bool, by: User, choice: str
) -> None:
    """Write the decision; what the row said and whom it may mean is kept for another one."""
    kept = {"candidates": (row.before or {}).get("candidates", []), "said": _said(row)}
    kept["new"] = (row.before or {}).get("new") or (row.after or {}).get("new")
    row.target_type, row.target_id = line.target_type, line.target_id
    row.before = {**(line.before or {}), **kept}
    row.after = {**(line.after or {}), "said": kept["said"]}
    if "new" not in row.after and line.target_type != PERSON:
        row.after["new"] = kept["new"]
    row.fingerprint, row.included, row.message = line.fingerprint, included, line.message
    row.save(update_fields=DECIDED)
    change.counts["included"] = change.rows.to_apply().count()
    change.save(update_fields=["counts"])
    after = {"row": row.number, "choice": choice}
    record(by=by, action="decide_import_row", target=change, unit_id=change.unit_id, after=after)
