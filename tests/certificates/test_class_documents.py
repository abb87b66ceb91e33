"""Documents about tests and results: what they say, and to whom before and after release."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.permissions import Role
from assessment.actions.grades import release
from assessment.models import Quiz
from certificates.actions.recognition import change_line
from certificates.models import SignatoryPost
from enrolments.models import Attendance, Enrolment
from lms.clock import today
from lms.official import long_day
from tests.assessment.make import Room, make_room
from tests.certificates.make import (
    Ended,
    decided,
    give_grade,
    make_ended,
    make_learners,
    make_paper,
)
from tests.enrolments.papers import fetch, paper_of
from tests.enrolments.test_class_documents import held, page_of, reach
from tests.make import LONG_AGO, make_enrolment, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
ROOM_LIST, SCORES, SUMMARY = "danh-sach-phong-thi", "phieu-diem", "bang-diem"
MINUTES, HANDING = "bien-ban-xet-ket-qua", "danh-sach-ky-nhan"
RELEASERS = {"trainer", "training_officer"}


@pytest.fixture
def room(cast: Cast) -> Room:
    made = make_room(cast, kinds=["single"])
    staff(made.cohort, cast.supervisor, Role.CLASS_SUPERVISOR)
    return made


@pytest.fixture
def an(room: Room, cast: Cast) -> Enrolment:
    """Return the place of a second learner, whose given name comes first."""
    person = make_user("Vương Văn An", unit=cast.ward, birth_year=1990)
    return make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


def authors_quiz(room: Room) -> Quiz:
    return Quiz.objects.get(version=room.cohort.version, key=room.quiz.key)


def test_the_list_of_a_room_has_candidate_numbers_and_no_birth_dates(
    room: Room, an: Enrolment, cast: Cast, browser: Browser
) -> None:
    key = str(room.quiz.key)
    paper = paper_of(browser(cast.supervisor), room.cohort, ROOM_LIST, key)
    assert [row[:5] for row in paper.roll()[1:]] == [
        ["1", "001", an.learner.full_name, "Phường Bến Thành", ""],
        ["2", "002", "Nguyễn Thị Hồng Hạnh", "Phường Bến Thành", ""],
    ]
    assert "Bài kiểm tra: Bài kiểm tra cuối khóa. Phòng thi: …………" in paper.text
    assert "1990" not in paper.text
    sign = [cell.split("\n")[0] for cell in paper.tables[-1][0]]
    assert sign == ["GIÁM THỊ 1", "GIÁM THỊ 2"]
    allowed = RELEASERS | {"department_hr", "supervisor"}
    assert reach(cast, browser, room.cohort, ROOM_LIST, key) == allowed


def test_marks_before_release_stand_on_the_sheet_of_who_releases_but_never_ones_own(
    room: Room, an: Enrolment, cast: Cast, browser: Browser
) -> None:
    own = make_enrolment(room.cohort, cast.trainer, by=cast.hr, unit=cast.ward)
    quiz = authors_quiz(room)
    give_grade(an, quiz, 87, is_released=False)
    give_grade(own, quiz, 93, is_released=False)
    key = str(room.quiz.key)
    assert reach(cast, browser, room.cohort, SCORES, key) == RELEASERS
    assert reach(cast, browser, room.cohort, SUMMARY) == set()
    paper = paper_of(browser(cast.trainer), room.cohort, SCORES, key)
    rows = {row[1]: row[3:] for row in paper.roll()[1:]}
    assert rows["Vương Văn An"] == ["87/100", "87%", "Đạt", ""]
    assert rows["Nguyễn Thị Hồng Hạnh"] == ["", "", "", ""]
    assert rows["Võ Ngọc Lan"] == ["", "", "", "chưa công bố"]
    assert "93" not in paper.text


def test_the_summary_holds_released_marks_only_and_who_came(
    room: Room, an: Enrolment, cast: Cast, browser: Browser
) -> None:
    quiz = authors_quiz(room)
    give_grade(an, quiz, 87, is_released=False)
    phuc = browser(cast.training_officer)
    assert "Chưa công bố kết quả nào của lớp." in page_of(phuc, room.cohort)
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.training_officer)
    give_grade(room.enrolment, quiz, 42, is_released=False)
    session = held(room.cohort, 1, 2)
    Attendance.objects.create(
        session=session, enrolment=an, status="present", recorded_by=cast.trainer
    )
    assert reach(cast, browser, room.cohort, SUMMARY) == RELEASERS
    paper = paper_of(phuc, room.cohort, SUMMARY)
    assert paper.roll()[0][3:] == ["Bài kiểm tra cuối khóa", "Số buổi có mặt", "Kết quả"]
    assert [row[3:] for row in paper.roll()[1:]] == [["87%", "1/1", ""], ["", "0/1", ""]]
    assert "42" not in paper.text
    assert paper.tables[-1][0][0].endswith("Đỗ Thanh Sơn")


def test_the_minutes_hold_each_result_with_its_reason_and_the_decision(
    ended: Ended, cast: Cast, browser: Browser
) -> None:
    phuc = browser(cast.training_officer)
    assert "Chưa lập đề nghị công nhận kết quả của lớp." in page_of(phuc, ended.cohort)
    ended.enrol(cast.learner)
    failing = ended.enrol(make_user("Vương Văn An", unit=cast.ward), grade=40)
    phuc.post(reverse("certificates:propose", args=[ended.cohort.pk]))
    proposed = paper_of(phuc, ended.cohort, MINUTES, "1")
    assert "Số học viên được xét: 2. Đạt: 1; Không đạt: 1." in proposed.text
    assert [row[:4] for row in proposed.roll()[1:]] == [
        ["1", "Vương Văn An", "Phường Bến Thành", "Không đạt"],
        ["2", "Nguyễn Thị Hồng Hạnh", "Phường Bến Thành", "Đạt"],
    ]
    assert "“Bài kiểm tra cuối khóa” 40%" in proposed.roll()[1][4]
    assert "Hội đồng đề nghị người có thẩm quyền quyết định" in proposed.text
    line = failing.recognitions.get()
    change_line(line=line, result="passed", reason="Phúc khảo", by=cast.training_officer)
    decided(ended)
    after = paper_of(phuc, ended.cohort, MINUTES, "1")
    assert after.roll()[1][3:] == ["Đạt", "Phúc khảo"]
    assert f"Quyết định số 01/QĐ-HVCB {long_day(today())} của Học viện Cán bộ" in after.text
    assert reach(cast, browser, ended.cohort, MINUTES, "1") == {"training_officer"}


def test_papers_are_handed_out_once_signed_by_whom_the_institution_names(
    ended: Ended, cast: Cast, browser: Browser
) -> None:
    phuc = browser(cast.training_officer)
    assert "Lớp chưa được cấp chứng chỉ, giấy chứng nhận nào." in page_of(phuc, ended.cohort)
    waiting = make_paper(ended, ended.enrol(make_user("Vương Văn An")), is_signed=False)
    assert "đang chờ ký" in page_of(phuc, ended.cohort)
    assert fetch(phuc, ended.cohort, HANDING).status_code == 404
    paper = make_paper(ended, ended.enrol(cast.learner))
    listed = paper_of(phuc, ended.cohort, HANDING)
    assert [row[:5] for row in listed.roll()[1:]] == [
        ["1", "Nguyễn Thị Hồng Hạnh", "1981", "Phường Bến Thành", paper.register_number]
    ]
    assert waiting.register_number not in listed.text
    assert "DANH SÁCH CẤP GIẤY CHỨNG NHẬN – KÝ NHẬN" in listed.text
    assert listed.tables[-1][0][1].startswith("GIÁM ĐỐC")
    assert listed.tables[-1][0][1].endswith("Âu Dương Khánh")
    SignatoryPost.objects.create(
        provider=cast.provider, person=cast.manager, title="Phó Giám đốc", since=LONG_AGO
    )
    two = paper_of(phuc, ended.cohort, HANDING)
    assert "Âu Dương Khánh" not in two.text
    assert reach(cast, browser, ended.cohort, HANDING) == {"training_officer"}


def test_a_class_with_all_documents_lists_thirteen_at_a_fixed_cost(
    ended: Ended,
    cast: Cast,
    browser: Browser,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_learners(ended, 12)
    phuc = browser(cast.training_officer)
    address = reverse("enrolments:documents", args=[ended.cohort.pk])
    with django_assert_max_num_queries(40):
        answer = phuc.get(address)
    names = [document.code for document, _ready, _missing in answer.context["rows"]]
    assert names == [
        "to-trinh", "danh-sach-mo-lop", "danh-sach-cu", "giay-trieu-tap", "lich-hoc", "diem-danh",
        ROOM_LIST, "bien-ban-phong-thi", SCORES, SUMMARY, "thong-bao-phuc-khao", MINUTES, HANDING,
    ]  # fmt: skip
