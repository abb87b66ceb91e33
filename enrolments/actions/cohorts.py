"""The life of a class: opening, dates, states; what postponing and cancelling bring about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from audit.actions import record
from courses.models import CourseVersion
from enrolments.actions.duties import end_duties, move_dues
from enrolments.errors import Refused
from enrolments.models import Cohort, Decision, Enrolment, Obligation, Session
from enrolments.models.cohorts import CohortState, DecisionKind
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from enrolments.models.places import EnrolmentState
from enrolments.reminders import COHORT_CHANGED, cohort_changed
from enrolments.signals import cohort_state_changed
from lms.text import fold
from notifications.actions import plan_notices
from notifications.models import Notice

S = CohortState
# Recognised is reached by the recognition decision; the app that records it asks for it here.
NEXT: dict[str, tuple[str, ...]] = {
    S.DRAFT: (S.ANNOUNCED, S.ENROLLING),
    S.ANNOUNCED: (S.ENROLLING,),
    S.ENROLLING: (S.RUNNING,),
    S.RUNNING: (S.CLOSED,),
    S.CLOSED: (S.RECOGNISED,),
    S.RECOGNISED: (S.ARCHIVED,),
}
MAY_STOP = (S.DRAFT, S.ANNOUNCED, S.ENROLLING, S.RUNNING, S.POSTPONED)


@dataclass(frozen=True)
class CohortData:
    """What is typed about a class."""

    code: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    place: str = ""
    seats: int | None = None
    is_self_paced: bool = False


@dataclass(frozen=True)
class Consequences:
    """What postponing or cancelling a class will touch."""

    learners: int
    duties: int
    notices: int
    sessions: int


@dataclass(frozen=True)
class DecisionData:
    """A decision as its paper says."""

    kind: str
    issuer: Unit
    number: int
    symbol: str
    issued_on: dt.date
    signer_name: str
    signer_title: str = ""

    @classmethod
    def from_typed(cls, kind: str, issuer: Unit, typed: Mapping[str, Any]) -> DecisionData:
        """Return a decision from the values of a form that was found right."""
        return cls(kind=kind, issuer=issuer, **typed)


@transaction.atomic
def enter_decision(*, data: DecisionData, by: User) -> Decision:
    """Enter a decision; the same number of the same agency and year is the same decision."""
    decision, created = Decision.objects.get_or_create(
        issuer=data.issuer,
        year=data.issued_on.year,
        symbol=data.symbol,
        number=data.number,
        defaults={
            "kind": data.kind,
            "issued_on": data.issued_on,
            "signer_name": data.signer_name,
            "signer_title": data.signer_title,
            "entered_by": by,
        },
    )
    if decision.kind != data.kind:
        raise Refused(_("This number belongs to a decision of another kind."))
    if created:
        record(by=by, action="enter_decision", target=decision, unit_id=data.issuer.pk)
    return decision


@transaction.atomic
def open_cohort(
    *,
    version: CourseVersion,
    organiser: Unit,
    data: CohortData,
    by: User,
    opening_decision: Decision | None = None,
) -> Cohort:
    """Open a class as a draft; the same code again returns the first."""
    cohort, created = Cohort.objects.get_or_create(
        code=data.code,
        defaults={
            **asdict(data),
            "course": version.course,
            "version": version,
            "organiser": organiser,
            "opening_decision": opening_decision,
            "search_key": _search_key(data, version),
            "created_by": by,
        },
    )
    if not created and cohort.created_by_id != by.pk:
        raise Refused(_("Another class has this code."))
    if created:
        record(by=by, action="open_cohort", target=cohort, unit_id=organiser.pk)
    return cohort


@transaction.atomic
def edit_cohort(
    *, cohort: Cohort, data: CohortData, by: User, decision: Decision | None = None
) -> Cohort:
    """Change what is said about a class; a new last day moves the duties with it."""
    held = (
        Cohort.objects.select_for_update(of=("self",)).select_related("version").get(pk=cohort.pk)
    )
    if data.seats is not None and data.seats < held.enrolled_count + held.kept_count:
        raise Refused(_("More people than that are in the class already."))
    apart = held.quotas.aggregate(n=Sum("seats"))["n"] or 0
    if data.seats is not None and data.seats < apart:
        words = _("Units have quotas of %(n)s seats in all: lower these first.")
        raise Refused(words % {"n": apart})
    names = asdict(data)
    before = {name: getattr(held, name) for name in names}
    if before == names:
        return held
    for name, value in names.items():
        setattr(held, name, value)
    held.search_key = _search_key(data, held.version)
    held.save(update_fields=[*names, "search_key"])
    if before["ends_on"] != data.ends_on:
        _move_duties(held, by=by, reason=_("The class has new dates."), decision=decision)
    record(
        by=by,
        action="edit_cohort",
        target=held,
        unit_id=held.organiser_id,
        before=before,
        after=names,
    )
    return held


def _search_key(data: CohortData, version: CourseVersion) -> str:
    words = f"{data.code} {data.name} {version.title_vi} {version.title_en}"
    return fold(words)[:500]


def _move_duties(cohort: Cohort, *, by: User, reason: str, decision: Decision | None) -> int:
    return move_dues(
        obligations=list(_open_duties(cohort)),
        due_on=cohort.ends_on,
        by=by,
        reason=reason,
        decision=decision,
    )


def _open_duties(cohort: Cohort) -> QuerySet[Obligation]:
    return Obligation.objects.filter(enrolment__cohort=cohort, status__in=OUTSTANDING)


@transaction.atomic
def change_state(*, cohort: Cohort, to: str, by: User) -> Cohort:
    """Take the next step of the class's life; False steps are refused. Safe to call twice."""
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if held.state == to:
        return held
    if to not in NEXT.get(held.state, ()):
        raise Refused(
            _("The class cannot go from “%(before)s” to “%(after)s”.")
            % {"before": held.get_state_display(), "after": S(to).label}
        )
    return _go(held, to, by=by)


def _go(cohort: Cohort, to: str, *, by: User, reason: str = "") -> Cohort:
    before, cohort.state = cohort.state, to
    cohort.state_before, cohort.state_reason = before, reason
    if to == S.CLOSED:
        cohort.closed_at = timezone.now()
    cohort.save()
    record(
        by=by,
        action="change_cohort_state",
        target=cohort,
        unit_id=cohort.organiser_id,
        before={"state": before},
        after={"state": to},
        reason=reason,
    )
    cohort_state_changed.send(sender=Cohort, cohort=cohort, before=before, by=by)
    return cohort


def consequences(cohort: Cohort) -> Consequences:
    """Count what postponing or cancelling would touch. Writes nothing."""
    duties = _open_duties(cohort)
    people = Enrolment.objects.filter(cohort=cohort).unfinished()
    planned = Notice.objects.planned().filter(
        person__in=people.values("learner"),
        subject__in=[f"obligation:{pk}" for pk in duties.values_list("pk", flat=True)],
    )
    return Consequences(
        learners=people.count(),
        duties=duties.count(),
        notices=planned.count(),
        sessions=_sessions_to_come(cohort).count(),
    )


def _sessions_to_come(cohort: Cohort) -> QuerySet[Session]:
    return cohort.sessions.filter(cancelled_at=None, starts_at__gt=timezone.now())


@transaction.atomic
def postpone(
    *,
    cohort: Cohort,
    by: User,
    decision: Decision | None,
    reason: str,
    starts_on: dt.date,
    ends_on: dt.date,
) -> Cohort:
    """Put a class off to new dates: duties move, sessions to come are off. Safe to call twice."""
    held = _stoppable(cohort, S.POSTPONED)
    if held.state == S.POSTPONED:
        return held
    _refuse_other_kinds(decision)
    held.change_decision, held.starts_on, held.ends_on = decision, starts_on, ends_on
    _go(held, S.POSTPONED, by=by, reason=reason)
    _sessions_to_come(held).update(cancelled_at=timezone.now())
    _move_duties(held, by=by, reason=reason, decision=decision)
    _tell(held)
    return held


@transaction.atomic
def resume(*, cohort: Cohort, by: User) -> Cohort:
    """Let a postponed class go on from the state it was in. Safe to call twice."""
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if held.state != S.POSTPONED:
        return held
    return _go(held, held.state_before, by=by)


@transaction.atomic
def cancel_cohort(*, cohort: Cohort, by: User, decision: Decision | None, reason: str) -> Cohort:
    """Call a class off: seats, duties, notices and sessions go. Safe to call twice."""
    held = _stoppable(cohort, S.CANCELLED)
    if held.state == S.CANCELLED:
        return held
    _refuse_other_kinds(decision)
    held.change_decision = decision
    _go(held, S.CANCELLED, by=by, reason=reason)
    _tell(held)
    _sessions_to_come(held).update(cancelled_at=timezone.now())
    end_duties(
        obligations=list(_open_duties(held)), to=ObligationStatus.CANCELLED, by=by, reason=reason
    )
    ended = Enrolment.objects.filter(cohort=held).unfinished()
    freed = ended.update(state=EnrolmentState.WITHDRAWN, withdrawn_reason=reason)
    Cohort.objects.filter(pk=held.pk).update(enrolled_count=F("enrolled_count") - freed)
    return held


def _stoppable(cohort: Cohort, to: str) -> Cohort:
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if held.state != to and held.state not in MAY_STOP:
        raise Refused(_("A class that is over is neither postponed nor cancelled."))
    return held


def _refuse_other_kinds(decision: Decision | None) -> None:
    if decision is not None and decision.kind != DecisionKind.CHANGE:
        raise Refused(_("This number belongs to a decision of another kind."))


def _tell(cohort: Cohort) -> None:
    """Tell every learner still in the class, once per change."""
    places = Enrolment.objects.filter(cohort=cohort).unfinished()
    plan_notices(notices=[cohort_changed(cohort, place, COHORT_CHANGED) for place in places])
