"""The minutes of an examination room, written from what the invigilators did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from assessment.frozen import quiz_of
from assessment.models import ExamRoom, RoomEvent
from assessment.models.rooms import RoomAct
from assessment.rooms import ABSENT, DONE, Candidate, candidates
from enrolments.documents import Dossier, Offer
from enrolments.documents.common import hour, numbered, paper
from lms.official import BY_HAND, Official, Signer, Table, short_day

NO_ROOM = gettext_lazy("No examination room is opened for a test of the class yet.")
# Presence is in the table of candidates; these are what the minutes tell one by one.
TOLD: Final = (RoomAct.LATE, RoomAct.MINUTES, RoomAct.STOPPED, RoomAct.NOTE)


def minutes_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the minutes of each room to those who invigilate."""
    if Permission.INVIGILATE not in dossier.seen.held:
        return []
    rooms = ExamRoom.objects.filter(cohort=dossier.cohort).with_counts().order_by("opens_at", "pk")
    offers = [Offer(str(room.pk), _label(room), room.n_seats) for room in rooms]
    return offers or [Offer(missing=NO_ROOM)]


def _label(room: ExamRoom) -> str:
    return f"{room.name}, {timezone.localtime(room.opens_at):%H:%M %d/%m/%Y}"


def room_minutes(dossier: Dossier, key: str) -> Official:
    """Return the minutes: when, who came, what happened, how each candidate ended."""
    room = ExamRoom.objects.select_related("cohort__version").get(pk=key)
    found = candidates(room, timezone.now())
    quiz = quiz_of(dossier.cohort.version, room.quiz_key)
    title = quiz.title_vi if quiz else ""
    place = f", {room.place}" if room.place else ""
    return paper(
        dossier,
        "BIÊN BẢN PHÒNG THI",
        f"Bài kiểm tra: {title}. {room.name}{place}.",
        f"Thời gian: từ {hour(room.opens_at)} đến {hour(room.closes_at)} ngày "
        f"{short_day(timezone.localdate(room.opens_at))}.{_ended(room)}",
        _counted(found),
        "# Diễn biến",
        *_happened(room),
        "# Danh sách thí sinh",
        _table(found),
        signers=[Signer("Giám thị 1", "", BY_HAND), Signer("Giám thị 2", "", BY_HAND)],
    )


def _ended(room: ExamRoom) -> str:
    return f" Phòng thi kết thúc lúc {hour(room.ended_at)}." if room.ended_at else ""


def _counted(found: Sequence[Candidate]) -> str:
    states = Counter(candidate.state for candidate in found)
    absent, sat = states[ABSENT], sum(1 for candidate in found if candidate.attempt)
    return (
        f"Số thí sinh: {len(found)}. Vắng: {absent}. Đã làm bài: {sat}. Đã nộp bài: {states[DONE]}."
    )


def _happened(room: ExamRoom) -> list[str]:
    """Return the acts that need telling, one line each, in their order."""
    rows = room.events.filter(act__in=TOLD).select_related("seat__enrolment__learner", "by")
    return [_line(event) for event in rows.order_by("pk")] or ["Không có sự việc bất thường."]


def _line(event: RoomEvent) -> str:
    who = f" {event.seat.enrolment.learner.full_name}" if event.seat else ""
    more = f" {event.minutes} phút" if event.minutes else ""
    act = event.get_act_display()
    return f"- {hour(event.at)}: {act}{more}{who}. {event.reason} ({event.by.full_name})"


def _table(found: Sequence[Candidate]) -> Table:
    rows = (
        [
            f"{row.seat.number:03d}",
            row.seat.enrolment.learner.full_name,
            row.seat.enrolment.sending_unit.name,
            row.word,
            hour(row.attempt.submitted_at) if row.attempt and row.attempt.submitted_at else "",
        ]
        for row in found
    )
    return Table(
        header=[_("No."), "SBD", "Họ và tên", "Đơn vị", "Tình trạng", "Nộp lúc"],
        rows=numbered(rows),
        widths=[7, 8, 28, 27, 17, 13],
        numeric=[0, 1],
    )
