"""Whether somebody may begin a test in an examination room now, and how the room stands."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.errors import NotOpenNow
from assessment.models import Attempt, ExamRoom, RoomSeat
from assessment.models.attempts import AttemptState
from enrolments.models import Enrolment
from lms.text import fold

LOST_AFTER: Final = dt.timedelta(seconds=90)  # three signs of life that did not come
ABSENT, PRESENT, WRITING, LOST, DONE, STOPPED = (
    "absent",
    "present",
    "writing",
    "lost",
    "done",
    "stopped",
)
WORDS: Final = {
    ABSENT: (gettext_lazy("Not here yet"), "grey"),
    PRESENT: (gettext_lazy("Present, not started"), "blue"),
    WRITING: (gettext_lazy("Writing"), "green"),
    LOST: (gettext_lazy("Lost contact"), "red"),
    DONE: (gettext_lazy("Has handed in"), "green"),
    STOPPED: (gettext_lazy("Test stopped"), "red"),
}


def room_lock(enrolment: Enrolment, quiz_key: uuid.UUID, now: dt.datetime) -> str:
    """Return why the learner may not begin the test now because of its rooms, or nothing."""
    seat = RoomSeat.objects.for_test(enrolment, quiz_key)
    if seat is None:
        has_rooms = ExamRoom.objects.filter(cohort=enrolment.cohort_id, quiz_key=quiz_key).exists()
        if has_rooms:
            return _("This test is sat in an examination room, and no seat is given here yet.")
        return ""
    return _why_not(seat, now)


def _why_not(seat: RoomSeat, now: dt.datetime) -> str:
    room = seat.room
    if now < room.opens_at:
        opens = date_format(timezone.localtime(room.opens_at), "H:i d/m/Y")
        return _("The room opens at %(time)s.") % {"time": opens}
    if not room.is_open(now):
        return _("The examination in this room is over.")
    if seat.stopped_at:
        return _("The invigilator has stopped this test.")
    if seat.present_at is None:
        return _("The invigilator first marks who is present. Then the test can begin.")
    return ""


def admit(
    enrolment: Enrolment, quiz_key: uuid.UUID, word: str, now: dt.datetime
) -> RoomSeat | None:
    """Return the seat of a learner who may begin; nothing where the test has no rooms.

    Raises `NotOpenNow` with the sentence for the learner.
    """
    # Against the invigilator stopping this person at the same moment: who locks the seat is first.
    held = RoomSeat.objects.select_for_update(of=("self",)).select_related("room")
    seat = held.filter(enrolment=enrolment, quiz_key=quiz_key).first()
    reason = _why_not(seat, now) if seat else room_lock(enrolment, quiz_key, now)
    if reason:
        raise NotOpenNow(reason)
    if seat and fold(seat.room.access_word) != fold(word.strip()):
        raise NotOpenNow(_("This is not the access word of the room. The invigilator knows it."))
    return seat


@dataclass(frozen=True)
class Candidate:
    """A line of the invigilator's board."""

    seat: RoomSeat
    attempt: Attempt | None
    state: str
    answered: int
    saved_at: dt.datetime | None
    seen_at: dt.datetime | None

    @property
    def word(self) -> str:
        """Return the state in words."""
        return str(WORDS[self.state][0])

    @property
    def tone(self) -> str:
        """Return the colour that goes with the words."""
        return WORDS[self.state][1]


def candidates(room: ExamRoom, now: dt.datetime) -> list[Candidate]:
    """Return the candidates of a room by number; two queries, however many there are."""
    seats = room.seats.select_related("enrolment__learner", "enrolment__sending_unit")
    seats = seats.order_by("number")
    # What somebody wrote before the room was opened is not of this examination.
    sat = Attempt.objects.filter(
        enrolment__exam_seats__room=room, quiz_key=room.quiz_key, in_room=True
    )
    answered = Count("answers", filter=~Q(answers__response={}))
    sat = sat.select_related("contact").annotate(n=answered, saved=Max("answers__saved_at"))
    newest = {attempt.enrolment_id: attempt for attempt in sat.order_by("number")}
    return [_candidate(seat, newest.get(seat.enrolment_id), now) for seat in seats]


def _candidate(seat: RoomSeat, attempt: Attempt | None, now: dt.datetime) -> Candidate:
    contact = getattr(attempt, "contact", None)
    saved, seen = getattr(attempt, "saved", None), contact.seen_at if contact else None
    heard = max(filter(None, (saved, seen, attempt.started_at if attempt else None)), default=None)
    return Candidate(
        seat=seat,
        attempt=attempt,
        state=_state(seat, attempt, heard, now),
        answered=getattr(attempt, "n", 0),
        saved_at=saved,
        seen_at=heard,
    )


def _state(
    seat: RoomSeat, attempt: Attempt | None, heard: dt.datetime | None, now: dt.datetime
) -> str:
    if seat.stopped_at:
        return STOPPED
    if attempt is None:
        return PRESENT if seat.present_at else ABSENT
    if attempt.state != AttemptState.IN_PROGRESS:
        return DONE
    return LOST if heard is None or now - heard > LOST_AFTER else WRITING


def tally(found: Sequence[Candidate]) -> list[tuple[str, str, int]]:
    """Return word, colour and number of each state, in the order of a candidate's way."""
    counts = Counter(candidate.state for candidate in found)
    return [(str(word), tone, counts[state]) for state, (word, tone) in WORDS.items()]
