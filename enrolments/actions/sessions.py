"""Sessions of a class and who came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import models, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.actions.duties import refuse_own
from enrolments.actions.progress import settle, start
from enrolments.errors import Refused
from enrolments.models import Attendance, Cohort, Enrolment, Session
from enrolments.models.cohorts import SETTLED

ASIDE = 10_000  # numbers that no class reaches, while sessions change places


@dataclass(frozen=True)
class SessionData:
    """What is typed about a session."""

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str = ""
    link: str = ""
    periods: Decimal = Decimal(4)
    trainer_id: int | None = None


@transaction.atomic
def add_session(*, cohort: Cohort, data: SessionData, by: User) -> Session:
    """Add a session with the next number; the same hour of the same class is the same session."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    same = cohort.sessions.filter(starts_at=data.starts_at, cancelled_at=None).first()
    if same is not None:
        return same
    last = cohort.sessions.aggregate(last=Max("number"))["last"] or 0
    session = Session.objects.create(cohort=cohort, number=last + 1, **asdict(data))
    renumber(cohort=cohort)
    record(by=by, action="add_session", target=session, unit_id=cohort.organiser_id)
    return session


@transaction.atomic
def edit_session(*, session: Session, data: SessionData, by: User) -> Session:
    """Change a session and keep the numbers in the order of the days."""
    before = {name: getattr(session, name) for name in asdict(data)}
    if before == asdict(data):
        return session
    Session.objects.filter(pk=session.pk).update(**asdict(data))
    renumber(cohort=session.cohort)
    record(by=by, action="edit_session", target=session, before=before, after=asdict(data))
    session.refresh_from_db()
    return session


@transaction.atomic
def cancel_session(*, session: Session, by: User, reason: str) -> bool:
    """Take a session off the calendar; it no longer counts. False if it was off before."""
    held = Session.objects.filter(pk=session.pk, cancelled_at=None)
    if held.update(cancelled_at=timezone.now()) != 1:
        return False
    renumber(cohort=session.cohort)
    record(by=by, action="cancel_session", target=session, reason=reason)
    _settle_waiting(Enrolment.objects.filter(cohort=session.cohort_id).unfinished())
    return True


@transaction.atomic
def renumber(*, cohort: Cohort) -> None:
    """Number the sessions 1, 2, 3 by their day; cancelled ones come last."""
    order = F("cancelled_at").asc(nulls_first=True)
    sessions = list(cohort.sessions.order_by(order, "starts_at", "pk"))
    wanted = {session.pk: number for number, session in enumerate(sessions, start=1)}
    moved = [session for session in sessions if session.number != wanted[session.pk]]
    Session.objects.filter(pk__in=[s.pk for s in moved]).update(number=F("number") + ASIDE)
    for session in moved:
        session.number = wanted[session.pk]
    Session.objects.bulk_update(moved, ["number"])


@transaction.atomic
def record_attendance(*, session: Session, marks: Mapping[int, str], by: User) -> int:
    """Write who came, by enrolment; an empty mark takes one back. Return how many changed.

    A page sent twice changes nothing the second time.
    """
    if session.cancelled_at is not None:
        raise Refused(_("The session is cancelled."))
    if session.cohort.state in SETTLED:
        raise Refused(_("Results are recognised: attendance no longer changes."))
    places = Enrolment.objects.in_force().filter(cohort=session.cohort_id).in_bulk(list(marks))
    known = {row.enrolment_id: row for row in session.attendance.filter(enrolment__in=places)}
    changed = [pk for pk in places if marks[pk] != _mark(known.get(pk))]
    for pk in changed:
        refuse_own(places[pk].learner_id, by)
    _write_marks(session, {pk: marks[pk] for pk in changed}, known, by)
    for pk in changed:
        if marks[pk] == Attendance.Status.PRESENT:
            start(enrolment=places[pk])
    if changed:
        before = {str(pk): _mark(known.get(pk)) for pk in changed}
        after = {str(pk): marks[pk] for pk in changed}
        record(by=by, action="record_attendance", target=session, before=before, after=after)
        _settle_waiting(Enrolment.objects.filter(pk__in=changed).unfinished())
    return len(changed)


def _mark(row: Attendance | None) -> str:
    return row.status if row else ""


def _write_marks(
    session: Session, marks: Mapping[int, str], known: Mapping[int, Attendance], by: User
) -> None:
    now = timezone.now()
    rows = [
        Attendance(session=session, enrolment_id=pk, status=mark, recorded_by=by, recorded_at=now)
        for pk, mark in marks.items()
        if mark
    ]
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["session", "enrolment"],
        update_fields=["status", "recorded_by", "recorded_at"],
    )
    emptied = [known[pk].pk for pk, mark in marks.items() if not mark]
    Attendance.objects.filter(pk__in=emptied).delete()


def _settle_waiting(places: models.QuerySet[Enrolment]) -> None:
    """Settle those whom only attendance kept from completing."""
    waiting = places.filter(
        version__min_attendance_percent__isnull=False, lessons_done__gte=F("lessons_total")
    )
    for place in waiting:
        settle(enrolment=place)
