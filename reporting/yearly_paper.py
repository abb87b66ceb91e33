"""The report of a year in the language and layout of official documents."""

from __future__ import annotations

from django.utils import translation

from accounts.models import Unit, User
from lms.clock import today
from lms.official import PLACE, Official, Part, Table
from lms.templatetags.ui import vi_number
from reporting import yearly
from reporting.scope import Rows
from reporting.tracking import Moment

HEADER = ["Lượt", "Người", "Lãnh đạo, quản lý", "Nữ", "Dưới 40 tuổi"]
WIDTHS, NUMERIC = [34, 12, 12, 14, 12, 14], [1, 2, 3, 4, 5]
COUNTED = (
    "Một lượt là một người học một lớp; một người học nhiều lớp được tính một lần trong cột Người. "
    "Tuổi tính đến ngày 31 tháng 12 năm báo cáo. Số liệu lấy từ sổ theo dõi số tiết bồi dưỡng."
)


def year_paper(*, user: User, unit: Unit, rows: Rows, at: Moment) -> Official:
    """Return the report of a unit, as of a day."""
    with translation.override("vi"):
        all_ = yearly.whole(rows, at.year, at.day)
        return Official(
            agency=unit.name,
            title="BÁO CÁO",
            about=f"Kết quả đào tạo, bồi dưỡng cán bộ, công chức, viên chức năm {at.year}",
            place=PLACE,
            day=today(),
            parts=[
                "# 1. Kết quả chung",
                _summary(all_, at),
                "# 2. Theo nhóm nội dung và nhóm nhân sự",
                _by_group(rows, at),
                "# 3. Theo đơn vị",
                _by_unit(rows, at),
                *_before(user, rows, at),
                "# Cách tính",
                COUNTED,
            ],
            recipients=["Lưu: VT"],
            signer_title="Người lập báo cáo",
        )


def _summary(all_: yearly.Figures, at: Moment) -> str:
    told = (
        f"Tính đến ngày {at.day:%d/%m/%Y}: {vi_number(all_.turns)} lượt, "
        f"{vi_number(all_.persons)} người; trong đó lãnh đạo, quản lý {vi_number(all_.leaders)}, "
        f"nữ {vi_number(all_.women)}, dưới 40 tuổi {vi_number(all_.young)}."
    )
    if all_.no_gender:
        told += f" Chưa có thông tin giới tính: {vi_number(all_.no_gender)} người."
    if all_.no_birth:
        told += f" Chưa có năm sinh: {vi_number(all_.no_birth)} người."
    return told


def _cells(one: yearly.Figures) -> list[str]:
    shown = (one.turns, one.persons, one.leaders, one.women, one.young)
    return [vi_number(n) for n in shown]


def _by_group(rows: Rows, at: Moment) -> Table:
    lines = []
    for group in yearly.by_group(rows, at.year, at.day):
        lines.append([group.name, *_cells(group.figures)])
        lines += [[f"– {name}", *_cells(figures)] for name, figures in group.categories]
    return Table(["Nội dung", *HEADER], lines, WIDTHS, NUMERIC)


def _by_unit(rows: Rows, at: Moment) -> Table:
    found = yearly.by_unit(rows, at.year, at.day)
    lines = [[unit.name, *_cells(found[unit.pk])] for unit in rows.all if unit.pk in found]
    return Table(["Đơn vị", *HEADER], lines, WIDTHS, NUMERIC)


def _before(user: User, rows: Rows, at: Moment) -> list[Part]:
    lines = [
        [line.plan.unit.name, line.title, vi_number(line.reported_turns), line.source]
        for line in yearly.sourced(user, rows, at.year)
    ]
    if not lines:
        return []
    header = ["Đơn vị", "Dòng kế hoạch", "Lượt", "Nguồn"]
    return ["# 4. Số liệu trước hệ thống", Table(header, lines, [25, 30, 12, 33], [2])]
