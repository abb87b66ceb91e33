"""What the officer decides on the preview: who a row means, whose record is made, who stays out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.imports.rows import NEW, PERSON
from accounts.models import User
from audit.actions import record
from enrolments.errors import Refused
from enrolments.imports.planning import meaning
from enrolments.imports.source import Settings
from enrolments.imports.standing import Newcomers, People, scope_of
from enrolments.models import Cohort, SheetLayout
from jobs.actions import plan
from jobs.models import BulkChange, BulkRow, ChangeState, Verdict

CREATE, LEAVE, KEEP, TAKE = "create", "leave", "keep", "take"


def waiting_alone(change: BulkChange) -> QuerySet[BulkRow]:
    """Return the undecided rows whose name and birth one person only has."""
    rows: QuerySet[BulkRow] = change.rows.filter(
        verdict=Verdict.AMBIGUOUS, before__alone=True, target_type=""
    )
    return rows


@transaction.atomic
def choose_person(*, row: BulkRow, person: User, by: User) -> None:
    """Let a row mean a person on record. Safe to call twice."""
    change = _open(row.change_id)
    if not scope_of(by).filter(pk=person.pk).exists():
        raise Refused(_("Not found among the people of one's units."))
    if (
        change.rows.filter(target_type=PERSON, target_id=person.pk, included=True)
        .exclude(pk=row.pk)
        .exists()
    ):
        raise Refused(_("Another row already means this person."))
    cohort = Cohort.objects.get(pk=Settings.of(change).cohort_id)
    people = People.look([person.pk], cohort=cohort, by=by)
    if people.is_in(person.pk):
        raise Refused(_("Already in the class."))
    unit_id = people.units.get(person.pk) or Settings.of(change).unit_id
    if unit_id is None:
        raise Refused(_("The person has no unit on record and the file names none."))
    meant = meaning(person.pk, unit_id, people)
    meant.before = {**(row.before or {}), "new": (row.after or {}).get("new") or _kept(row)}
    _decide(change, row, meant, included=True, by=by, choice=f"person:{person.pk}")


@transaction.atomic
def make_record(*, row: BulkRow, by: User) -> None:
    """Let a record be made for a row. Safe to call twice."""
    change = _open(row.change_id)
    new = (row.after or {}).get("new") or _kept(row)
    if not new:
        raise Refused(_("No record can be made for this row."))
    standing = Newcomers.look([new], by=by)
    if standing.is_taken(new) or int(new["unit"]) not in standing.units:
        raise Refused(_("No record can be made for this row."))
    meant = BulkRow(target_type=NEW, after={"new": new}, fingerprint=standing.fingerprint(new))
    meant.before = row.before
    _decide(change, row, meant, included=True, by=by, choice=CREATE)


@transaction.atomic
def leave_out(*, row: BulkRow, by: User) -> None:
    """Leave a row out. Safe to call twice."""
    _decide(_open(row.change_id), row, row, included=False, by=by, choice=LEAVE)


@transaction.atomic
def take_in(*, row: BulkRow, by: User) -> None:
    """Take a row in again that was left out by hand. Safe to call twice."""
    if row.target_type != PERSON or row.verdict == Verdict.SAME:
        raise Refused(_("This row names nobody who could be taken in."))
    _decide(_open(row.change_id), row, row, included=True, by=by, choice=KEEP)


@transaction.atomic
def make_all_records(*, change: BulkChange, wanted: bool, by: User) -> int:
    """Let records be made for all unknown people for whom they can, or for none."""
    change = _open(change.pk)
    rows = change.rows.filter(verdict=Verdict.UNKNOWN, target_type=NEW)
    count = rows.exclude(included=wanted).update(included=wanted)
    _count(change)
    after = {"choice": CREATE if wanted else LEAVE, "rows": count}
    record(by=by, action="decide_import_rows", target=change, unit_id=change.unit_id, after=after)
    return count


@transaction.atomic
def take_all_alone(*, change: BulkChange, by: User) -> int:
    """Let each undecided row mean the one person who fits it. Safe to call twice."""
    change = _open(change.pk)
    rows = {(row.before or {})["candidates"][0]: row for row in waiting_alone(change)}
    meant = change.rows.filter(target_type=PERSON, target_id__in=rows, included=True)
    free = rows.keys() - set(meant.values_list("target_id", flat=True))
    seen = set(scope_of(by).filter(pk__in=free).values_list("pk", flat=True))
    cohort = Cohort.objects.get(pk=Settings.of(change).cohort_id)
    people = People.look(seen, cohort=cohort, by=by)
    fit = [pk for pk in sorted(seen) if pk in people.units and not people.is_in(pk)]
    taken = [_take(rows[pk], pk, people) for pk in fit]
    names = ["target_type", "target_id", "before", "after", "fingerprint", "included"]
    BulkRow.objects.bulk_update(taken, names)
    _count(change)
    after = {"choice": TAKE, "rows": len(taken)}
    record(by=by, action="decide_import_rows", target=change, unit_id=change.unit_id, after=after)
    return len(taken)


def _take(row: BulkRow, person_id: int, people: People) -> BulkRow:
    found = meaning(person_id, people.units[person_id], people)
    row.before = {**(row.before or {}), "new": (row.after or {}).get("new")}
    row.target_type, row.target_id, row.after = found.target_type, found.target_id, found.after
    row.fingerprint, row.included = found.fingerprint, True
    return row


@transaction.atomic
def remember_layout(
    *, fingerprint: str, mapping: dict[str, int], unit_id: int | None, by: User
) -> None:
    """Keep what the columns of a layout hold, for the next file that has it."""
    SheetLayout.objects.update_or_create(
        fingerprint=fingerprint, owner=by, defaults={"unit_id": unit_id, "mapping": mapping}
    )


@transaction.atomic
def settle_columns(*, change: BulkChange, chosen: dict[str, Any], by: User) -> bool:
    """Set how the file is read and have its rows checked; False if it is being worked on."""
    held = BulkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if held.state not in {ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED}:
        return False
    held.params = {**held.params, **chosen}
    held.save(update_fields=["params"])
    return plan(change=held, by=by)


def _kept(row: BulkRow) -> Any:
    return (row.before or {}).get("new")


def _open(change_id: int) -> BulkChange:
    """Return the change, locked, while its plan may still be decided on."""
    change = BulkChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    if change.state != ChangeState.PLANNED:
        raise Refused(_("This import can no longer be changed."))
    return change


def _decide(
    change: BulkChange, row: BulkRow, meant: BulkRow, *, included: bool, by: User, choice: str
) -> None:
    row.target_type, row.target_id = meant.target_type, meant.target_id
    row.before, row.after, row.fingerprint = meant.before, meant.after, meant.fingerprint
    row.included = included
    row.save(
        update_fields=["target_type", "target_id", "before", "after", "fingerprint", "included"]
    )
    _count(change)
    after = {"row": row.number, "choice": choice}
    record(by=by, action="decide_import_row", target=change, unit_id=change.unit_id, after=after)


def _count(change: BulkChange) -> None:
    change.counts["included"] = change.rows.to_apply().count()
    change.save(update_fields=["counts"])
