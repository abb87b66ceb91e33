"""Classes like one that was held: last year's again, or several at once side by side."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from enrolments.actions.cohorts import CohortData, open_cohort
from enrolments.actions.sessions import SessionData, add_session
from enrolments.actions.staff import add_staff
from enrolments.errors import Refused
from enrolments.models import Cohort, CohortStaff, Decision


@dataclass(frozen=True)
class CopyData:
    """What is said of classes like another; with several the code and name get a number."""

    organiser: Unit
    code: str
    name: str
    starts_on: dt.date
    count: int = 1
    with_sessions: bool = True
    with_staff: bool = True


@transaction.atomic
def copy_cohort(
    *, cohort: Cohort, data: CopyData, by: User, decision: Decision | None = None
) -> list[Cohort]:
    """Open drafts of the course's newest version, as long as the class, staff and sessions moved.

    Safe to call twice: the same codes return the same classes.
    """
    if cohort.course.current_version is None:
        raise Refused(_("The course has no published version."))
    made = []
    for number in range(1, data.count + 1):
        behind = f"-{number}" if data.count > 1 else ""
        label = _("%(name)s – Class %(n)s") % {"name": data.name, "n": number}
        name = label if data.count > 1 else data.name
        named = replace(data, code=f"{data.code}{behind}", name=name)
        made.append(_copy(cohort, named, by, decision))
    return made


def _copy(cohort: Cohort, data: CopyData, by: User, decision: Decision | None) -> Cohort:
    later = data.starts_on - cohort.starts_on
    version = cohort.course.current_version
    assert version is not None  # noqa: S101 (asked before the first copy)
    new = open_cohort(
        version=version,
        organiser=data.organiser,
        data=CohortData(
            code=data.code,
            name=data.name,
            starts_on=data.starts_on,
            ends_on=cohort.ends_on + later,
            place=cohort.place,
            seats=cohort.seats,
            is_self_paced=cohort.is_self_paced,
        ),
        by=by,
        opening_decision=decision,
    )
    staff = list(CohortStaff.objects.filter(cohort=cohort, until=None).select_related("user"))
    if data.with_staff:
        for row in staff:
            add_staff(cohort=new, person=row.user, role=row.role, since=row.since, by=by)
    if data.with_sessions:
        _copy_sessions(cohort, new, later, by, {row.user_id for row in staff})
    return new


def _copy_sessions(
    cohort: Cohort, new: Cohort, later: dt.timedelta, by: User, teaching: set[int]
) -> None:
    """Copy the sessions that were held, as many days later, at the same hours."""
    for session in cohort.sessions.filter(cancelled_at=None).order_by("starts_at", "pk"):
        data = SessionData(
            title=session.title,
            starts_at=session.starts_at + later,
            ends_at=session.ends_at + later,
            place=session.place,
            link=session.link,
            periods=session.periods,
            trainer_id=session.trainer_id if session.trainer_id in teaching else None,
        )
        add_session(cohort=new, data=data, by=by)
