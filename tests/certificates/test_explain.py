"""Support learns why a person sees a class, a course, a paper, or does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from enrolments.models import Cohort, CohortStaff
from tests.certificates.make import Ended, make_ended, make_paper
from tests.make import LONG_AGO, make_course, staff
from tests.people import Cast

Browser = Callable[[User], Client]
SEES, DOES_NOT = "Thấy.", "Không thấy."


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


@pytest.fixture
def support(cast: Cast, browser: Browser) -> Client:
    client = browser(cast.support)
    client.cookies["django_language"] = "vi"
    return client


def answer(client: Client, person: User, kind: str, target: str) -> str:
    form = {"person": person.username, "kind": kind, "target": target, "reason": "Hỏi"}
    page = client.post("/vi-sao/", form)
    assert page.status_code == 200
    return page.content.decode()


def test_the_answer_about_a_class_is_that_of_its_page(
    ended: Ended, support: Client, browser: Browser
) -> None:
    ended.enrol(ended.cast.learner)
    staff(ended.cohort, ended.cast.trainer)
    for part, person in ended.cast.everyone().items():
        sees = browser(person).get(f"/lop/{ended.cohort.pk}/").status_code == 200
        page = answer(support, person, "class", ended.cohort.code)
        assert (SEES in page, DOES_NOT in page) == (sees, not sees), part


def test_what_speaks_for_a_class_is_named(ended: Ended, support: Client) -> None:
    cast, code = ended.cast, ended.cohort.code
    ended.enrol(cast.learner)
    assert "Có chỗ trong lớp: " in answer(support, cast.learner, "class", code)
    assert "Có người của đơn vị trong lớp." in answer(support, cast.hr, "class", code)
    assert "chưa có người của đơn vị trong lớp" in answer(support, cast.other_hr, "class", code)
    officer = answer(support, cast.training_officer, "class", code)
    assert "của cơ sở đào tạo: Học viện Cán bộ." in officer
    Cohort.objects.update(state="running")
    assert "lớp đang mở" in answer(support, cast.other_hr, "class", code)


def test_a_part_that_has_ended_does_not_help(ended: Ended, support: Client) -> None:
    staff(ended.cohort, ended.cast.stranger)
    page = answer(support, ended.cast.stranger, "class", ended.cohort.code)
    assert "Được phân công tại lớp: Giảng viên." in page
    CohortStaff.objects.update(until=LONG_AGO)
    page = answer(support, ended.cast.stranger, "class", ended.cohort.code)
    assert "hôm nay không có hiệu lực" in page
    assert DOES_NOT in page


def test_the_answer_about_a_course_tells_draft_from_catalogue(
    ended: Ended, support: Client
) -> None:
    cast = ended.cast
    page = answer(support, cast.stranger, "course", ended.cohort.course.code)
    assert SEES in page
    assert "có trong danh mục cho mọi người" in page
    draft = make_course(cast.provider)
    page = answer(support, cast.stranger, "course", draft.code)
    assert DOES_NOT in page
    assert "Khóa bồi dưỡng chưa xuất bản." in page
    assert SEES in answer(support, cast.trainer, "course", draft.code)


def test_the_answer_about_a_paper_is_that_of_its_page(
    ended: Ended, support: Client, browser: Browser
) -> None:
    paper = make_paper(ended, ended.enrol(ended.cast.learner))
    for part, person in ended.cast.everyone().items():
        sees = browser(person).get(f"/chung-chi/{paper.pk}/").status_code == 200
        page = answer(support, person, "certificate", paper.register_number)
        assert (SEES in page, DOES_NOT in page) == (sees, not sees), part
    assert "Giấy của bản thân, đã ký." in answer(
        support, ended.cast.learner, "certificate", paper.serial
    )
