"""Giving a person a place in a class, and taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from audit.actions import event, record, record_many
from audit.models import AuditEvent
from courses.models import CourseVersion
from courses.models.versions import VersionState
from enrolments.actions.duties import create_duties, end_duties, refuse_own, reopen_duties
from enrolments.actions.progress import settle
from enrolments.completion import demands_of
from enrolments.errors import CohortClosed, CohortFull, Refused
from enrolments.models import Attendance, Cohort, Decision, Enrolment, Obligation, VersionMove
from enrolments.models.cohorts import OPEN_TO_SENDING
from enrolments.models.duties import ObligationStatus
from enrolments.models.places import EnrolmentState
from enrolments.quotas import SeatsByUnit
from enrolments.signals import enrolment_created, enrolment_ended

CHUNK = 500
UNFINISHED = (EnrolmentState.ENROLLED, EnrolmentState.STUDYING)


@dataclass
class EnrolMany:
    """What came of enrolling many people: new places, and those that were held already."""

    created: list[Enrolment] = field(default_factory=list)
    already: list[Enrolment] = field(default_factory=list)


@dataclass(frozen=True)
class _Sending:
    """One act of sending people."""

    cohort: Cohort
    by: User
    source: str
    decision: Decision | None
    of_units: Mapping[int, Decision] = field(default_factory=dict)

    def decision_of(self, unit: Unit) -> Decision | None:
        """Return the decision by which a unit sends."""
        return self.of_units.get(unit.pk, self.decision)


@transaction.atomic
def enrol(
    *,
    cohort: Cohort,
    learner: User,
    unit: Unit,
    by: User,
    source: str,
    decision: Decision | None = None,
) -> Enrolment:
    """Give the learner a place and the duty that goes with it. Safe to call twice."""
    done = enrol_many(
        cohort=cohort, people=[(learner, unit)], by=by, source=source, decision=decision
    )
    return (done.created or done.already)[0]


@transaction.atomic
def enrol_many(
    *,
    cohort: Cohort,
    people: Sequence[tuple[User, Unit]],
    by: User,
    source: str,
    decision: Decision | None = None,
    decisions: Mapping[int, Decision] | None = None,
) -> EnrolMany:
    """Give many people their places, all or none, with a few statements per 500 people.

    `decisions` are the sending decisions by unit, where each unit has its own.
    """
    sending = _Sending(cohort, by, source, decision, decisions or {})
    done = EnrolMany()
    for chunk in _chunks({person.pk: (person, unit) for person, unit in people}):
        _enrol_chunk(sending, chunk, done)
    return done


def _chunks(
    people: dict[int, tuple[User, Unit]],
) -> Iterator[dict[int, tuple[User, Unit]]]:
    keys = list(people)
    for start in range(0, len(keys), CHUNK):
        yield {key: people[key] for key in keys[start : start + CHUNK]}


def _enrol_chunk(sending: _Sending, people: dict[int, tuple[User, Unit]], done: EnrolMany) -> None:
    cohort, by = lock_class(sending.cohort), sending.by
    held = _held(cohort, people)
    back = [place for place in held.values() if place.state == EnrolmentState.WITHDRAWN]
    done.already += [place for place in held.values() if place.state != EnrolmentState.WITHDRAWN]
    new = [pair for key, pair in people.items() if key not in held]
    if not new and not back:
        return
    units = [unit.pk for _person, unit in new] + [place.sending_unit_id for place in back]
    take_seats(cohort, units)
    created = _write_places(cohort, new, sending)
    _reinstate(back, by)
    record_many([_told(by, "enrol", place, sending.source) for place in created])
    done.created += created + back
    for place in created + back:
        enrolment_created.send(sender=Enrolment, enrolment=place, by=by)


def lock_class(cohort: Cohort) -> Cohort:
    """Return the class as it is now: whoever holds its row decides alone who is in it."""
    rows = Cohort.objects.select_for_update(of=("self",))
    return rows.select_related("version", "opening_decision").get(pk=cohort.pk)


def _held(cohort: Cohort, people: dict[int, tuple[User, Unit]]) -> dict[int, Enrolment]:
    places = Enrolment.objects.exclude(state=EnrolmentState.ENTERED_BY_MISTAKE).filter(
        cohort=cohort, learner__in=list(people)
    )
    return {place.learner_id: place for place in places}


def take_seats(cohort: Cohort, units: Sequence[int]) -> None:
    """Take a seat for one person of each of these units, in a class whose row the caller holds.

    Quotas are counted under that lock; the seats are taken by one conditional UPDATE, so that no
    two callers are given the same one.
    """
    by_unit, n = SeatsByUnit(cohort), len(units)
    for unit in units:
        why_not = by_unit.why_not(unit)
        if why_not:
            raise CohortFull(why_not)
        by_unit.take(unit)
    free = Q(seats=None) | Q(seats__gte=F("enrolled_count") + F("kept_count") + n)
    open_class = Cohort.objects.filter(free, pk=cohort.pk, state__in=OPEN_TO_SENDING)
    if open_class.update(enrolled_count=F("enrolled_count") + n) == 1:
        return
    if not cohort.takes_learners:
        raise CohortClosed(_("The class is not taking learners."))
    raise CohortFull(_("The class has %(left)s seats left.") % {"left": cohort.seats_left})


def free_seats(cohort_id: int, n: int = 1) -> None:
    """Give seats back."""
    Cohort.objects.filter(pk=cohort_id).update(enrolled_count=F("enrolled_count") - n)


def _write_places(
    cohort: Cohort,
    people: Sequence[tuple[User, Unit]],
    sending: _Sending,
) -> list[Enrolment]:
    lessons = len(demands_of(cohort.version).required)
    places = [
        Enrolment(
            cohort=cohort,
            learner=person,
            version=cohort.version,
            source=sending.source,
            sending_unit=unit,
            sending_decision=sending.decision_of(unit),
            learner_sort_key=person.sort_key,
            lessons_total=lessons,
            enrolled_by=sending.by,
        )
        for person, unit in people
    ]
    Enrolment.objects.bulk_create(places, batch_size=CHUNK)
    create_duties(cohort=cohort, enrolments=places)
    return places


def _reinstate(places: Sequence[Enrolment], by: User) -> None:
    """Give withdrawn learners their place back, with what they had done."""
    for place in places:
        started = place.started_at is not None
        place.state = EnrolmentState.STUDYING if started else EnrolmentState.ENROLLED
        place.withdrawn_reason = ""
    Enrolment.objects.bulk_update(places, ["state", "withdrawn_reason"], batch_size=CHUNK)
    reopen_duties(obligations=_duties(places), by=by, reason=_("sent to the class again"))
    record_many([_told(by, "reinstate", place, place.source) for place in places])


def _duties(places: Sequence[Enrolment]) -> list[Obligation]:
    return list(Obligation.objects.filter(enrolment__in=places)) if places else []


def _told(by: User, action: str, place: Enrolment, source: str) -> AuditEvent:
    after = {"cohort": place.cohort_id, "learner": place.learner_id, "source": source}
    return event(by=by, action=action, target=place, unit_id=place.sending_unit_id, after=after)


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User, reason: str) -> bool:
    """Take a learner off the class, for a reason that is kept; False if it was done before."""
    refuse_own(enrolment.learner_id, by)
    standing = Enrolment.objects.filter(pk=enrolment.pk, state__in=UNFINISHED)
    if standing.update(state=EnrolmentState.WITHDRAWN, withdrawn_reason=reason) != 1:
        return False
    _end(enrolment, by=by, reason=reason, action="withdraw")
    return True


@transaction.atomic
def withdraw_many(*, enrolments: Sequence[Enrolment], by: User, reason: str) -> int:
    """Take learners off the class, all or none; return how many had not left before."""
    return sum(withdraw(enrolment=place, by=by, reason=reason) for place in enrolments)


def undo_enrolment(*, enrolment: Enrolment, by: User, reason: str) -> bool:
    """Keep a place as entered by mistake, shown nowhere else; False if it was done before."""
    done = undo_enrolments(enrolments=[enrolment], by=by, reason=reason) == 1
    enrolment.refresh_from_db()
    return done


@transaction.atomic
def undo_enrolments(*, enrolments: Sequence[Enrolment], by: User, reason: str) -> int:
    """Keep places as entered by mistake, all or none; return how many were not before.

    A few queries for any number of places.
    """
    ids = [place.pk for place in enrolments]
    standing = Enrolment.objects.exclude(state=EnrolmentState.ENTERED_BY_MISTAKE)
    held = list(standing.select_for_update().filter(pk__in=ids).order_by("pk"))
    attended = set(
        Attendance.objects.filter(enrolment__in=held).values_list("enrolment", flat=True)
    )
    for place in held:
        why_not = _reason_against_undo(place, is_attended=place.pk in attended)
        if why_not:
            raise Refused(why_not)
    Enrolment.objects.filter(pk__in=[place.pk for place in held]).update(
        state=EnrolmentState.ENTERED_BY_MISTAKE, withdrawn_reason=reason
    )
    for cohort_id, n in Counter(place.cohort_id for place in held).items():
        free_seats(cohort_id, n)
    end_duties(obligations=_duties(held), to=ObligationStatus.CANCELLED, by=by, reason=reason)
    record_many(_ended("undo_enrolment", place, by, reason) for place in held)
    for place in held:
        enrolment_ended.send(sender=Enrolment, enrolment=place, by=by, reason="undo_enrolment")
    return len(held)


def _reason_against_undo(enrolment: Enrolment, *, is_attended: bool) -> str:
    """Return why a place can no longer be called a mistake, or nothing."""
    if enrolment.state != EnrolmentState.ENROLLED or enrolment.started_at is not None:
        return _("The learner has started.")
    return _("Attendance has been recorded.") if is_attended else ""


def _ended(action: str, place: Enrolment, by: User, reason: str) -> AuditEvent:
    unit_id = place.sending_unit_id
    return event(by=by, action=action, target=place, unit_id=unit_id, reason=reason)


def _end(enrolment: Enrolment, *, by: User, reason: str, action: str) -> None:
    """Free the seat, cancel the duty, stop the notices, tell the apps above."""
    free_seats(enrolment.cohort_id)
    end_duties(
        obligations=_duties([enrolment]), to=ObligationStatus.CANCELLED, by=by, reason=reason
    )
    record(by=by, action=action, target=enrolment, unit_id=enrolment.sending_unit_id, reason=reason)
    enrolment.refresh_from_db()
    enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by, reason=action)


@transaction.atomic
def move_version(*, enrolment: Enrolment, to: CourseVersion, by: User, reason: str) -> Enrolment:
    """Let a learner go on in another version; progress follows the keys. Safe to call twice."""
    held = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("version")
        .get(pk=enrolment.pk)
    )
    if held.version_id == to.pk:
        return held
    if held.state not in UNFINISHED:
        raise Refused(_("Only learners who have not finished move to another version."))
    if to.course_id != held.version.course_id or to.state != VersionState.PUBLISHED:
        raise Refused(_("The version is not a published one of this course."))
    VersionMove.objects.create(
        enrolment=held, from_version=held.version, to_version=to, moved_by=by, reason=reason
    )
    record(
        by=by,
        action="move_version",
        target=held,
        unit_id=held.sending_unit_id,
        before={"version": held.version_id},
        after={"version": to.pk},
        reason=reason,
    )
    held.version = to
    held.save(update_fields=["version"])
    settle(enrolment=held)
    return held
