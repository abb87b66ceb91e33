"""The report of a cooperation programme to a meeting, in the language of official documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone, translation

from lms.clock import today
from lms.official import PLACE, Official, Table
from reporting.figures import task_counts
from reporting.models import Programme, ProgrammeTask
from reporting.models.programmes import TaskStatus

WORDS: Mapping[str, str] = {
    TaskStatus.ON_SCHEDULE: "đúng tiến độ",
    TaskStatus.IN_PROGRESS: "đang triển khai",
    TaskStatus.NOT_UPDATED: "chưa cập nhật",
    TaskStatus.DONE: "đã hoàn thành",
}


def meeting_report(programme: Programme) -> Official:
    """Return the report as the tasks stand today, or stood when the programme was closed."""
    with translation.override("vi"):
        tasks = list(programme.tasks.select_related("owner"))
        day = programme.closed_on or today()
        return Official(
            superior="",
            agency=programme.unit.name,
            title="BÁO CÁO",
            about=f"Tình hình thực hiện {programme.title}",
            place=PLACE,
            day=today(),
            parts=[
                "# 1. Kết quả chung",
                _summary(programme, len(tasks), day),
                "# 2. Tiến độ từng nhiệm vụ",
                _table(tasks),
            ],
            recipients=["Thành viên dự họp", programme.partner.name, "Lưu: VT"],
            signer_title="Người lập báo cáo",
        )


def _summary(programme: Programme, total: int, day: dt.date) -> str:
    counts = task_counts([programme])[programme.pk]
    words = "; ".join(f"{n}/{total} nhiệm vụ {WORDS[key]}" for key, n in counts.items() if n)
    since, until = programme.starts_on, programme.ends_on
    return (
        f"Chương trình phối hợp với {programme.partner.name}, từ {since:%d/%m/%Y} đến "
        f"{until:%d/%m/%Y}, gồm {total} nhiệm vụ. Tính đến ngày {day:%d/%m/%Y}: {words}."
    )


def _table(tasks: list[ProgrammeTask]) -> Table:
    return Table(
        header=["STT", "Nhiệm vụ", "Đơn vị chủ trì", "Tiến độ", "Cập nhật", "Nội dung"],
        rows=[
            [
                str(task.number),
                task.title,
                task.owner.name,
                WORDS[task.status].capitalize(),
                f"{timezone.localtime(task.last_update_at):%d/%m/%Y}",
                task.last_note,
            ]
            for task in tasks
        ],
        widths=[5, 30, 20, 13, 13, 24],
        numeric=[0, 3, 4],
    )
