"""Documents of a class, at the edge: what they say, who may take them, what is recorded."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from audit.models import AuditEvent
from enrolments.documents.making import document_of
from enrolments.models import Cohort, Decision, Enrolment, Session
from files.models import StoredFile
from jobs.models import Job, Outbox
from jobs.slices import run_slice
from lms.clock import today
from tests.enrolments.papers import Paper, address, fetch, paper_of
from tests.make import make_cohort, make_user, make_version, mark_published, staff
from tests.people import Cast

Browser = Callable[[User], Client]
OPENING, SENDING, SUMMONS = "danh-sach-mo-lop", "danh-sach-cu", "giay-trieu-tap"
SCHEDULE, ATTENDANCE = "lich-hoc", "diem-danh"
RUNNERS = {"department_hr", "training_officer"}
SEERS = RUNNERS | {
    "learner", "hr", "other_hr", "trainer", "supervisor", "signatory", "administrator", "auditor"
}  # fmt: skip


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    draft = make_version(by=cast.trainer)
    draft.course.provider = cast.provider
    draft.course.save()
    version = mark_published(draft, by=cast.trainer)
    made = make_cohort(
        version,
        by=cast.training_officer,
        organiser=cast.department,
        name="Lớp kỹ năng số",
        code="KNS/01",
        starts_on=dt.date(2026, 9, 2),
        ends_on=dt.date(2026, 10, 15),
        place="Hội trường số 2",
    )
    staff(made, cast.trainer)
    staff(made, cast.supervisor, "class_supervisor")
    return made


@pytest.fixture
def opening(cohort: Cohort, cast: Cast) -> Decision:
    made = decision(cast.department, cast.department_hr, kind="opening", symbol="QĐ-SNV")
    cohort.opening_decision = made
    cohort.save()
    return made


@pytest.fixture
def learners(cohort: Cohort, cast: Cast) -> list[Enrolment]:
    """Return places given in an order that is not that of the names."""
    sent = decision(cast.ward, cast.hr)
    vuong = make_user("Vương Văn An", unit=cast.ward, birth_year=1990, title="Trưởng phòng")
    places = [
        seat(cohort, cast.learner, cast.ward, decision=sent),
        seat(cohort, cast.stranger, cast.other_ward),
        seat(cohort, vuong, cast.ward, decision=sent),
    ]
    gone = seat(cohort, make_user("Lê Văn Bỏ", unit=cast.ward), cast.ward, decision=sent)
    Enrolment.objects.filter(pk=gone.pk).update(state="withdrawn")
    return places


def decision(issuer: Unit, by: User, *, kind: str = "sending", symbol: str = "QĐ-UBND") -> Decision:
    return Decision.objects.create(
        kind=kind,
        issuer=issuer,
        number=7,
        symbol=symbol,
        issued_on=dt.date(2026, 2, 9),
        year=2026,
        signer_name="Trần Thị Ký",
        signer_title="Giám đốc",
        entered_by=by,
    )


def seat(
    cohort: Cohort, learner: User, unit: Unit, *, decision: Decision | None = None
) -> Enrolment:
    return Enrolment.objects.create(
        cohort=cohort,
        learner=learner,
        version=cohort.version,
        source="ticked",
        sending_unit=unit,
        sending_decision=decision,
        learner_sort_key=learner.sort_key,
        enrolled_by=learner,
    )


def held(cohort: Cohort, number: int, day: int, **fields: object) -> Session:
    at = dt.datetime(2026, 9, day, 1, tzinfo=dt.UTC)  # 8 o'clock in the city
    return Session.objects.create(
        cohort=cohort, number=number, starts_at=at, ends_at=at + dt.timedelta(hours=3), **fields
    )


def reach(cast: Cast, browser: Browser, cohort: Cohort, code: str, of: str = "") -> set[str]:
    everyone = cast.everyone().items()
    return {
        part for part, user in everyone if fetch(browser(user), cohort, code, of).status_code == 200
    }


def page_of(client: Client, cohort: Cohort) -> str:
    return unescape(client.get(reverse("enrolments:documents", args=[cohort.pk])).content.decode())


@pytest.mark.usefixtures("learners", "opening")
def test_the_list_behind_the_opening_decision_names_all_by_given_name(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    paper = paper_of(browser(cast.department_hr), cohort, OPENING)
    roll = paper.roll()
    assert roll[0] == [
        "STT",
        "Họ và tên",
        "Năm sinh",
        "Chức vụ, vị trí việc làm",
        "Đơn vị",
        "Ghi chú",
    ]
    assert [row[:5] for row in roll[1:]] == [
        ["1", "Vương Văn An", "1990", "Trưởng phòng", "Phường Bến Thành"],
        ["2", "Nguyễn Thị Hồng Hạnh", "1981", "Chuyên viên", "Phường Bến Thành"],
        ["3", "Hoàng Văn Lạ", "", "Chuyên viên", "Phường Dĩ An"],
    ]
    note = "(Kèm theo Quyết định số 07/QĐ-SNV ngày 09 tháng 02 năm 2026 của Sở Nội vụ)"
    assert note in paper.text
    assert "Danh sách có 3 người./." in paper.text
    assert reach(cast, browser, cohort, OPENING) == RUNNERS


@pytest.mark.usefixtures("learners")
def test_an_officer_takes_the_sending_list_of_her_own_people_only(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    sent = Decision.objects.get()
    ours, theirs = f"{cast.ward.pk}-{sent.pk}", f"{cast.other_ward.pk}-0"
    paper = paper_of(browser(cast.hr), cohort, SENDING, ours)
    assert [row[1] for row in paper.roll()[1:]] == ["Vương Văn An", "Nguyễn Thị Hồng Hạnh"]
    assert (
        "(Kèm theo Quyết định số 07/QĐ-UBND ngày 09 tháng 02 năm 2026 của Phường Bến" in paper.text
    )
    assert reach(cast, browser, cohort, SENDING, ours) == RUNNERS | {"hr"}
    assert reach(cast, browser, cohort, SENDING, theirs) == RUNNERS | {"other_hr"}
    page = page_of(browser(cast.hr), cohort)
    assert "Phường Bến Thành – 07/QĐ-UBND" in page
    assert "Phường Dĩ An" not in page
    open_number = paper_of(browser(cast.other_hr), cohort, SENDING, theirs)
    assert f"(Kèm theo Quyết định số ………… ngày …… tháng …… năm {today().year}" in open_number.text


@pytest.mark.usefixtures("learners", "opening")
def test_the_summons_says_when_where_and_whom_with_the_list_behind_the_signature(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    held(cohort, 1, 2, place="Phòng 2.1")
    paper = paper_of(browser(cast.training_officer), cohort, SUMMONS)
    for words in (
        "GIẤY TRIỆU TẬP",
        "SỞ NỘI VỤ",
        "ỦY BAN NHÂN DÂN THÀNH PHỐ",
        "Căn cứ Quyết định số 07/QĐ-SNV ngày 09/02/2026 của Sở Nội vụ về việc mở lớp;",
        "triệu tập các Ông/Bà có tên trong danh sách",
        "từ ngày 02/9/2026 đến ngày 15/10/2026",
        "- Buổi đầu: 08 giờ 00 ngày 02/9/2026, Phòng 2.1.",
        "GIÁM ĐỐC",
        "Trần Thị Ký",
        f"Thành phố Hồ Chí Minh, ngày … tháng … năm {today().year}",
    ):
        assert words in paper.text, words
    assert "1981" not in paper.text
    assert [row[1] for row in paper.tables[-1][1:]] == [
        "Vương Văn An", "Nguyễn Thị Hồng Hạnh", "Hoàng Văn Lạ"
    ]  # fmt: skip
    assert reach(cast, browser, cohort, SUMMONS) == RUNNERS


@pytest.mark.usefixtures("learners")
def test_nobody_is_named_as_signing_for_another_agency(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    cohort.opening_decision = decision(cast.city, cast.department_hr, kind="opening")
    cohort.save()
    paper = paper_of(browser(cast.department_hr), cohort, SUMMONS)
    assert "Trần Thị Ký" not in paper.text
    assert "THỦ TRƯỞNG ĐƠN VỊ" in paper.text


def test_the_schedule_is_for_all_who_see_the_class_and_leaves_cancelled_sessions_out(
    cohort: Cohort, learners: list[Enrolment], cast: Cast, browser: Browser
) -> None:
    held(cohort, 2, 9, link="https://hop.vn/a", trainer=cast.trainer, title="Thực hành")
    held(cohort, 1, 2, place="Phòng 2.1", title="Khai giảng", periods=2.5)
    held(cohort, 3, 3, title="Đã hủy", cancelled_at=timezone.now())
    assert reach(cast, browser, cohort, SCHEDULE) == SEERS | {"stranger"}
    paper = paper_of(browser(cast.learner), cohort, SCHEDULE)
    first = "08 giờ 00 - 11 giờ 00, Thứ Tư, 02/9/2026"
    second = "08 giờ 00 - 11 giờ 00, Thứ Tư, 09/9/2026"
    assert paper.roll()[1:] == [
        ["1", first, "Khai giảng", "2,5", "Phòng 2.1", ""],
        ["2", second, "Thực hành", "4", "Trực tuyến", "Võ Ngọc Lan"],
    ]
    assert not any(place.learner.full_name in paper.text for place in learners)


@pytest.mark.usefixtures("learners")
def test_sheets_to_sign_have_a_column_for_each_session_or_room_for_one(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    sessions = [held(cohort, n, n + 1, trainer=cast.trainer) for n in range(1, 13)]
    lan = browser(cast.trainer)
    one = paper_of(lan, cohort, ATTENDANCE, str(sessions[0].pk))
    assert one.roll()[0] == ["STT", "Họ và tên", "Đơn vị", "Ký tên", "Ghi chú"]
    assert one.roll()[1] == ["1", "Vương Văn An", "Phường Bến Thành", "", ""]
    assert one.tables[-1][0][0].startswith("CHỦ NHIỆM LỚP\n(Ký, ghi rõ họ tên)")
    assert one.tables[-1][0][0].endswith("Đỗ Thanh Sơn")
    assert one.tables[-1][0][1].endswith("Võ Ngọc Lan")
    whole = paper_of(lan, cohort, ATTENDANCE)
    first, second = whole.tables[1:3]
    assert first[0][3:] == [f"Buổi {n} ({n + 1:02d}/09)" for n in range(1, 11)]
    assert second[0][3:] == ["Buổi 11 (12/09)", "Buổi 12 (13/09)"]
    assert [row[0] for row in second[1:]] == ["1", "2", "3"]
    section = whole.document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height
    printed = lan.get(reverse("enrolments:attendance_sheet", args=[cohort.pk])).content.decode()
    assert all(title in printed for title in [*first[0], *second[0]])
    assert reach(cast, browser, cohort, ATTENDANCE) == RUNNERS | {"trainer", "supervisor"}


def test_the_page_says_in_words_what_is_missing(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    quang = browser(cast.department_hr)
    page = page_of(quang, cohort)
    for words in (
        "Chưa nhập quyết định mở lớp",
        "Lớp chưa có học viên.",
        "Lớp chưa có buổi học.",
        "Kèm theo quyết định của đơn vị cử người của mình đi học.",
    ):
        assert words in page, words
    for code in (OPENING, SENDING, SUMMONS, SCHEDULE, ATTENDANCE):
        assert fetch(quang, cohort, code).status_code == 404, code
    Cohort.objects.update(state="postponed")
    assert "Lớp đang hoãn hoặc đã hủy." in page_of(quang, cohort)


@pytest.mark.usefixtures("learners", "opening")
def test_each_download_is_recorded_and_looking_is_not(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    quang, before = browser(cast.department_hr), AuditEvent.objects.count()
    page_of(quang, cohort)
    assert fetch(quang, cohort, OPENING, "999").status_code == 404
    assert fetch(quang, cohort, OPENING, form="exe").status_code == 404
    assert AuditEvent.objects.count() == before
    answer = fetch(quang, cohort, OPENING, form="pdf")
    assert 'filename="danh-sach-mo-lop-kns01.pdf"' in answer.headers["Content-Disposition"]
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor_id) == ("take_document", cast.department_hr.pk)
    assert event.after == {"code": OPENING, "form": "pdf", "of": "", "rows": 3}


@pytest.mark.usefixtures("learners", "opening")
def test_the_pdf_says_the_same(
    cohort: Cohort, cast: Cast, browser: Browser, tmp_path: Path
) -> None:
    held(cohort, 1, 2)
    quang = browser(cast.department_hr)
    for code in (SUMMONS, ATTENDANCE, OPENING):
        content = fetch(quang, cohort, code, form="pdf").getvalue()
        assert content.startswith(b"%PDF"), code
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    tool = shutil.which("pdftotext")
    assert tool, "poppler-utils is needed to read a PDF back"
    read = [tool, "-layout", str(file), "-"]
    text = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    words = " ".join(text.split())
    assert "(Kèm theo Quyết định số 07/QĐ-SNV ngày 09 tháng 02 năm 2026 của Sở Nội vụ)" in words
    assert words.index("Vương Văn An") < words.index("Nguyễn Thị Hồng Hạnh")


def fill(cohort: Cohort, unit: Unit, count: int) -> None:
    """Enrol many at once."""
    start = User.objects.count()
    people = User.objects.bulk_create(
        User(
            username=f"x{n}",
            full_name=f"Trần Văn B{n}",
            family_name="Trần",
            given_name=f"B{n}",
            sort_key=f"{n:06x}",
            search_key=f"tran van b{n}",
            password="!",
        )
        for n in range(start, start + count)
    )
    Enrolment.objects.bulk_create(
        Enrolment(
            cohort=cohort,
            learner=person,
            version=cohort.version,
            source="file",
            sending_unit=unit,
            learner_sort_key=person.sort_key,
            enrolled_by=people[0],
        )
        for person in people
    )


@pytest.mark.usefixtures("opening")
def test_a_long_list_is_written_in_the_background_for_its_owner_alone(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    fill(cohort, cast.ward, 201)
    quang, url = browser(cast.department_hr), address(cohort, OPENING)
    offered = quang.get(url)
    assert "201 dòng" in offered.content.decode()
    assert not Job.objects.exists()
    pages = {quang.post(url).headers["Location"] for _click in range(2)}
    job = Job.objects.get()
    assert pages == {job.get_absolute_url()}
    assert AuditEvent.objects.filter(action="take_document").count() == 1
    row = Outbox.objects.undone().get()
    assert row.take_lease()
    run_slice(row)
    job.refresh_from_db()
    assert job.state == "done"
    file = StoredFile.objects.get()
    assert job.result_file_id == file.pk
    assert file.keep_until is not None
    with default_storage.open(file.blob.storage_name) as content:
        assert len(Paper(content.read()).roll()) == 202
    link = quang.get(job.result_url)
    assert link.status_code == 302
    assert urlsplit(link.headers["Location"]).path.endswith("/danh-sach-mo-lop-kns01.docx")
    assert browser(cast.training_officer).get(job.result_url).status_code == 404
    cast.department_hr.role_grants.update(until=today())
    assert quang.get(job.result_url).status_code == 404


@pytest.mark.usefixtures("opening")
def test_who_lost_the_right_meanwhile_gets_no_file(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    fill(cohort, cast.ward, 201)
    browser(cast.department_hr).post(address(cohort, OPENING))
    cast.department_hr.role_grants.update(until=today())
    row = Outbox.objects.undone().get()
    assert row.take_lease()
    run_slice(row)
    job = Job.objects.get()
    assert (job.state, job.result_file_id) == ("done", None)
    assert job.message == "Không còn quyền xem dữ liệu này."


@pytest.mark.usefixtures("opening")
def test_pages_and_documents_cost_the_same_for_ten_and_a_thousand(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    held(cohort, 1, 2)
    quang = browser(cast.department_hr)
    wishes = [(OPENING, ""), (SENDING, f"{cast.ward.pk}-0"), (SUMMONS, ""), (ATTENDANCE, "")]
    page_of(quang, cohort)  # what a process keeps of a version is read
    cost = []
    for count in (10, 990):
        fill(cohort, cast.ward, count)
        with CaptureQueriesContext(connection) as page:
            page_of(quang, cohort)
        cost.append([len(page), *(queries_for(cast, cohort, code, of) for code, of in wishes)])
    assert cost[0] == cost[1]
    assert cost[0][0] <= 25
    assert max(cost[0][1:]) <= 15


def queries_for(cast: Cast, cohort: Cohort, code: str, of: str) -> int:
    """Return how many questions a document costs."""
    args = {"cohort": cohort.pk, "code": code, "of": of, "form": "docx"}
    with CaptureQueriesContext(connection) as made:
        export = document_of(cast.department_hr, args)
        assert export is not None
        assert export.whole is not None
        export.whole()
    return len(made)
