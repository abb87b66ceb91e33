"""The planned rows that imports of people have in common, whatever the file is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.matching import IncomingPerson
from accounts.models import Unit, User
from jobs.models import BulkRow, Verdict
from lms.sheets import Row
from lms.text import fold

PERSON, NEW = "accounts.user", "new"  # what a planned row points at
CANDIDATES_AT_MOST: Final = 10
LONGEST: Final = 500


def incoming(row: Row, unit: Unit | None) -> IncomingPerson:
    """Return what a row says of who is meant."""
    return IncomingPerson(
        full_name=row.get("full_name"),
        staff_code=row.get("staff_code"),
        identity_number=row.get("identity_number"),
        email="" if row.shares_address else row.get("email"),
        birth_date=row.birth_date,
        birth_year=row.birth_year,
        unit_id=unit.pk if unit else None,
    )


def may_be(person: User, row: Row) -> bool:
    """Tell whether the births allow that a row means a person of its name."""
    if row.birth_date and person.birth_date:
        return row.birth_date == person.birth_date
    return not row.birth_year or not person.birth_year or row.birth_year == person.birth_year


def to_decide(candidates: Sequence[User]) -> BulkRow:
    """Return a row that asks who is meant."""
    message = ngettext(
        "May be somebody on record: choose.",
        "May be one of %(count)d people on record: choose.",
        len(candidates),
    )
    return BulkRow(
        verdict=Verdict.AMBIGUOUS,
        message=message % {"count": len(candidates)},
        before={"candidates": [person.pk for person in candidates]},
    )


def under_another_name(row: Row, person: User) -> BulkRow:
    """Ask where code and name disagree: one of the two is somebody else's."""
    line = to_decide([person])
    words = {"name": person.full_name, "typed": row.get("full_name")}
    line.message = _("The code belongs to %(name)s; the file says %(typed)s. Choose.") % words
    return line


def is_under_another_name(row: Row, person: User) -> bool:
    """Tell whether the row names somebody else."""
    return fold(row.get("full_name")) not in {"", person.search_key}


def faulty(row: Row) -> BulkRow:
    """Return a row that repeats another or cannot be read."""
    if row.repeats is not None and not row.problems:
        return repeated(row.repeats)
    return BulkRow(verdict=Verdict.ERROR, message=" ".join(row.problems))


def repeated(number: int) -> BulkRow:
    """Return a row that means the same person as an earlier one."""
    message = _("Same person as row %(row)d.") % {"row": number}
    return BulkRow(verdict=Verdict.DUPLICATE, message=message)


def worded(line: BulkRow, row: Row) -> BulkRow:
    """Return the row with its number, who it names, and what was changed in reading it."""
    line.number = row.number
    line.label = " · ".join(filter(None, (row.get("full_name"), row.get("staff_code"))))[:300]
    line.message = " ".join([line.message, *row.notes]).strip()[:LONGEST]
    return line
