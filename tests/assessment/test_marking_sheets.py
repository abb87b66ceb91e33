"""Marking without the net: the sheet of one's works, filled in and sent again."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessment.actions.marking_plans import PlanSpec, set_plan
from assessment.models import BlindMark, Mark
from jobs.models import BulkChange
from tests.assessment.works import Task, make_task
from tests.enrolments.importing import run_jobs
from tests.lms.sheets.make import xlsx
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


def url_of(task: Task, name: str = "sheet") -> str:
    return reverse(f"works:{name}", args=[task.cohort.pk, task.key])


def taken(client: Client, task: Task) -> list[list[Any]]:
    """Return the rows of the sheet that a marker takes."""
    content = client.get(url_of(task, "take_sheet")).getvalue()
    return [
        list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    ]


def sent(client: Client, task: Task, rows: list[list[Any]]) -> BulkChange:
    file = SimpleUploadedFile("phieu.xlsx", xlsx(rows))
    answer = client.post(url_of(task), {"file": file})
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    return BulkChange.objects.latest("pk")


def confirm(client: Client, change: BulkChange) -> None:
    client.post(reverse("jobs:confirm", args=[change.pk]))
    run_jobs()


def test_a_sheet_is_taken_filled_in_shown_and_written_as_the_page_does(
    task: Task, cast: Cast, browser: Browser
) -> None:
    first, second = task.handed_in(), task.handed_in(task.another("Lê Văn Tám"))
    client = browser(cast.trainer)
    assert "dòng được nhận theo mã" in client.get(url_of(task)).content.decode()
    rows = taken(client, task)
    assert rows[0] == ["Mã", "Họ và tên", "Nội dung (0–6)", "Trình bày (0–4)", "Nhận xét"]
    assert [row[0] for row in rows[1:]] == [first.code, second.code]
    rows[1][2:] = ["5,5", 3, "Tốt."]
    rows[2][2:] = [7, 3, ""]
    rows += [["KHONGCO", "", 1, 1, ""], [first.code, "", 1, 1, ""], [second.code, "", 1, "", ""]]
    change = sent(client, task, rows)
    said = " / ".join(change.rows.order_by("number").values_list("message", flat=True))
    for words in ("Nội dung: ", "Không có bài nào", "Một dòng phía trên"):
        assert words in said, said
    assert change.rows.to_apply().count() == 1
    assert not Mark.objects.exists()
    confirm(client, change)
    mark = Mark.objects.get()
    assert (mark.submission, mark.points, mark.comment) == (first, Decimal("8.5"), "Tốt.")
    rows = taken(client, task)
    assert sent(client, task, rows).rows.to_apply().count() == 0
    rows[1][2:] = [4, 3, "Sửa lại."]
    confirm(client, sent(client, task, rows))
    assert taken(client, task)[1][2:] == [4, 3, "Sửa lại."]
    assert sent(client, task, taken(client, task)).rows.to_apply().count() == 0


def test_what_another_marker_has_or_marked_meanwhile_is_left_out_and_listed(
    task: Task, cast: Cast, browser: Browser
) -> None:
    other = make_user("Giảng Viên Hai")
    staff(task.cohort, other)
    work = task.handed_in()
    client = browser(cast.trainer)
    rows = taken(client, task)
    rows[1][2:] = [5, 3, ""]
    change = sent(client, task, rows)
    browser(other).get(reverse("works:mark", args=[work.pk]))
    confirm(client, change)
    assert not Mark.objects.exists()
    row = change.rows.get()
    assert "Giảng Viên Hai" in row.reason
    task.marked(work, other)
    change = sent(client, task, rows)
    assert change.rows.get().verdict == "update"


def test_of_two_independent_markers_each_sheet_holds_ones_own_marks_and_no_name(
    task: Task, cast: Cast, browser: Browser
) -> None:
    markers = [make_user("Giảng Viên Một"), make_user("Giảng Viên Hai")]
    for marker in markers:
        staff(task.cohort, marker)
    work = task.handed_in()
    spec = PlanSpec(is_double=True, is_anonymous=True, moderator=task.by, markers=markers)
    set_plan(cohort=task.cohort, key=task.key, spec=spec, by=task.by)
    clients = [browser(marker) for marker in markers]
    rows = taken(clients[0], task)
    assert [rows[1][0], rows[1][1] or ""] == [work.code, ""]
    rows[1][2:] = [5, 3, "Nhận-xét-kín"]
    change = sent(clients[0], task, rows)
    assert change.rows.get().label == work.code
    confirm(clients[0], change)
    assert BlindMark.objects.get().marker == markers[0]
    assert not any(taken(clients[1], task)[1][2:])
    assert taken(clients[0], task)[1][2:] == [5, 3, "Nhận-xét-kín"]
    assert not Mark.objects.exists()


def test_a_file_that_is_no_marking_sheet_gets_a_sentence(
    task: Task, cast: Cast, browser: Browser
) -> None:
    file = SimpleUploadedFile("x.xlsx", xlsx([["Mã", "Điểm"], ["a", 1]]))
    page = browser(cast.trainer).post(url_of(task), {"file": file})
    assert page.status_code == 422
    assert "Nội dung (0–6)" in page.content.decode()


@pytest.mark.parametrize("count", [2, 12])
def test_the_sheet_asks_the_same_for_more_works(
    task: Task,
    cast: Cast,
    browser: Browser,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _n in range(count):
        task.handed_in(task.another())
    client = browser(cast.trainer)
    client.get(url_of(task, "take_sheet")).getvalue()
    with django_assert_max_num_queries(16):
        client.get(url_of(task, "take_sheet")).getvalue()
