"""What a class is taught by: the schedule, and the sheets on which learners sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolments.documents import Dossier, Offer
from enrolments.documents.common import (
    ROOM_TO_SIGN,
    deciding_signer,
    hour,
    in_all,
    paper,
    people,
    roll,
    roll_header,
    span,
    supervisor,
)
from enrolments.documents.lists import NOBODY
from enrolments.models import Enrolment, Session
from lms.official import BY_HAND, DOTS, Official, PageBreak, Part, Signer, Table, short_day
from lms.templatetags.ui import vi_number

NO_SESSION = gettext_lazy("The class has no session yet.")
COLUMNS: Final = 10  # sessions beside each other on one sheet
WEEKDAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
UPRIGHT: Final = 2  # so many fit on a sheet that is not turned


def schedule_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the schedule to everybody who sees the class: it names no learner."""
    missing = "" if dossier.sessions else NO_SESSION
    return [Offer(rows=len(dossier.sessions), missing=missing)]


def schedule(dossier: Dossier, _key: str) -> Official:
    """Return the sessions that are held, in order of time."""
    signer = deciding_signer(dossier)
    table = Table(
        header=[_("No."), "Thời gian", "Nội dung", _("Periods"), _("Place"), _("Trainer")],
        rows=[_session_row(number, row) for number, row in enumerate(dossier.sessions, start=1)],
        widths=[7, 23, 27, 9, 18, 16],
        numeric=[0, 3],
    )
    return paper(
        dossier,
        "LỊCH HỌC",
        table,
        about=f"{dossier.cohort.name} ({span(dossier)})",
        signer_title=signer.title,
        signer_name=signer.name,
        recipients=["Giảng viên, học viên của lớp", "Lưu: VT"],
    )


def _session_row(number: int, session: Session) -> list[str]:
    day = timezone.localdate(session.starts_at)
    hours = f"{hour(session.starts_at)} - {hour(session.ends_at)}"
    return [
        str(number),
        f"{hours}, {WEEKDAYS[day.weekday()]}, {short_day(day)}",
        session.title,
        vi_number(session.periods),
        session.place or ("Trực tuyến" if session.link else ""),
        session.trainer.full_name if session.trainer else "",
    ]


def attendance_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the sheets to those who take attendance: of the whole class, of each session."""
    if not dossier.seen.may_record:
        return []
    if not dossier.sessions:
        return [Offer(missing=NO_SESSION)]
    if not dossier.learners:
        return [Offer(missing=NOBODY)]
    whole = Offer(label=gettext_lazy("All sessions on one sheet"), rows=dossier.learners)
    return [whole, *(_session_offer(dossier, session) for session in dossier.sessions)]


def _session_offer(dossier: Dossier, session: Session) -> Offer:
    words = {"number": session.number, "day": f"{timezone.localdate(session.starts_at):%d/%m/%Y}"}
    label = _("Session %(number)s, %(day)s") % words
    return Offer(str(session.pk), label, dossier.learners)


def attendance(dossier: Dossier, key: str) -> Official:
    """Return a sheet to sign: of one session, or with a column for each."""
    found = people(dossier.everybody)
    for session in dossier.sessions:
        if str(session.pk) == key:
            return _of_session(dossier, session, found)
    return _of_class(dossier, found)


def _of_session(dossier: Dossier, session: Session, found: Sequence[Enrolment]) -> Official:
    day = short_day(timezone.localdate(session.starts_at))
    place = session.place or ("trực tuyến" if session.link else DOTS)
    table = Table(
        header=roll_header(_("Signature"), _("Note")),
        rows=roll(found, 2),
        widths=[7, 30, 33, 18, 12],
        numeric=[0],
        row_height=ROOM_TO_SIGN,
    )
    trainer = session.trainer.full_name if session.trainer else ""
    return paper(
        dossier,
        "DANH SÁCH ĐIỂM DANH",
        f"{_('Session %(number)s') % {'number': session.number}}"
        f"{f': {session.title}' if session.title else ''}. "
        f"Thời gian: {hour(session.starts_at)} - {hour(session.ends_at)} ngày {day}. "
        f"Địa điểm: {place}.",
        table,
        in_all(len(found)),
        f"Có mặt: {DOTS}. Vắng có phép: {DOTS}. Vắng không phép: {DOTS}.",
        signers=[supervisor(dossier), Signer("Giảng viên", trainer, BY_HAND)],
    )


def _of_class(dossier: Dossier, found: Sequence[Enrolment]) -> Official:
    parts: list[Part] = []
    for start in range(0, len(dossier.sessions), COLUMNS):
        parts += [PageBreak()] if parts else []
        parts.append(attendance_table(dossier.sessions[start : start + COLUMNS], found))
    made = paper(
        dossier,
        "DANH SÁCH ĐIỂM DANH",
        *parts,
        in_all(len(found)),
        about=f"{dossier.cohort.name} ({span(dossier)})",
        signers=[supervisor(dossier), Signer("Người lập danh sách", "", BY_HAND)],
    )
    return replace(made, is_landscape=len(dossier.sessions) > UPRIGHT)


def attendance_table(sessions: Sequence[Session], found: Sequence[Enrolment]) -> Table:
    """Return the people with a column to sign for each session; the printed page shows it too."""
    titles = [
        f"{_('Session %(number)s') % {'number': session.number}} "
        f"({timezone.localtime(session.starts_at):%d/%m})"
        for session in sessions
    ]
    names, units = max(20, 36 - 2 * len(sessions)), max(18, 36 - 2 * len(sessions))
    return Table(
        header=roll_header(*titles),
        rows=roll(found, len(titles)),
        widths=[6, names, units, *[max(7, 24 // max(1, len(titles)))] * len(titles)],
        numeric=[0],
        row_height=ROOM_TO_SIGN,
    )
