"""What goes along when a learner goes on in another class of the course."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from assessment.errors import Refused
from assessment.models import (
    Appeal,
    Attempt,
    Extension,
    GradeCell,
    GradeEntry,
    GradeExemption,
    MarkingTurn,
    Submission,
)
from assessment.models.attempts import AttemptState
from assessment.models.grades import GradeSource
from enrolments.models import Enrolment


def refuse_unsettled(place: Enrolment) -> None:
    """Raise `Refused` while a test is being written, or an appeal waits."""
    if Attempt.objects.filter(enrolment=place, state=AttemptState.IN_PROGRESS).exists():
        raise Refused(_("The learner is taking a test."))
    if Appeal.objects.open().filter(enrolment=place).exists():
        raise Refused(_("An appeal of the learner waits for an answer."))


def carry_marks(before: Enrolment, after: Enrolment, by: User) -> None:
    """Let attempts and works belong to the new place, and enter its marks in the ledger anew.

    The ledger of the former class stays as it was. Attempts used stay used.
    """
    Attempt.objects.filter(enrolment=before).update(enrolment=after)
    # Who was to mark is the former class's plan; the new class shares its waiting works out anew.
    MarkingTurn.objects.filter(submission__enrolment=before, submission__state="submitted").delete()
    Submission.objects.filter(enrolment=before).update(enrolment=after)
    _copy_extensions(before, after)
    GradeExemption.objects.filter(enrolment=before).update(enrolment=after)
    _carry_cells(before, after, by)


def _copy_extensions(before: Enrolment, after: Enrolment) -> None:
    """Copy what was granted; what came along earlier is not granted twice."""
    rows = Extension.objects.filter(enrolment=before, ended_at=None)
    known = {_granted(row) for row in Extension.objects.filter(enrolment=after)}
    new = [row for row in rows if _granted(row) not in known]
    for row in new:
        row.pk, row.enrolment = None, after
    Extension.objects.bulk_create(new)


def _granted(row: Extension) -> tuple[Any, ...]:
    given = (row.extra_minutes, row.extra_attempts, row.time_factor, row.due_at)
    return (row.component_key, *given, row.expires_on, row.reason)


def _carry_cells(before: Enrolment, after: Enrolment, by: User) -> None:
    """Let the grades in force belong to the new place: the former one has none any more."""
    cells = list(GradeCell.objects.filter(enrolment=before).select_related("entry"))
    words = _("From class %(code)s") % {"code": before.cohort.code}
    entries = GradeEntry.objects.bulk_create(
        [_entry(cell.entry, after, by, words) for cell in cells]
    )
    for cell, entry in zip(cells, entries, strict=True):
        cell.enrolment, cell.entry = after, entry
    GradeCell.objects.bulk_update(cells, ["enrolment", "entry"])


def _entry(entry: GradeEntry, after: Enrolment, by: User, words: str) -> GradeEntry:
    worth = ("component_key", "points", "max_points", "percent", "is_passed", "attempt_id")
    return GradeEntry(
        enrolment=after,
        source=GradeSource.CARRIED,
        given_by=by,
        reason=words,
        **{name: getattr(entry, name) for name in worth},
    )
