"""The home page and the pages about one's own duties, hours and dates."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import CorrectionRequest, User
from enrolments.actions import duties
from enrolments.actions.study import visit
from enrolments.models import (
    Cohort,
    Decision,
    Enrolment,
    HoursEntry,
    LessonProgress,
    Obligation,
    Session,
)
from lms.clock import today
from reference.models import AnnualRequirement, LegalBasis
from tests.enrolments.make_learning import Place, make_place
from tests.make import make_code, make_cohort, make_enrolment
from tests.people import Cast

Browser = Callable[[User], Client]
NOON = dt.datetime(2026, 11, 18, 5, tzinfo=dt.UTC)  # a Wednesday


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast)


@pytest.fixture
def learner(cast: Cast, browser: Browser) -> Client:
    return browser(cast.learner)


def page_of(client: Client, url: str = "/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def enter_hours(
    cast: Cast, periods: Decimal | int, *, year: int = 2026, group: str = "so"
) -> HoursEntry:
    return HoursEntry.objects.create(
        person=cast.learner,
        year=year,
        declared=periods,
        credited=periods,
        rule="on_completion",
        title=f"Khóa {periods}",
        evidence="Quyết định 45/QĐ-HVCB",
        closing_on=dt.date(year, 5, 14),
        unit=cast.ward,
        category=make_code(),
        content_group=make_code("content_group", group, f"Nhóm {group}"),
    )


def require(periods: int) -> None:
    basis = LegalBasis.objects.create(symbol="77/QĐ-UBND", title="Kế hoạch")
    AnnualRequirement.objects.filter(category="cong_chuc", year=2026).delete()
    AnnualRequirement.objects.create(
        category="cong_chuc", year=2026, min_periods=periods, basis=basis
    )


def sending(cast: Cast) -> Decision:
    return Decision.objects.create(
        kind="sending",
        issuer=cast.ward,
        number=1286,
        symbol="QĐ-UBND",
        issued_on=dt.date(2026, 10, 2),
        year=2026,
        signer_name="Bùi Minh Đức",
        entered_by=cast.hr,
    )


def test_somebody_new_is_told_what_to_do(learner: Client) -> None:
    page = page_of(learner)
    assert "Xin chào, Nguyễn Thị Hồng Hạnh" in page
    assert "Hiện không có nội dung nào phải hoàn thành." in page
    assert "Chưa có khóa học đang học." in page
    assert "Sắp tới không có buổi học hoặc hạn hoàn thành nào." in page
    assert "Cần xử lý" not in page


def test_no_page_speaks_with_a_pronoun(learner: Client, place: Place) -> None:
    for url in ("/", "/bat-buoc/", "/so-tiet/", "/lich/", place.url(1)):
        assert " bạn" not in page_of(learner, url).lower()


def test_what_is_due_names_its_document(cast: Cast, learner: Client, place: Place) -> None:
    Obligation.objects.update(basis=sending(cast), due_on=today() + dt.timedelta(days=3))
    page = page_of(learner)
    assert "Quyết định cử đi học 1286/QĐ-UBND ngày 02/10/2026" in page
    assert "Hạn 21/11/2026" in page
    assert "Còn 3 ngày" in page
    assert "<strong>1 việc cần làm</strong>, trong đó 1 việc sắp đến hạn hoặc quá hạn" in page
    assert place.enrolment.version.title_vi in page


def test_the_most_urgent_comes_first(cast: Cast, learner: Client) -> None:
    later, sooner = make_place(cast), make_place(cast)
    for place, days in ((later, 30), (sooner, -2)):
        due = today() + dt.timedelta(days=days)
        Obligation.objects.filter(enrolment=place.enrolment).update(due_on=due)
    tasks = page_of(learner).split('class="tasks', 1)[1].split("</ul>", 1)[0]
    titles = [place.enrolment.version.title_vi for place in (sooner, later)]
    assert tasks.index(titles[0]) < tasks.index(titles[1])
    assert "Quá hạn 2 ngày" in tasks


def test_what_is_done_waived_or_another_s_is_not_due(
    cast: Cast, learner: Client, place: Place
) -> None:
    make_enrolment(place.enrolment.cohort, cast.stranger, by=cast.hr, unit=cast.other_ward)
    Obligation.objects.filter(person=cast.learner).update(status="waived")
    assert "việc cần làm</strong>" not in page_of(learner)


def test_one_goes_on_with_the_lesson_studied_last(
    cast: Cast, learner: Client, place: Place
) -> None:
    other = make_place(cast)
    visit(enrolment=place.enrolment, lesson_key=place.lessons[0].key)
    card = page_of(learner).split('class="continue"', 1)[1].split("</article>", 1)[0]
    assert place.enrolment.version.title_vi in card
    assert "<strong>Bài 1</strong>" in card
    assert f'action="/hoc/{place.enrolment.pk}/"' in card
    assert other.enrolment.version.title_vi not in card


def test_a_class_that_is_over_is_not_gone_on_with(learner: Client, place: Place) -> None:
    Cohort.objects.update(state="closed")
    assert 'class="continue"' not in page_of(learner)


def test_the_ring_reads_the_ledger_and_nothing_else(
    cast: Cast, learner: Client, place: Place
) -> None:
    require(40)
    entry = enter_hours(cast, 14)
    enter_hours(cast, 8, group="nn")
    enter_hours(cast, 30, year=2025)
    Enrolment.objects.update(state="completed", completed_at=timezone.now())
    page = page_of(learner)
    assert 'aria-label="22 trên 40 tiết"' in page
    assert "Còn 18 tiết trước 31/12/2026" in page
    duties.reverse_hours(entry=entry, by=cast.hr, reason="Nhập nhầm")
    assert 'aria-label="8 trên 40 tiết"' in page_of(learner)


def test_half_a_period_is_written_with_a_comma(cast: Cast, learner: Client) -> None:
    require(40)
    enter_hours(cast, Decimal("14.5"))
    assert 'aria-label="14,5 trên 40 tiết"' in page_of(learner)


def test_without_a_requirement_only_the_sum_is_shown(cast: Cast, learner: Client) -> None:
    AnnualRequirement.objects.all().delete()
    enter_hours(cast, 14)
    page = page_of(learner)
    assert 'class="ring"' not in page
    assert "Chưa có quy định số tiết tối thiểu" in page
    assert '<b class="num">14</b>' in page


def test_the_next_dates_join_sessions_and_due_dates(
    cast: Cast, learner: Client, place: Place
) -> None:
    make_session(place.enrolment.cohort, 1, days=2, title="Thực hành")
    make_session(place.enrolment.cohort, 2, days=-2, title="Khai giảng")
    make_session(place.enrolment.cohort, 3, days=3, title="Bỏ", cancelled_at=timezone.now())
    events = page_of(learner).split('class="events', 1)[1].split("</ul>", 1)[0]
    assert "Thực hành" in events
    assert "Khai giảng" not in events
    assert "Bỏ ·" not in events
    assert f"/hoc/{place.enrolment.pk}/tong-quan/" in events


def make_session(
    cohort: Cohort, number: int, *, days: int, title: str, **fields: object
) -> Session:
    start = timezone.now() + dt.timedelta(days=days)
    return Session.objects.create(
        cohort=cohort,
        number=number,
        title=title,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        place="Hội trường A",
        **fields,
    )


def test_dates_of_another_s_class_are_not_mine(cast: Cast, place: Place, browser: Browser) -> None:
    make_session(place.enrolment.cohort, 1, days=2, title="Thực hành")
    assert "Thực hành" not in page_of(browser(cast.stranger), "/lich/")


def test_the_calendar_keeps_what_has_passed(learner: Client, place: Place) -> None:
    make_session(place.enrolment.cohort, 2, days=-2, title="Khai giảng")
    assert "Khai giảng" not in page_of(learner, "/lich/")
    assert "Khai giảng" in page_of(learner, "/lich/?muc=da-qua")


def test_the_tabs_sort_and_count_my_courses(cast: Cast, learner: Client, place: Place) -> None:
    done = make_place(cast)
    Enrolment.objects.filter(pk=done.enrolment.pk).update(
        state="completed", completed_at=timezone.now()
    )
    page = page_of(learner, "/?muc=da-hoan-thanh")
    assert "Đang học (1)" in page
    assert "Đã hoàn thành (1)" in page
    shelf = page.split('id="mine"', 1)[1]
    assert done.enrolment.version.title_vi in shelf
    assert place.enrolment.version.title_vi not in shelf


def test_only_my_courses_are_mine(cast: Cast, place: Place, browser: Browser) -> None:
    assert place.enrolment.version.title_vi not in page_of(browser(cast.stranger))


def test_work_waits_on_the_home_page_of_those_who_may_do_it(
    cast: Cast, learner: Client, browser: Browser
) -> None:
    CorrectionRequest.objects.create(
        person=cast.learner, field="middle_name", old_value="Thị Hồng", new_value="Thị"
    )
    page = page_of(browser(cast.hr))
    assert "Cần xử lý" in page
    assert "đề nghị điều chỉnh thông tin" in page
    for other in (cast.other_hr, cast.learner):
        assert "đề nghị điều chỉnh thông tin</div>" not in page_of(browser(other))


def test_the_home_page_offers_the_work_pages_one_may_open(cast: Cast, browser: Browser) -> None:
    page = browser(cast.signatory).get("/").content.decode()
    _head, panel = page.split('id="workplaces"')
    assert 'href="/cho-ky/"' in panel
    assert 'href="/he-thong/"' not in panel
    assert 'id="workplaces"' not in browser(cast.learner).get("/").content.decode()


def test_required_training_tells_its_history(cast: Cast, learner: Client, place: Place) -> None:
    duty = Obligation.objects.get()
    duties.move_due(
        obligation=duty, due_on=dt.date(2026, 12, 25), by=cast.hr, reason="Điều động chống bão"
    )
    page = page_of(learner, "/bat-buoc/")
    assert "sang 25/12/2026" in page
    assert "Điều động chống bão" in page


def test_required_training_of_another_is_not_shown(
    cast: Cast, place: Place, browser: Browser
) -> None:
    title = place.enrolment.version.title_vi
    for other in (cast.stranger, cast.hr):
        assert title not in page_of(browser(other), "/bat-buoc/?muc=tat-ca")


def test_the_ledger_shows_years_entries_and_reversals(cast: Cast, learner: Client) -> None:
    require(40)
    entry = enter_hours(cast, 14)
    enter_hours(cast, 30, year=2025)
    duties.reverse_hours(entry=entry, by=cast.hr, reason="Nhập nhầm")
    page = page_of(learner, "/so-tiet/")
    assert "Ghi giảm" in page
    assert "Khi hoàn thành, tính vào năm của ngày bế giảng" in page
    assert "77/QĐ-UBND" in page
    assert "Khóa 30" not in page
    assert "Khóa 30" in page_of(learner, "/so-tiet/?nam=2025")


@pytest.mark.parametrize("year", ["abc", "-1", "99999", "²²²²", ""])
def test_a_year_that_is_none_gives_this_one(learner: Client, year: str) -> None:
    assert "2026" in page_of(learner, f"/so-tiet/?nam={year}")


def test_the_record_of_a_person_shows_learning_to_those_who_may_see_it(
    cast: Cast, place: Place, browser: Browser
) -> None:
    enter_hours(cast, 14)
    url = f"/nhan-su/{cast.learner.pk}/"
    page = page_of(browser(cast.hr), url)
    assert place.enrolment.version.title_vi in page
    assert "Sổ theo dõi số tiết bồi dưỡng" in page
    page = page_of(browser(cast.administrator), url)
    assert place.enrolment.version.title_vi not in page
    assert "Sổ theo dõi số tiết bồi dưỡng" not in page


def fill(cast: Cast, place: Place, many: int) -> None:
    """Give the learner many classes, each with a duty, a session and hours."""
    version, ends = place.enrolment.version, today() + dt.timedelta(days=30)
    cohorts = [
        make_cohort(version, by=cast.hr, organiser=cast.ward, state="running", ends_on=ends)
        for _n in range(many)
    ]
    places = Enrolment.objects.bulk_create(
        Enrolment(
            cohort=cohort,
            learner=cast.learner,
            version=version,
            source="file",
            sending_unit=cast.ward,
            enrolled_by=cast.hr,
        )
        for cohort in cohorts
    )
    Obligation.objects.bulk_create(
        Obligation(
            person=cast.learner,
            enrolment=row,
            unit=cast.ward,
            title_vi="Nội dung",
            due_on=ends,
            due_at=timezone.now() + dt.timedelta(days=30),
        )
        for row in places
    )
    LessonProgress.objects.bulk_create(
        LessonProgress(enrolment=row, lesson_key=place.lessons[0].key) for row in places
    )
    for cohort in cohorts:
        make_session(cohort, 1, days=2, title="Buổi")


@pytest.mark.parametrize("many", [10, 1000])
def test_pages_cost_the_same_at_any_length(
    cast: Cast, learner: Client, place: Place, many: int
) -> None:
    fill(cast, place, many)
    enter_hours(cast, 14)
    visit(enrolment=place.enrolment, lesson_key=place.lessons[0].key)
    urls = ["/", "/?muc=bat-buoc", "/bat-buoc/?muc=tat-ca", "/so-tiet/", "/lich/"]
    for url in [*urls, place.url(1), f"/hoc/{place.enrolment.pk}/tong-quan/"]:
        page_of(learner, url)
        with CaptureQueriesContext(connection) as queries:
            page_of(learner, url)
        assert len(queries) <= 15, (url, len(queries))
