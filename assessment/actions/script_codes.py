"""Coding scripts on paper, entering marks by code, joining names and marks again.

Who has seen the names beside the codes enters no marks, and who has entered marks does not see
them: the two halves are kept by different people until they are joined.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from assessment.actions.gradebook import KeyedMark, enter_marks
from assessment.actions.grades import refuse_learner
from assessment.errors import GradebookRefused
from assessment.gradebook import Item, scheme_of
from assessment.models import GradeCell, ScriptCode, ScriptCoding, ScriptMark
from audit.actions import record
from enrolments.models import Cohort
from lms.templatetags.ui import vi_number

FEWEST_DIGITS: Final = 3
# So many times more numbers than scripts that a code tells nothing of how many there are.
SPREAD: Final = 5


@transaction.atomic
def code_scripts(*, cohort: Cohort, key: uuid.UUID, by: User) -> ScriptCoding:
    """Give a code to each learner of the class who has none. Safe to call twice."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    refuse_learner(cohort, by)
    _paper_item(cohort, key)
    coding = ScriptCoding.objects.filter(cohort=cohort, component_key=key).first()
    if coding is None:
        _refuse_marked(cohort, key)
        coding = ScriptCoding.objects.create(cohort=cohort, component_key=key, coded_by=by)
    refuse_joined(coding)
    places = cohort.enrolments.in_force().exclude(script_codes__coding=coding)
    missing = list(places.order_by("pk").values_list("pk", flat=True))
    if missing:
        codes = _new_codes(coding, len(missing))
        rows = zip(missing, codes, strict=True)
        ScriptCode.objects.bulk_create(
            ScriptCode(coding=coding, enrolment_id=pk, code=code) for pk, code in rows
        )
        _tell(coding, "code_scripts", by, {"scripts": len(missing)})
    return coding


@transaction.atomic
def drop_coding(*, coding: ScriptCoding, by: User) -> bool:
    """Give the codes up before a mark is entered by them. Safe to call twice."""
    held = ScriptCoding.objects.select_for_update().filter(pk=coding.pk).first()
    if held is None:
        return False
    refuse_learner(held.cohort, by)
    refuse_joined(held)
    if ScriptMark.objects.filter(code__coding=held).exists():
        raise GradebookRefused(_("Marks have been entered by these codes already: they stay."))
    _tell(held, "drop_script_codes", by, {"scripts": held.codes.count()})
    held.delete()
    return True


@transaction.atomic
def see_names(*, coding: ScriptCoding, by: User) -> None:
    """Note that somebody looks at the names beside the codes; who has entered marks may not."""
    held = _held(coding)
    refuse_learner(held.cohort, by)
    if held.is_sealed and has_keyed(held, by):
        raise GradebookRefused(
            _("Whoever has entered marks by code does not see the names before they are joined.")
        )
    if held.is_sealed:
        held.seen_by.add(by)
    _tell(held, "see_script_names", by, {})


@dataclass(frozen=True)
class CodedMark:
    """What was typed beside a code. `seen` is the mark that stood there, None for none."""

    code: int
    points: Decimal | None
    is_absent: bool
    seen: int | None


@transaction.atomic
def key_marks(*, coding: ScriptCoding, marks: Sequence[CodedMark], by: User) -> dict[int, str]:
    """Enter marks by code; return, by the key of the code, why some were refused.

    Raises `GradebookRefused` once names are joined, or for who has seen them.
    """
    held = _held(coding)
    refuse_keying(held, by)
    item = _paper_item(held.cohort, held.component_key)
    rows = held.codes.with_marks().filter(pk__in=[mark.code for mark in marks])
    codes = {row.pk: row for row in rows}
    refused, entered = {}, []
    for mark in marks:
        reason = _against(mark, codes.get(mark.code), item)
        if reason:
            refused[mark.code] = reason
        elif _differs(mark, codes[mark.code]):
            entered.append(mark)
    ScriptMark.objects.bulk_create(
        ScriptMark(code_id=mark.code, points=mark.points, is_absent=mark.is_absent, keyed_by=by)
        for mark in entered
    )
    if entered:
        told = {str(codes[mark.code].code): _said(mark) for mark in entered}
        _tell(held, "key_script_marks", by, {"marks": told})
    return refused


@transaction.atomic
def join_scripts(*, coding: ScriptCoding, by: User) -> dict[int, str]:
    """Ghép phách: enter the marks of the codes for the learners they stand for, once.

    Return, by place, why some were not entered. Raises `GradebookRefused` while a script has
    neither points nor a note of absence.
    """
    held = _held(coding)
    refuse_learner(held.cohort, by)
    if not held.is_sealed:
        return {}
    missing = held.codes.with_marks().waiting().count()
    if missing:
        raise GradebookRefused(
            ngettext(
                "%(n)s script has neither points nor a note of absence.",
                "%(n)s scripts have neither points nor a note of absence.",
                missing,
            )
            % {"n": missing}
        )
    held.joined_by, held.joined_at = by, timezone.now()
    held.save(update_fields=["joined_by", "joined_at"])
    item = _paper_item(held.cohort, held.component_key)
    rows = held.codes.with_marks().filter(points__isnull=False)
    marks = [KeyedMark(row.enrolment_id, row.points, None) for row in rows]
    refused = enter_marks(
        cohort=held.cohort, item=item, marks=marks, by=by, reason=_("Entered by script code")
    )
    _tell(held, "join_scripts", by, {"scripts": len(marks) - len(refused)})
    return refused


def refuse_keying(coding: ScriptCoding, by: User) -> None:
    """Raise where marks by code are not this person's to enter now."""
    refuse_joined(coding)
    refuse_learner(coding.cohort, by)
    if coding.seen_by.filter(pk=by.pk).exists():
        raise GradebookRefused(
            _("Whoever has seen the names beside the codes enters no marks by code.")
        )


def refuse_joined(coding: ScriptCoding) -> None:
    """Raise `GradebookRefused` once names and marks are joined."""
    if not coding.is_sealed:
        raise GradebookRefused(_("Names and marks of this component are joined already."))


def has_keyed(coding: ScriptCoding, person: User) -> bool:
    """Return whether a person has entered a mark by these codes."""
    return ScriptMark.objects.filter(code__coding=coding, keyed_by=person).exists()


def _held(coding: ScriptCoding) -> ScriptCoding:
    rows = ScriptCoding.objects.select_for_update(of=("self",))
    return rows.select_related("cohort__version").get(pk=coding.pk)


def _paper_item(cohort: Cohort, key: uuid.UUID) -> Item:
    item = scheme_of(cohort).item(key)
    if item is None or not item.is_on_paper:
        raise GradebookRefused(_("The component is gone."))
    return item


def _refuse_marked(cohort: Cohort, key: uuid.UUID) -> None:
    if GradeCell.objects.filter(enrolment__cohort=cohort, component_key=key).exists():
        raise GradebookRefused(_("This component has marks beside names already."))


def _new_codes(coding: ScriptCoding, count: int) -> list[int]:
    """Return numbers by lot, all of the same length, none taken."""
    taken = set(coding.codes.values_list("code", flat=True))
    digits = max(FEWEST_DIGITS, len(str((count + len(taken)) * SPREAD)))
    drawn = random.SystemRandom().sample(range(10 ** (digits - 1), 10**digits), count + len(taken))
    return [code for code in drawn if code not in taken][:count]


def _against(mark: CodedMark, row: Any, item: Item) -> str:
    if row is None:
        return _("There is no such script code.")
    if mark.points is not None and not 0 <= mark.points <= item.max_points:
        return _("Points lie between 0 and %(most)s.") % {"most": vi_number(item.max_points)}
    if _differs(mark, row) and row.mark != mark.seen:
        return _("Somebody has entered %(points)s meanwhile.") % {
            "points": _("absent") if row.is_absent else vi_number(row.points) or "–"
        }
    return ""


def _differs(mark: CodedMark, row: Any) -> bool:
    return (mark.points, mark.is_absent) != (row.points, bool(row.is_absent))


def _said(mark: CodedMark) -> str:
    return "absent" if mark.is_absent else str(mark.points)


def _tell(coding: ScriptCoding, action: str, by: User, facts: Mapping[str, Any]) -> None:
    record(
        by=by,
        action=action,
        target=coding.cohort,
        unit_id=coding.cohort.organiser_id,
        after={"component": str(coding.component_key), **facts},
    )
