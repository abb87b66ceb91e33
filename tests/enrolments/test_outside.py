"""Trainings held outside: declared and reviewed, or read from paper records; counted once."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from enrolments.actions.outside import accept, enter_many, reverse_training
from enrolments.models import HoursEntry, OutsideTraining
from jobs.models import BulkChange
from lms.clock import today
from notifications.models import Notice
from reference.models import Code
from tests.assessment.works import PNG
from tests.enrolments.importing import run_jobs
from tests.enrolments.outside import make_declared, make_facts
from tests.lms.sheets.make import xlsx
from tests.make import make_user
from tests.people import Cast

Browser = Callable[[User], Client]
HEADS = ["Mã cán bộ", "Họ và tên", "Tên khóa", "Nhóm nội dung", "Hình thức", "Số tiết", "Từ ngày",
         "Đến ngày", "Đơn vị tổ chức", "Quyết định", "Số chứng chỉ"]  # fmt: skip


def declare(client: Client, **changes: Any) -> str:
    ended = today() - dt.timedelta(days=10)
    sent = {
        "title": "Tin học văn phòng",
        "issuer": "Trường Cán bộ",
        "content_group": Code.objects.get(list="content_group", code="tin_hoc").pk,
        "starts_on": (ended - dt.timedelta(days=4)).isoformat(),
        "ends_on": ended.isoformat(),
        "periods": "40",
        "file": SimpleUploadedFile("cc.png", PNG),
    }
    answer = client.post(reverse("enrolments:declare_outside"), sent | changes, follow=True)
    return unescape(answer.content.decode())


def review(client: Client, row: OutsideTraining, act: str, answer: str = "") -> str:
    address = reverse("enrolments:review_outside", args=[row.pk])
    sent = {"act": act, "answer": answer}
    return unescape(client.post(address, sent, follow=True).content.decode())


def periods(person: User) -> Decimal:
    return HoursEntry.objects.filter(person=person).aggregate(n=Sum("credited"))["n"] or Decimal(0)


def test_a_declared_training_is_reviewed_and_counts_once(cast: Cast, browser: Browser) -> None:
    learner, officer = browser(cast.learner), browser(cast.hr)
    assert "Đã khai" in declare(learner)
    assert "đã có" in declare(learner, title="TIN HỌC  VĂN PHÒNG")
    row = OutsideTraining.objects.get()
    assert periods(cast.learner) == 0
    assert "chờ duyệt" in officer.get("/").content.decode()
    shown = unescape(
        officer.get(reverse("enrolments:review_outside", args=[row.pk])).content.decode()
    )
    assert "cc.png" in shown
    for _click in range(2):
        review(officer, row, "accept")
    assert periods(cast.learner) == 40
    entry = HoursEntry.objects.get()
    assert (entry.year, entry.unit, entry.rule) == (
        row.ends_on.year, cast.ward, "outside_declared",
    )  # fmt: skip
    told = unescape(learner.get(reverse("enrolments:hours"), {"nam": entry.year}).content.decode())
    assert "tự khai, đã duyệt" in told
    assert Notice.objects.filter(kind="enrolments.outside_reviewed").count() == 1


def test_a_returned_one_says_why_and_may_be_declared_again(cast: Cast, browser: Browser) -> None:
    learner, officer = browser(cast.learner), browser(cast.hr)
    row = make_declared(cast.learner)
    assert "Ghi lý do" in review(officer, row, "return")
    review(officer, row, "return", "Thiếu chứng chỉ")
    assert "Thiếu chứng chỉ" in learner.get(reverse("enrolments:outside_own")).content.decode()
    assert "vừa được duyệt" in review(officer, row, "accept")
    declare(learner)
    assert OutsideTraining.objects.open().count() == 1
    assert periods(cast.learner) == 0


def test_wrong_days_and_numbers_get_a_sentence(cast: Cast, browser: Browser) -> None:
    learner = browser(cast.learner)
    later = (today() + dt.timedelta(days=1)).isoformat()
    assert "chưa kết thúc" in declare(learner, ends_on=later)
    assert "trước ngày bắt đầu" in declare(learner, starts_on=today().isoformat())
    assert "field-bad" in declare(learner, periods="0")
    assert not OutsideTraining.objects.exists()


def test_one_takes_back_what_waits(cast: Cast, browser: Browser) -> None:
    row = make_declared(cast.learner)
    other = browser(cast.manager)
    address = reverse("enrolments:take_back_outside", args=[row.pk])
    assert other.post(address).status_code == 404
    browser(cast.learner).post(address)
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_nobody_reviews_their_own_nor_another_units(cast: Cast, browser: Browser) -> None:
    own, foreign = make_declared(cast.hr), make_declared(cast.learner)
    for person, row in ((cast.hr, own), (cast.other_hr, foreign)):
        address = reverse("enrolments:review_outside", args=[row.pk])
        assert browser(person).post(address, {"act": "accept"}).status_code == 404
    assert (
        cast.learner.full_name
        not in browser(cast.other_hr).get(reverse("enrolments:outside")).content.decode()
    )
    assert not HoursEntry.objects.exists()


def test_taken_out_of_the_ledger_by_an_opposite_entry(cast: Cast, browser: Browser) -> None:
    row = accept(training=make_declared(cast.learner), by=cast.hr)
    officer = browser(cast.hr)
    for _click in range(2):
        review(officer, row, "reverse", "Chứng chỉ không hợp lệ")
    assert periods(cast.learner) == 0
    assert HoursEntry.objects.count() == 2
    assert Notice.objects.filter(kind="enrolments.outside_reviewed").count() == 2


def test_a_list_that_says_the_same_twice_or_what_stands_enters_it_once(cast: Cast) -> None:
    make_declared(cast.learner)
    other = make_facts("Tiếng Anh")
    made = enter_many(
        trainings=[(cast.learner, make_facts()), (cast.learner, other), (cast.learner, other)],
        by=cast.hr,
    )
    assert [row.title for row in made] == ["Tiếng Anh"]
    assert periods(cast.learner) == 40


def test_a_declaration_read_while_open_and_accepted_since_leaves_the_ledger_whole(
    cast: Cast,
) -> None:
    stale = make_declared(cast.learner)
    accept(training=OutsideTraining.objects.get(pk=stale.pk), by=cast.hr)
    assert reverse_training(training=stale, by=cast.hr, reason="Không hợp lệ")
    assert periods(cast.learner) == 0


def send(client: Client, *rows: list[Any], heads: list[str] | None = None) -> Any:
    file = SimpleUploadedFile("ho-so.xlsx", xlsx([heads or HEADS, *rows]))
    answer = client.post(reverse("enrolments:outside_sheet"), {"file": file})
    run_jobs()
    return answer


def line(person: User, **changes: Any) -> list[Any]:
    cells = {
        "code": person.username, "name": person.full_name, "title": "Lý luận chính trị trung cấp",
        "group": "Lý luận chính trị", "form": "Tập trung", "periods": "1.056",
        "from": "05/09/2022", "to": "30/06/2023", "by": "Học viện", "decision": "12/QĐ",
        "number": "A01",
    }  # fmt: skip
    return list((cells | changes).values())


def test_paper_records_are_shown_written_and_taken_back(cast: Cast, browser: Browser) -> None:
    officer = browser(cast.hr)
    stranger = make_user(unit=cast.department)
    answer = send(
        officer,
        line(cast.learner),
        line(cast.learner),
        line(cast.learner, title="Tiếng Anh", group="Ngoại ngữ", periods="120,5"),
        line(stranger),
        line(cast.hr),
        line(cast.manager, group="Nấu ăn", to="31/02/2023", periods="nhiều"),
        line(cast.learner, title="Tin học", periods="0,04", name="Nguyễn Văn Khác"),
    )
    assert answer.status_code == 302
    change = BulkChange.objects.latest("pk")
    page = unescape(officer.get(reverse("jobs:change", args=[change.pk])).content.decode())
    for words in ("“Nấu ăn” không phải là nhóm nội dung", "“nhiều” không phải là số tiết",
                  "“31/02/2023” không phải là ngày", "Một dòng phía trên",
                  "Không tìm thấy người có mã này", "“0,04” không phải là số tiết",
                  f"Mã này của {cast.learner.full_name}"):  # fmt: skip
        assert words in page, words
    assert [row.verdict for row in change.rows.order_by("number")] == [
        "new", "duplicate", "new", "unknown", "error", "error", "error",
    ]  # fmt: skip
    for _click in range(2):
        officer.post(reverse("jobs:confirm", args=[change.pk]))
        run_jobs()
    assert periods(cast.learner) == Decimal("1176.5")
    assert set(HoursEntry.objects.values_list("year", "rule")) == {(2023, "outside_paper")}
    send(officer, line(cast.learner))
    again = BulkChange.objects.latest("pk")
    assert [row.verdict for row in again.rows.all()] == ["same"]
    officer.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    officer.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()
    assert periods(cast.learner) == 0
    assert HoursEntry.objects.count() == 4


def test_a_file_without_its_columns_gets_a_sentence(cast: Cast, browser: Browser) -> None:
    officer = browser(cast.hr)
    answer = send(officer, ["A1", "An", "x"], heads=["Mã cán bộ", "Họ và tên", "Ghi chú"])
    assert answer.status_code == 422
    assert "Thiếu các cột" in unescape(answer.content.decode())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_is_read_again_in_both_languages(
    cast: Cast, browser: Browser, language: str
) -> None:
    User.objects.filter(pk=cast.hr.pk).update(language=language)
    cast.hr.refresh_from_db()
    officer = browser(cast.hr)
    template = officer.get(reverse("enrolments:outside_template")).getvalue()
    heads = [cell.value for cell in load_workbook(io.BytesIO(template)).active[1]]
    empty = send(officer, heads=heads)
    assert empty.status_code == 422
    assert any(
        words in unescape(empty.content.decode())
        for words in ("bên dưới không có dòng nào", "no rows below")
    )
    send(officer, line(cast.learner), heads=heads)
    row = BulkChange.objects.latest("pk").rows.get()
    assert (row.verdict, (row.after or {})["periods"]) == ("new", "1056.0")


@pytest.mark.parametrize("many", [10, 1000])
def test_the_lists_cost_the_same_for_any_number(cast: Cast, browser: Browser, many: int) -> None:
    days = (today() - dt.timedelta(days=n + 1) for n in range(many))
    told = [(cast.learner, make_facts(ends_on=day)) for day in days]
    enter_many(trainings=told, by=cast.hr)
    for person, name in ((cast.learner, "outside_own"), (cast.hr, "outside")):
        client = browser(person)
        address = reverse(f"enrolments:{name}") + "?tat_ca=1"
        client.get(address)
        with CaptureQueriesContext(connection) as spent:
            client.get(address)
        assert len(spent) <= 15
