"""What completion asks of a learner, line by line, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrolments.models import Attendance, BlockProgress, Session
from enrolments.standing import Standing


@dataclass(frozen=True)
class Condition:
    """A line of the check list."""

    text: str
    is_met: bool
    missing: str = ""


def conditions_of(
    standing: Standing, *, sessions: Sequence[Session], attendance: Mapping[int, str]
) -> list[Condition]:
    """Return the check list of a place: lessons, sessions, then single tests and works."""
    lines = [_lessons(standing)]
    least = standing.outline.min_attendance_percent
    if least:
        lines.append(_attendance(least, sessions, attendance))
    return lines + _blocks(standing)


def _lessons(standing: Standing) -> Condition:
    required = standing.outline.required_lessons
    left = sum(1 for lesson in required if lesson.key not in standing.done)
    text = _("All %(n)s required lessons are completed") % {"n": len(required)}
    missing = ngettext("%(n)s lesson left", "%(n)s lessons left", left) % {"n": left}
    return Condition(text, left == 0, missing if left else "")


def _attendance(
    least: int, sessions: Sequence[Session], attendance: Mapping[int, str]
) -> Condition:
    held = [session.pk for session in sessions if session.cancelled_at is None]
    came = sum(1 for pk in held if attendance.get(pk) == Attendance.Status.PRESENT)
    text = _("Present at %(least)s%% of the sessions or more") % {"least": least}
    is_met = bool(held) and came * 100 >= least * len(held)
    facts = {"came": came, "all": len(held)}
    return Condition(text, is_met, "" if is_met else _("present at %(came)s of %(all)s") % facts)


def _blocks(standing: Standing) -> list[Condition]:
    asked = [(row, row.owner.requirement(row.frozen)) for row in standing.outline.blocks()]
    asked = [(row, text) for row, text in asked if text]
    if not asked:
        return []
    finished = BlockProgress.objects.filter(
        enrolment=standing.enrolment, completed_at__isnull=False
    )
    done = set(finished.values_list("block_key", flat=True))
    return [
        Condition(text, row.key in done, "" if row.key in done else _("not done yet"))
        for row, text in asked
    ]
