"""Documents of a class about its tests: who sits, the marks of one work, the marks of all.

Nothing is said on paper that the reader may not see on the screen: marks that wait for their
release stand on the score sheet of a test only, for those who release them, and never one's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from assessment.assignments import assignments_of
from assessment.frozen import quizzes_of
from assessment.gradebook import Scheme, decided_schemes, finals_of
from assessment.models import GradeCell, GradeItem, Release
from enrolments.documents import Dossier, Offer
from enrolments.documents.common import (
    ROOM_TO_SIGN,
    in_all,
    numbered,
    paper,
    people,
    roll_header,
    span,
    supervisor,
)
from enrolments.documents.lists import NOBODY
from enrolments.models import Attendance, Cohort, Enrolment
from lms.official import BY_HAND, DOTS, Official, Signer, Table

NO_TEST = gettext_lazy("The course has no test.")
NO_WORK = gettext_lazy("The course has no test and no assignment that counts.")
NOT_RELEASED = gettext_lazy("No result of the class is released yet.")
MANY: Final = 3  # columns of marks that fit on a sheet that is not turned


@dataclass(frozen=True)
class Work:
    """A test or an assignment, by its key."""

    key: uuid.UUID
    title: str
    is_test: bool
    is_graded: bool = True


def works_of(dossier: Dossier) -> list[Work]:
    """Return the tests of the class, those on paper too, and then its assignments."""
    version = dossier.cohort.version
    tests = [
        Work(quiz.key, quiz.title_vi, is_test=True, is_graded=quiz.is_graded)
        for quiz in quizzes_of(version).values()
    ]
    tasks = [Work(row.key, row.title_vi, is_test=False) for row in assignments_of(version).values()]
    return tests + on_paper(dossier.cohort) + tasks


def on_paper(cohort: Cohort) -> list[Work]:
    """Return the components that a class has marked on paper."""
    items = GradeItem.objects.filter(scheme__cohort=cohort, max_points__isnull=False)
    rows = items.order_by("position").values_list("component_key", "title_vi")
    return [Work(key, title, is_test=True) for key, title in rows]


def _released(dossier: Dossier) -> set[uuid.UUID]:
    rows = Release.objects.filter(cohort=dossier.cohort)
    return set(rows.values_list("component_key", flat=True))


def room_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer a list for each test to those who take attendance."""
    if not dossier.seen.may_record:
        return []
    tests = [work for work in works_of(dossier) if work.is_test]
    if not tests:
        return [Offer(missing=NO_TEST)]
    if not dossier.learners:
        return [Offer(missing=NOBODY)]
    return [Offer(str(work.key), work.title, dossier.learners) for work in tests]


def room_list(dossier: Dossier, key: str) -> Official:
    """Return who sits a test, with a candidate number and room to sign."""
    found = people(dossier.everybody)
    rows = [
        [f"{number:03d}", place.learner.full_name, place.sending_unit.name, "", ""]
        for number, place in enumerate(found, start=1)
    ]
    table = Table(
        header=[_("No."), "SBD", "Họ và tên", "Đơn vị", "Ký nộp bài", "Ghi chú"],
        rows=numbered(rows),
        widths=[7, 8, 28, 29, 16, 12],
        numeric=[0, 1],
        row_height=ROOM_TO_SIGN,
    )
    return paper(
        dossier,
        "DANH SÁCH PHÒNG THI",
        f"Bài kiểm tra: {_title(dossier, key)}. Phòng thi: {DOTS}. Ngày thi: {DOTS}. "
        f"Giờ bắt đầu: {DOTS}.",
        table,
        in_all(len(found)),
        f"Dự thi: {DOTS}. Vắng: {DOTS}. Số bài nộp: {DOTS}.",
        signers=[Signer("Giám thị 1", "", BY_HAND), Signer("Giám thị 2", "", BY_HAND)],
    )


def score_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the marks of a work to those who release results; of an assignment after release."""
    if Permission.RELEASE_RESULTS not in dossier.seen.held:
        return []
    works, released = works_of(dossier), _released(dossier)
    if not works:
        return [Offer(missing=NO_WORK)]
    if not dossier.learners:
        return [Offer(missing=NOBODY)]
    ready = [work for work in works if work.is_test or work.key in released]
    return [Offer(str(work.key), work.title, dossier.learners) for work in ready] or [
        Offer(missing=NOT_RELEASED)
    ]


def score_sheet(dossier: Dossier, key: str) -> Official:
    """Return the marks of one work."""
    found = people(dossier.everybody)
    cells = {
        cell.enrolment_id: cell
        for cell in GradeCell.objects.filter(
            enrolment__cohort=dossier.cohort, component_key=key
        ).select_related("entry")
    }
    rows = (_score_row(dossier, place, cells.get(place.pk)) for place in found)
    table = Table(
        header=roll_header("Điểm", "Tỷ lệ", "Kết quả", "Ghi chú"),
        rows=numbered(rows),
        widths=[7, 27, 26, 11, 9, 11, 9],
        numeric=[0, 3, 4, 5],
    )
    return paper(
        dossier,
        "PHIẾU ĐIỂM",
        f"Bài: {_title(dossier, key)}.",
        table,
        in_all(len(found)),
        signers=[
            Signer("Cán bộ chấm thứ nhất", "", BY_HAND),
            Signer("Cán bộ chấm thứ hai", "", BY_HAND),
        ],
    )


def _score_row(dossier: Dossier, place: Enrolment, cell: GradeCell | None) -> list[str]:
    row = [place.learner.full_name, place.sending_unit.name]
    if cell is None:
        return [*row, "", "", "", ""]
    if cell.released_at is None and place.learner_id == dossier.user.pk:
        return [*row, "", "", "", "chưa công bố"]
    entry = cell.entry
    points = f"{_figure(entry.points)}/{_figure(entry.max_points)}"
    return [*row, points, f"{_figure(entry.percent)}%", _passed(is_passed=entry.is_passed), ""]


def summary_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer all released marks to those who release results."""
    if Permission.RELEASE_RESULTS not in dossier.seen.held:
        return []
    scheme = decided_schemes([dossier.cohort.pk]).get(dossier.cohort.pk)
    if not _counted(dossier, scheme):
        return [Offer(missing=NO_WORK)]
    if not _released(dossier):
        return [Offer(missing=NOT_RELEASED)]
    return [Offer(rows=dossier.learners)]


def summary(dossier: Dossier, _key: str) -> Official:
    """Return the released marks of all works that count, the final mark and the attendance."""
    scheme = decided_schemes([dossier.cohort.pk]).get(dossier.cohort.pk)
    works = _counted(dossier, scheme)
    found = people(dossier.everybody)
    marks = _released_marks(dossier)
    finals = _finals(dossier, scheme)
    came = _came(dossier)
    held = len(dossier.sessions)
    rows = (
        [
            place.learner.full_name,
            place.sending_unit.name,
            *(marks.get((place.pk, work.key), "") for work in works),
            *finals.get(place.pk, ["", ""] if scheme else []),
            f"{came.get(place.pk, 0)}/{held}" if held else "",
            place.get_result_display() if place.result else "",
        ]
        for place in found
    )
    last = ["Điểm tổng kết", "Xếp loại"] if scheme else []
    share = 36 // (len(works) + len(last))
    table = Table(
        header=roll_header(*(work.title for work in works), *last, "Số buổi có mặt", "Kết quả"),
        rows=numbered(rows),
        widths=[8, 24, 24, *[max(9, share)] * (len(works) + len(last)), 10, 12],
        numeric=[0, *range(3, 5 + len(works) + len(last))],
    )
    return paper(
        dossier,
        "BẢNG ĐIỂM TỔNG HỢP",
        table,
        "Điểm thành phần tính theo tỷ lệ phần trăm của điểm tối đa"
        + (", điểm tổng kết theo thang điểm 10" if scheme else "")
        + ". Ô trống: chưa có kết quả hoặc kết quả chưa được công bố.",
        in_all(len(found)),
        about=f"{dossier.cohort.name} ({span(dossier)})",
        is_landscape=len(works) + len(last) > MANY,
        signers=[supervisor(dossier), Signer("Người lập bảng", "", BY_HAND)],
    )


def _counted(dossier: Dossier, scheme: Scheme | None) -> list[Work]:
    if scheme is None:
        return [work for work in works_of(dossier) if work.is_graded]
    return [Work(item.key, item.title_vi, is_test=False) for item in scheme.items]


def _released_marks(dossier: Dossier) -> dict[tuple[int, uuid.UUID], str]:
    cells = GradeCell.objects.filter(
        enrolment__cohort=dossier.cohort, released_at__isnull=False
    ).values_list("enrolment", "component_key", "entry__percent")
    return {(place, key): f"{_figure(percent)}%" for place, key, percent in cells}


def _finals(dossier: Dossier, scheme: Scheme | None) -> dict[int, list[str]]:
    """Return the final mark and its classification by place, over what is released."""
    if scheme is None:
        return {}
    places = dossier.everybody.order_by().values_list("pk", flat=True)
    return {
        place: [_figure(final.mark), final.band]
        for place, final in finals_of(scheme, places, released_only=True).items()
        if final.mark is not None
    }


def _came(dossier: Dossier) -> dict[int, int]:
    present = Q(attendance__status=Attendance.Status.PRESENT)
    present &= Q(attendance__session__cancelled_at=None)
    counted = dossier.everybody.order_by().annotate(n=Count("attendance", filter=present))
    return dict(counted.values_list("pk", "n"))


def _title(dossier: Dossier, key: str) -> str:
    return next(work.title for work in works_of(dossier) if str(work.key) == key)


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


def _passed(*, is_passed: bool) -> str:
    return "Đạt" if is_passed else "Không đạt"
