"""The lists behind decisions, and the summons to the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolments.documents import Dossier, Offer
from enrolments.documents.common import (
    annex_of,
    deciding_signer,
    hour,
    in_all,
    numbered,
    paper,
    people,
    roll,
    roll_header,
    span,
    titles_of,
)
from enrolments.models import Decision, Enrolment
from enrolments.models.cohorts import CohortState
from enrolments.models.places import EnrolmentQuerySet
from lms.official import Centred, Official, PageBreak, Part, Table, short_day

NOBODY = gettext_lazy("Nobody is enrolled in the class yet.")
NO_DECISION = gettext_lazy("The opening decision is not entered yet: it is named in the list.")
NOT_ANNOUNCED = gettext_lazy("The class is still a draft: announce it first.")
NOT_HELD = gettext_lazy("The class is postponed or cancelled.")


def opening_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the list behind the opening decision to those who run the class."""
    if not dossier.seen.may_manage:
        return []
    missing = "" if dossier.learners else NOBODY
    if dossier.cohort.opening_decision_id is None:
        missing = NO_DECISION
    return [Offer(rows=dossier.learners, missing=missing)]


def opening_list(dossier: Dossier, _key: str) -> Official:
    """Return the list behind the opening decision."""
    decision = dossier.cohort.opening_decision
    note = annex_of(decision, dossier.cohort.organiser.name)
    return _annex(dossier, dossier.everybody, "DANH SÁCH HỌC VIÊN", note)


def sending_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer a list for each decision of each unit whose people the reader answers for."""
    groups = (
        dossier.seen.places_in_charge()
        .in_force()
        .order_by("sending_unit__search_key", "sending_unit", "sending_decision")
        .values_list(
            "sending_unit",
            "sending_unit__name",
            "sending_decision",
            "sending_decision__number",
            "sending_decision__symbol",
        )
        .annotate(n=Count("pk"))
    )
    if not groups and dossier.seen.may_manage:
        return [Offer(missing=NOBODY)]
    return [
        Offer(f"{unit}-{decision or 0}", f"{name} – {_named(decision, number, symbol)}", rows)
        for unit, name, decision, number, symbol, rows in groups
    ]


def _named(decision: int | None, number: int | None, symbol: str | None) -> str:
    if decision is None:
        return _("decision not entered, its number is left open")
    return f"{number:02d}/{symbol}"


def sending_list(dossier: Dossier, key: str) -> Official:
    """Return the list behind the decision by which one unit sends its people."""
    unit_id, decision_id = map(int, key.split("-"))
    places = dossier.seen.places_in_charge().in_force().filter(sending_unit=unit_id)
    places = places.filter(sending_decision=decision_id or None)
    decision = Decision.objects.select_related("issuer").filter(pk=decision_id).first()
    unit = places.order_by().values_list("sending_unit__name", flat=True)[0]
    title = "DANH SÁCH CỬ CÔNG CHỨC, VIÊN CHỨC THAM GIA BỒI DƯỠNG"
    return _annex(dossier, places, title, annex_of(decision, unit))


def _annex(dossier: Dossier, places: EnrolmentQuerySet, title: str, note: str) -> Official:
    found = people(places)
    about = f"{dossier.cohort.name} ({span(dossier)})"
    table = _detailed(found)
    return paper(dossier, title, table, in_all(len(found)), about=about, note=note, is_annex=True)


def _detailed(places: Sequence[Enrolment]) -> Table:
    """Return the people with what tells namesakes apart: year of birth, post, unit."""
    titles = titles_of(places)
    rows = (
        [
            place.learner.full_name,
            str(place.learner.birth_year or ""),
            titles.get(place.learner_id, ""),
            place.sending_unit.name,
            "",
        ]
        for place in places
    )
    return Table(
        header=[
            _("No."),
            _("Full name"),
            "Năm sinh",
            "Chức vụ, vị trí việc làm",
            _("Unit"),
            _("Note"),
        ],
        rows=numbered(rows),
        widths=[7, 27, 9, 23, 24, 10],
        numeric=[0, 2],
    )


def summons_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the summons to those who run the class."""
    if not dossier.seen.may_manage:
        return []
    state = dossier.cohort.state
    missing = "" if dossier.learners else NOBODY
    if state in (CohortState.POSTPONED, CohortState.CANCELLED):
        missing = NOT_HELD
    elif state == CohortState.DRAFT:
        missing = NOT_ANNOUNCED
    return [Offer(rows=dossier.learners, missing=missing)]


def summons(dossier: Dossier, _key: str) -> Official:
    """Return the letter that calls the learners to the class, their list behind it."""
    cohort, found = dossier.cohort, people(dossier.everybody)
    signer = deciding_signer(dossier)
    listed = Table(
        header=roll_header(_("Note")), rows=roll(found, 1), widths=[7, 36, 42, 15], numeric=[0]
    )
    letter = paper(
        dossier,
        "GIẤY TRIỆU TẬP",
        Centred("Kính gửi: Các cơ quan, đơn vị có học viên", bold=True),
        _basis(dossier),
        f"{cohort.organiser.name} triệu tập các Ông/Bà có tên trong danh sách kèm theo tham gia "
        f"{cohort.name}, {span(dossier)}.",
        *when_and_where(dossier),
        "Đề nghị thủ trưởng cơ quan, đơn vị thông báo và tạo điều kiện để các Ông/Bà tham gia "
        "lớp đầy đủ, đúng thời gian./.",
        about=f"Học viên {cohort.name}",
        number="Số: ……/GTT",
        signer_title=signer.title,
        signer_name=signer.name,
        recipients=["Như trên", "Lưu: VT"],
    )
    behind: list[Part] = [
        PageBreak(),
        Centred("DANH SÁCH HỌC VIÊN ĐƯỢC TRIỆU TẬP", bold=True),
        Centred(f"{cohort.name}", bold=True),
        Centred("(Kèm theo Giấy triệu tập số ……/GTT)", italic=True),
        listed,
        in_all(len(found)),
    ]
    return replace(letter, behind=behind)


def _basis(dossier: Dossier) -> str:
    decision = dossier.cohort.opening_decision
    if decision is None:
        return f"Thực hiện kế hoạch đào tạo, bồi dưỡng năm {dossier.cohort.starts_on.year};"
    day = short_day(decision.issued_on)
    return (
        f"Căn cứ Quyết định số {decision.reference} ngày {day} của {decision.issuer.name} "
        "về việc mở lớp;"
    )


def when_and_where(dossier: Dossier) -> list[str]:
    """Return what a learner must know to come: the first session, how many, the form of study."""
    cohort, sessions = dossier.cohort, dossier.sessions
    lines = [f"- Khóa bồi dưỡng: {cohort.version.title_vi}."]
    if sessions:
        first = sessions[0]
        place = first.place or ("trực tuyến" if first.link else cohort.place)
        day = short_day(timezone.localdate(first.starts_at))
        where = f", {place}" if place else ""
        lines.append(f"- Buổi đầu: {hour(first.starts_at)} ngày {day}{where}.")
        lines.append(f"- Số buổi học: {len(sessions)} (theo lịch học kèm theo).")
    elif cohort.place:
        lines.append(f"- Địa điểm: {cohort.place}.")
    else:
        lines.append("- Hình thức: tự học trực tuyến trên Cổng bồi dưỡng.")
    return lines
