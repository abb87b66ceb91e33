"""Requests about duties: asked by the person, decided once by an officer of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from audit.models import AuditEvent
from enrolments.actions.duties import fulfil, waive
from enrolments.actions.requests import Asked, ask_about
from enrolments.models import Cohort, DutyRequest, Obligation
from lms.clock import today
from notifications.models import Notice
from tests.make import grant, make_cohort, make_enrolment, make_user, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)
MONDAY = dt.date(2027, 3, 1)  # a working day far ahead


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    ends = today() + 20 * DAY
    return make_cohort(
        make_version(by=cast.trainer), by=cast.hr, organiser=cast.department, ends_on=ends
    )


@pytest.fixture
def duty(cast: Cast, cohort: Cohort) -> Obligation:
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    return Obligation.objects.get(enrolment=place)


def ask(client: Client, duty: Obligation, kind: str, **more: Any) -> str:
    address = reverse("enrolments:ask_about", args=[duty.pk])
    sent = {"kind": kind, "reason": "Nghỉ thai sản", **more}
    return unescape(client.post(address, sent, follow=True).content.decode())


def answer(client: Client, act: str, **more: Any) -> str:
    address = reverse("enrolments:answer_request", args=[DutyRequest.objects.latest("pk").pk])
    return unescape(client.post(address, {"act": act, **more}, follow=True).content.decode())


def test_more_time_is_asked_and_granted_with_the_reminders_planned_anew(
    cast: Cast, duty: Obligation, browser: Browser
) -> None:
    learner, officer = browser(cast.learner), browser(cast.hr)
    assert "Đề nghị gia hạn, miễn" in learner.get(reverse("enrolments:required")).content.decode()
    assert "Ghi hạn mới." in ask(learner, duty, "extension")
    assert "sau hạn hiện tại" in ask(learner, duty, "extension", wanted_on=today().isoformat())
    assert "Đã gửi đề nghị" in ask(learner, duty, "extension", wanted_on=MONDAY.isoformat())
    ask(learner, duty, "extension", wanted_on=MONDAY.isoformat())
    assert DutyRequest.objects.count() == 1
    assert "đề nghị về nghĩa vụ chờ trả lời" in officer.get("/").content.decode()
    later = MONDAY + DAY
    assert "Đã trả lời" in answer(officer, "grant", due_on=later.isoformat(), answer="Đồng ý.")
    duty.refresh_from_db()
    assert duty.due_on == later
    assert duty.changes.get().reason == "Đồng ý."
    assert Notice.objects.filter(kind="enrolments.request_answered", person=cast.learner).exists()
    told = learner.get(reverse("enrolments:ask_about", args=[duty.pk])).content.decode()
    assert cast.hr.full_name in told


@pytest.mark.parametrize(
    ("kind", "status"), [("exemption", "waived"), ("known", "waived"), ("wrong_unit", "cancelled")]
)
def test_what_granting_does_to_the_duty(
    cast: Cast, duty: Obligation, browser: Browser, kind: str, status: str
) -> None:
    ask(browser(cast.learner), duty, kind)
    answer(browser(cast.hr), "grant")
    duty.refresh_from_db()
    assert (duty.status, duty.status_reason) == (status, "Nghỉ thai sản")


def test_a_refusal_says_why_and_leaves_the_duty(
    cast: Cast, duty: Obligation, browser: Browser
) -> None:
    ask(browser(cast.learner), duty, "exemption")
    officer = browser(cast.hr)
    assert "Ghi lý do" in answer(officer, "refuse", answer=" ")
    answer(officer, "refuse", answer="Chưa đủ căn cứ")
    duty.refresh_from_db()
    assert duty.is_outstanding
    assert DutyRequest.objects.get().state == "refused"
    assert "vừa được trả lời hoặc đã rút" in answer(officer, "grant")
    assert AuditEvent.objects.filter(action="decide_duty_request").count() == 1
    ask(browser(cast.learner), duty, "exemption")
    assert DutyRequest.objects.count() == 2


def test_nobody_answers_their_own_nor_another_units(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    place = make_enrolment(cohort, cast.hr, by=cast.department_hr, unit=cast.ward)
    own = Obligation.objects.get(enrolment=place)
    ask(browser(cast.hr), own, "exemption")
    row = DutyRequest.objects.get()
    page = reverse("enrolments:answer_request", args=[row.pk])
    assert browser(cast.hr).get(page).status_code == 404
    assert browser(cast.other_hr).get(page).status_code == 404
    above = make_user("Hồ Thị Cả", unit=cast.city)
    grant(above, Role.HR_OFFICER, cast.city)
    answer(browser(above), "grant")
    row.refresh_from_db()
    assert row.state == "granted"


def test_a_request_is_taken_back_and_a_paper_is_read_by_who_decides(
    cast: Cast, duty: Obligation, browser: Browser
) -> None:
    learner = browser(cast.learner)
    paper = SimpleUploadedFile("giay.pdf", b"%PDF-1.4\n%%EOF")
    ask(learner, duty, "exemption", file=paper)
    row = DutyRequest.objects.get()
    assert "giay.pdf" in browser(cast.hr).get(f"/de-nghi/{row.pk}/").content.decode()
    ask(learner, duty, "known")
    assert DutyRequest.objects.count() == 1
    learner.post(reverse("enrolments:take_back_request", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert row.pk not in DutyRequest.objects.open().values_list("pk", flat=True)


def test_a_duty_done_meanwhile_is_not_granted_anything(
    cast: Cast, duty: Obligation, browser: Browser
) -> None:
    ask(browser(cast.learner), duty, "exemption")
    fulfil(completed={duty.enrolment_id or 0: timezone.now()}, by=None)
    officer = browser(cast.hr)
    assert "không còn hiệu lực" in answer(officer, "grant")
    assert DutyRequest.objects.get().state == "open"
    answer(officer, "refuse", answer="Đã hoàn thành")
    duty.refresh_from_db()
    assert (duty.status, DutyRequest.objects.get().state) == ("done", "refused")


def test_a_duty_that_no_longer_stands_is_not_asked_about(
    cast: Cast, duty: Obligation, browser: Browser
) -> None:
    waive(obligation=duty, by=cast.hr, reason="Nghỉ thai sản")
    ask(browser(cast.learner), duty, "exemption")
    assert not DutyRequest.objects.exists()


def test_the_list_costs_the_same_for_ten_and_a_hundred(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client, counts = browser(cast.hr), []
    for many in (10, 90):
        for _n in range(many):
            person = make_user(unit=cast.ward)
            place = make_enrolment(cohort, person, by=cast.hr, unit=cast.ward)
            asked = Asked(kind="exemption", reason="Lý do")
            ask_about(obligation=Obligation.objects.get(enrolment=place), asked=asked, by=person)
        client.get(reverse("enrolments:requests"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("enrolments:requests")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
