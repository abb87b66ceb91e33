"""Cooperation programmes: who reports on a task, what silence does, the report to a meeting."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from lms.official import Official, Table, as_pdf
from lms.official_docx import as_docx
from reference.models import Rule
from reporting.actions.programmes import flag_stale
from reporting.models import Programme, ProgrammeTask, TaskUpdate
from reporting.models.programmes import ProgrammeState, TaskStatus
from tests.people import Cast
from tests.reporting.make import make_programme

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def task(cast: Cast) -> ProgrammeTask:
    return make_programme(cast).tasks.get()


def test_the_unit_in_charge_reports_and_the_same_words_add_nothing(
    cast: Cast, task: ProgrammeTask, browser: Browser
) -> None:
    address, client = reverse("reporting:task", args=[task.pk]), browser(cast.hr)
    said = {"status": TaskStatus.IN_PROGRESS, "note": "Đã gửi phiếu khảo sát."}
    client.post(address, said)
    client.post(address, said)
    task.refresh_from_db()
    assert (task.status, task.last_note) == (TaskStatus.IN_PROGRESS, said["note"])
    assert [row.by for row in task.updates.all()] == [cast.hr]
    page = browser(cast.department_hr).get(address).content.decode()
    assert said["note"] in page
    assert "Lê Thị Thu" in page


def test_nobody_says_not_updated_and_an_auditor_only_reads(
    cast: Cast, task: ProgrammeTask, browser: Browser
) -> None:
    address = reverse("reporting:task", args=[task.pk])
    said = {"status": TaskStatus.NOT_UPDATED, "note": "–"}
    assert browser(cast.hr).post(address, said).status_code == 422
    said["status"] = TaskStatus.DONE
    assert browser(cast.auditor).get(address).status_code == 200
    assert browser(cast.auditor).post(address, said).status_code == 404
    assert browser(cast.other_hr).get(address).status_code == 404
    assert not TaskUpdate.objects.exists()


def test_silence_is_flagged_once_after_the_days_of_the_rule(
    cast: Cast, task: ProgrammeTask, browser: Browser
) -> None:
    said = {"status": TaskStatus.ON_SCHEDULE, "note": "Đúng tiến độ."}
    browser(cast.hr).post(reverse("reporting:task", args=[task.pk]), said)
    task.refresh_from_db()
    now = task.last_update_at
    assert flag_stale(now=now + 30 * DAY) == 0
    assert flag_stale(now=now + 31 * DAY) == 1
    assert flag_stale(now=now + 31 * DAY) == 0
    task.refresh_from_db()
    assert (task.status, task.last_note) == (TaskStatus.NOT_UPDATED, "Đúng tiến độ.")
    assert "chưa được cập nhật" in browser(cast.hr).get("/").content.decode()
    Rule.objects.create(key="programme.stale_days", value=7, effective_from=dt.date(2020, 1, 1))
    ProgrammeTask.objects.update(status=TaskStatus.ON_SCHEDULE)
    assert flag_stale(now=now + 8 * DAY) == 1


def test_a_done_task_and_an_ended_programme_are_left_in_peace(
    cast: Cast, task: ProgrammeTask, browser: Browser
) -> None:
    ProgrammeTask.objects.update(status=TaskStatus.DONE)
    assert flag_stale(now=timezone.now() + 99 * DAY) == 0
    ProgrammeTask.objects.update(status=TaskStatus.ON_SCHEDULE)
    Programme.objects.update(state=ProgrammeState.CLOSED, closed_on=dt.date(2026, 6, 11))
    assert flag_stale(now=timezone.now() + 99 * DAY) == 0
    said = {"status": TaskStatus.DONE, "note": "Xong."}
    answer = browser(cast.hr).post(reverse("reporting:task", args=[task.pk]), said, follow=True)
    assert "không nhận báo cáo nhiệm vụ nữa" in answer.content.decode()


def test_the_meeting_report_counts_the_tasks_in_both_renditions(
    cast: Cast, task: ProgrammeTask, browser: Browser
) -> None:
    client, programme = browser(cast.department_hr), task.programme
    ProgrammeTask.objects.create(
        programme=programme,
        number=2,
        title_vi="Bồi dưỡng",
        owner=cast.ward,
        status=TaskStatus.ON_SCHEDULE,
    )
    pdf = client.get(reverse("reporting:programme_pdf", args=[programme.pk]))
    assert pdf.content.startswith(b"%PDF")
    docx = client.get(reverse("reporting:programme_docx", args=[programme.pk]))
    document = Document(io.BytesIO(docx.content))
    text = "\n".join(line.text for line in document.paragraphs)
    assert "1/2 nhiệm vụ đúng tiến độ; 1/2 nhiệm vụ chưa cập nhật" in text
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert [row[:2] for row in rows[1:]] == [["1", "Khảo sát nhu cầu"], ["2", "Bồi dưỡng"]]


def test_a_document_writes_days_as_the_decree_and_keeps_every_letter() -> None:
    paper = Official(
        agency="Ủy ban nhân dân phường",
        title="BÁO CÁO",
        about="Thử đủ chữ: ẵ ễ ỗ ỡ ữ ỹ Đ đ",
        place="Thành phố Hồ Chí Minh",
        day=dt.date(2026, 2, 9),
        parts=["# Mục", "Đoạn văn", Table(["STT", "Tên"], [["1", "Ngô Thị Ứng"]], [1, 5], [0])],
        recipients=["Lưu: VT"],
    )
    assert paper.place_and_day == "Thành phố Hồ Chí Minh, ngày 09 tháng 02 năm 2026"
    document = Document(io.BytesIO(as_docx(paper)))
    assert document.paragraphs[1].text == paper.about
    assert document.tables[1].rows[1].cells[1].text == "Ngô Thị Ứng"
    assert as_pdf(paper).startswith(b"%PDF")


def test_the_board_costs_the_same_for_ten_and_for_a_hundred_tasks(
    cast: Cast,
    task: ProgrammeTask,
    browser: Browser,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ProgrammeTask.objects.bulk_create(
        ProgrammeTask(programme=task.programme, number=n, title_vi="Việc", owner=cast.ward)
        for n in range(2, 102)
    )
    client = browser(cast.department_hr)
    with django_assert_max_num_queries(15):
        client.get(reverse("reporting:programme", args=[task.programme_id]))


def test_the_list_costs_the_same_for_one_and_for_thirty_programmes(
    cast: Cast,
    task: ProgrammeTask,
    browser: Browser,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    first = task.programme
    Programme.objects.bulk_create(
        Programme(
            unit=first.unit,
            partner=first.partner,
            title_vi="Chương trình",
            starts_on=first.starts_on + n * DAY,
            ends_on=first.ends_on,
        )
        for n in range(1, 30)
    )
    client = browser(cast.department_hr)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("reporting:programmes"))
    counts = dict(page.context["programmes"])
    assert len(counts) == 30
    assert counts[first] == {"on_schedule": 0, "in_progress": 0, "not_updated": 1, "done": 0}
