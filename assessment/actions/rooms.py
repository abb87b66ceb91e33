"""Examination rooms: seating people, letting in, more minutes, stopping, closing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.attempts import submit
from assessment.actions.extensions import extend
from assessment.actions.grades import refuse_own
from assessment.errors import OwnRecord, Refused
from assessment.models import Attempt, AttemptContact, ExamRoom, RoomEvent, RoomSeat
from assessment.models.attempts import AttemptQuerySet
from assessment.models.rooms import RoomAct
from audit.actions import record
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentQuerySet


class RoomRefused(Refused):
    """An act in a room that is refused, with its sentence."""


@dataclass(frozen=True)
class RoomData:
    """What is said of rooms that are alike."""

    name: str
    place: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    access_word: str = ""


@transaction.atomic
def open_rooms(
    *, cohort: Cohort, quiz_key: uuid.UUID, data: RoomData, count: int, by: User
) -> list[ExamRoom]:
    """Make rooms and spread over them, by given name, who has no seat yet."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    waiting = list(unseated(cohort, quiz_key))
    if not waiting:
        raise RoomRefused(_("Everybody of the class has a seat for this test."))
    rooms = []
    shares = _shares(waiting, min(count, len(waiting)))
    for at, share in enumerate(shares, start=1):
        name = f"{data.name} {at}" if len(shares) > 1 else data.name
        if ExamRoom.objects.of(cohort, quiz_key).filter(name=name).exists():
            raise RoomRefused(_("There is a room of this name for the test already: %s.") % name)
        room = ExamRoom(cohort=cohort, quiz_key=quiz_key, created_by=by, **vars(data))
        room.name = name
        _seat(room, share, by)
        rooms.append(room)
    return rooms


def unseated(cohort: Cohort, quiz_key: uuid.UUID) -> EnrolmentQuerySet:
    """Return the learners of a class without a seat for a test, by given name."""
    seated = RoomSeat.objects.filter(quiz_key=quiz_key, enrolment__cohort=cohort)
    places = Enrolment.objects.filter(cohort=cohort).in_force()
    return places.exclude(pk__in=seated.values("enrolment")).order_by("learner_sort_key", "pk")


@transaction.atomic
def change_room(*, room: ExamRoom, data: RoomData, by: User) -> None:
    """Change when, where and under which word; what is open keeps its deadline."""
    before = _facts(room)
    if ExamRoom.objects.filter(pk=room.pk, ended_at=None).update(**vars(data)):
        room.refresh_from_db()
        unit_id = room.cohort.organiser_id
        after = _facts(room)
        record(
            by=by, action="change_room", target=room, unit_id=unit_id, before=before, after=after
        )


@transaction.atomic
def drop_room(*, room: ExamRoom, by: User) -> None:
    """Take back a room in which nothing has happened yet."""
    held = ExamRoom.objects.select_for_update().get(pk=room.pk)
    begun = Attempt.objects.filter(
        enrolment__exam_seats__room=held, quiz_key=held.quiz_key, started_at__gte=held.opens_at
    )
    if held.events.exists() or begun.exists():
        raise RoomRefused(_("Something has happened in this room already: close it instead."))
    unit_id = held.cohort.organiser_id
    record(by=by, action="drop_room", target=held, unit_id=unit_id, before=_facts(held))
    held.delete()


@transaction.atomic
def mark_present(*, seats: Sequence[RoomSeat], by: User, reason: str = "") -> int:
    """Let people in; after the late mark with a reason. Return how many are new."""
    return sum(_let_in(seat, by, reason) for seat in _locked(seats, by))


@transaction.atomic
def mark_absent(*, seats: Sequence[RoomSeat], by: User) -> int:
    """Take back a mark of presence of people who have not begun."""
    done = 0
    for seat in _locked(seats, by):
        if seat.present_at and not _attempts(seat).exists():
            _update(seat, RoomAct.ABSENT, by, present_at=None)
            done += 1
    return done


@transaction.atomic
def add_minutes(*, seats: Sequence[RoomSeat], minutes: int, by: User, reason: str) -> int:
    """Give people more minutes, those who write now at once."""
    _demand_reason(reason)
    found = _locked(seats, by)
    for seat in found:
        extend(
            enrolment=seat.enrolment,
            component_key=seat.quiz_key,
            by=by,
            reason=reason,
            extra_minutes=minutes,
        )
        RoomEvent.objects.create(
            room=seat.room, seat=seat, act=RoomAct.MINUTES, minutes=minutes, reason=reason, by=by
        )
    return len(found)


@transaction.atomic
def stop(*, seats: Sequence[RoomSeat], by: User, reason: str) -> int:
    """End people's tests: what is saved is handed in, and they cannot begin again."""
    _demand_reason(reason)
    done = 0
    for seat in _locked(seats, by):
        if seat.stopped_at is None:
            _update(seat, RoomAct.STOPPED, by, reason, stopped_at=timezone.now())
            _hand_in(seat)
            done += 1
    return done


@transaction.atomic
def note(*, room: ExamRoom, by: User, reason: str) -> None:
    """Write down what happened, for the minutes."""
    _demand_reason(reason)
    RoomEvent.objects.create(room=room, act=RoomAct.NOTE, reason=reason, by=by)


@transaction.atomic
def close_room(*, room: ExamRoom, by: User) -> bool:
    """End the examination of a room: open tests are handed in. Return whether it was open."""
    seats = list(room.seats.select_for_update(of=("self",)).select_related("enrolment", "room"))
    if any(seat.enrolment.learner_id == by.pk for seat in seats):
        raise OwnRecord(_("Nobody decides on their own record."))
    if not ExamRoom.objects.filter(pk=room.pk, ended_at=None).update(ended_at=timezone.now()):
        return False
    room.refresh_from_db()
    for seat in seats:
        _hand_in(seat)
    RoomEvent.objects.create(room=room, act=RoomAct.ENDED, by=by)
    unit_id = room.cohort.organiser_id
    record(by=by, action="close_room", target=room, unit_id=unit_id, after=_facts(room))
    return True


def heard_of(*, attempt: Attempt, now: dt.datetime) -> None:
    """Note that the page of an open attempt has given a sign of life."""
    if attempt.is_open:
        AttemptContact.objects.update_or_create(attempt=attempt, defaults={"seen_at": now})


def _seat(room: ExamRoom, share: Sequence[Enrolment], by: User) -> None:
    """Keep a new room with its candidates, numbered in their order."""
    room.save()
    RoomSeat.objects.bulk_create(
        RoomSeat(room=room, enrolment=place, quiz_key=room.quiz_key, number=number)
        for number, place in enumerate(share, start=1)
    )
    after = {**_facts(room), "seats": len(share)}
    record(by=by, action="open_room", target=room, unit_id=room.cohort.organiser_id, after=after)


def _shares(places: list[Enrolment], count: int) -> list[list[Enrolment]]:
    """Return so many shares, in order, that differ by one at most."""
    size, more = divmod(len(places), count)
    shares, at = [], 0
    for number in range(count):
        end = at + size + (number < more)
        shares.append(places[at:end])
        at = end
    return shares


def _locked(seats: Sequence[RoomSeat], by: User) -> list[RoomSeat]:
    """Return the seats under a lock, in one order; never one's own, nor of a closed room."""
    rows = RoomSeat.objects.select_for_update(of=("self",)).select_related(
        "room__cohort", "enrolment"
    )
    found = list(rows.filter(pk__in=[seat.pk for seat in seats]).order_by("pk"))
    for seat in found:
        refuse_own(seat.enrolment, by)
        if seat.room.ended_at:
            raise RoomRefused(_("This room is closed."))
    return found


def _let_in(seat: RoomSeat, by: User, reason: str) -> bool:
    if seat.present_at:
        return False
    now = timezone.now()
    is_late = now > seat.room.opens_at + dt.timedelta(minutes=settings.EXAM_LATE_AFTER_MINUTES)
    if is_late:
        _demand_reason(reason)
    _update(seat, RoomAct.LATE if is_late else RoomAct.PRESENT, by, reason, present_at=now)
    return True


def _update(seat: RoomSeat, act: RoomAct, by: User, reason: str = "", **fields: object) -> None:
    """Change a seat and write the act down, in the room's own book and in the audit log."""
    RoomSeat.objects.filter(pk=seat.pk).update(**fields)
    RoomEvent.objects.create(room=seat.room, seat=seat, act=act, reason=reason, by=by)
    unit_id, facts = seat.room.cohort.organiser_id, {"act": str(act), "seat": str(seat)}
    target = seat.enrolment
    record(by=by, action="room_act", target=target, unit_id=unit_id, after=facts, reason=reason)


def _attempts(seat: RoomSeat) -> AttemptQuerySet:
    return Attempt.objects.filter(enrolment=seat.enrolment, quiz_key=seat.quiz_key)


def _hand_in(seat: RoomSeat) -> None:
    for attempt in _attempts(seat).open().select_related("enrolment"):
        submit(attempt=attempt, by=None)


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise RoomRefused(_("Say why: the minutes of the room hold the reason."))


def _facts(room: ExamRoom) -> dict[str, str]:
    return {
        "name": room.name,
        "place": room.place,
        "opens_at": str(room.opens_at),
        "closes_at": str(room.closes_at),
    }
