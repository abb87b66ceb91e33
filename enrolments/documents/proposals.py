"""The proposal (tờ trình) by which an office asks for leave to open a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count

from enrolments.documents import Dossier, Offer
from enrolments.documents.common import numbered, paper, span
from enrolments.documents.lists import NOT_HELD, when_and_where
from enrolments.models import CohortStaff
from enrolments.models.cohorts import CohortState
from lms.official import DOTS, Centred, Official, PageBreak, Part, Table
from lms.templatetags.ui import tiet, vi_number

HELD_NO_MORE = (CohortState.POSTPONED, CohortState.CANCELLED)


def proposal_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the proposal to those who run the class, from its first draft on."""
    if not dossier.seen.may_manage:
        return []
    return [Offer(missing=NOT_HELD if dossier.cohort.state in HELD_NO_MORE else "")]


def proposal(dossier: Dossier, _key: str) -> Official:
    """Return the letter that asks the superior to open the class, with the units behind it."""
    cohort = dossier.cohort
    letter = paper(
        dossier,
        "TỜ TRÌNH",
        Centred(f"Kính gửi: {DOTS}{DOTS}", bold=True),
        f"Thực hiện kế hoạch đào tạo, bồi dưỡng năm {cohort.starts_on.year}, {cohort.organiser} "
        f"kính trình xem xét, cho mở {cohort.name} với các nội dung sau:",
        "# 1. Chương trình",
        f"{cohort.version.title_vi}, thời lượng {tiet(cohort.version.periods)}.",
        "# 2. Thời gian, địa điểm",
        f"Lớp học {span(dossier)}.",
        *when_and_where(dossier)[1:],
        "# 3. Số lượng học viên",
        _how_many(dossier),
        "# 4. Giảng viên, chủ nhiệm lớp",
        _staff(dossier),
        "# 5. Kinh phí",
        f"Dự kiến {DOTS} đồng, từ nguồn {DOTS}.",
        f"{cohort.organiser} kính trình xem xét, quyết định./.",
        about=f"Về việc mở {cohort.name}",
        number="Số: ……/TTr",
        signer_title="Thủ trưởng đơn vị",
        recipients=["Như trên", "Lưu: VT"],
    )
    return replace(letter, behind=_units(dossier))


def _how_many(dossier: Dossier) -> str:
    seats = dossier.cohort.seats
    asked = f"Số chỗ: {vi_number(seats)}. " if seats else ""
    return (
        f"{asked}Đã có {vi_number(dossier.learners)} người được cử (theo đơn vị ở bảng kèm theo)."
    )


def _staff(dossier: Dossier) -> str:
    """Return who teaches and who runs the class, or room to write it."""
    rows = CohortStaff.objects.in_force().filter(cohort=dossier.cohort)
    named = rows.select_related("user").order_by("role", "user__sort_key")
    listed = [f"{row.user.full_name} ({row.get_role_display()})" for row in named]
    return f"{'; '.join(listed)}." if listed else f"{DOTS}{DOTS}"


def _units(dossier: Dossier) -> list[Part]:
    """Return how many each unit sends, behind the signature; nothing before anybody is sent."""
    by_unit = dossier.everybody.values_list("sending_unit__name").annotate(n=Count("pk"))
    counted = by_unit.order_by("sending_unit__search_key", "sending_unit__name")
    rows = [[name, vi_number(n), ""] for name, n in counted]
    if not rows:
        return []
    header = ["STT", "Đơn vị cử", "Số người", "Ghi chú"]
    table = Table(header=header, rows=numbered(rows), widths=[8, 57, 15, 20], numeric=[0, 2])
    return [PageBreak(), Centred("SỐ LƯỢNG HỌC VIÊN THEO ĐƠN VỊ", bold=True), table]
