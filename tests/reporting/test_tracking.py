"""Required training by unit: the denominator is who must on the day, and nobody else's people."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.actions.people import end_posting, move_person
from accounts.models import Posting, Unit, User
from accounts.permissions import Role
from audit.models import AuditEvent
from enrolments.actions.duties import fulfil, move_due, waive
from enrolments.models import Cohort, Enrolment, HoursEntry, Obligation
from jobs.models import BulkChange
from lms.clock import end_of_day, today
from notifications.models import Notice
from reference.models import AnnualRequirement, LegalBasis
from reporting.scope import rows_of
from reporting.tracking import Cell, Moment, hours_of, table_of
from tests.make import (
    grant,
    make_code,
    make_cohort,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
)
from tests.people import Cast
from tests.reporting.make import make_hours

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def officer(cast: Cast) -> User:
    """Return an officer of the whole city."""
    person = make_user("Hồ Thị Cả", unit=cast.city)
    grant(person, Role.HR_OFFICER, cast.city)
    return person


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = make_version(by=cast.trainer)
    ends = today() + 5 * DAY
    return make_cohort(version, by=cast.hr, organiser=cast.department, ends_on=ends)


def must(cohort: Cohort, person: User, unit: Unit, *, since: int = 30, **facts: Any) -> Obligation:
    """Give a person a duty that is so many days old."""
    place = make_enrolment(cohort, person, by=cohort.created_by, unit=unit)
    Obligation.objects.filter(enrolment=place).update(
        created_at=timezone.now() - since * DAY, **facts
    )
    return Obligation.objects.get(enrolment=place)


def done(duty: Obligation, *, days_ago: int = 0) -> None:
    fulfil(completed={duty.enrolment_id or 0: timezone.now() - days_ago * DAY}, by=None)


def cells(officer: User, cast: Cast, day: dt.date | None = None) -> dict[int, Cell]:
    """Return what the table says of each unit below the city."""
    at = Moment(today().year, day or today())
    rows = rows_of([cast.city])
    table = table_of(rows, at)
    return {unit.pk: table.whole(unit.pk) for unit in rows.all}


def page(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_denominator_is_who_must_on_the_day(cast: Cast, officer: User, cohort: Cohort) -> None:
    ward, other = cast.ward, cast.other_ward
    people = {name: make_user(f"Lê Văn {name}", unit=ward) for name in ("Một", "Hai", "Ba", "Tư")}
    duties = {name: must(cohort, person, ward) for name, person in people.items()}
    done(duties["Một"], days_ago=3)
    waive(obligation=duties["Hai"], by=cast.hr, reason="Nghỉ thai sản")
    Obligation.objects.filter(pk=duties["Ba"].pk).update(status="cancelled")
    assert cells(officer, cast)[ward.pk] == Cell(required=2, done=1, late=0, waived=1)
    # A month ago nobody had been exempted, and the duty done three days ago was still open.
    assert cells(officer, cast, today() - 4 * DAY)[ward.pk] == Cell(required=4)
    # Before the duties were given there is nothing.
    assert cells(officer, cast, today() - 31 * DAY)[ward.pk] == Cell()
    assert cells(officer, cast)[other.pk] == Cell()


def test_people_count_where_their_primary_post_is_that_day(
    cast: Cast, officer: User, cohort: Cohort
) -> None:
    ward, other = cast.ward, cast.other_ward
    moved, gone, came, seconded = (make_user(unit=ward) for _n in range(4))
    for person in (moved, gone, came, seconded):
        must(cohort, person, ward)
    move_person(person=moved, unit=other, category=make_code(), since=today() - 2 * DAY, by=cast.hr)
    Posting.objects.filter(user=came).update(since=today() - DAY)
    Posting.objects.create(
        user=seconded, unit=other, category=make_code(), since=today() - DAY, is_primary=False
    )
    assert cells(officer, cast)[ward.pk].required == 3
    assert cells(officer, cast)[other.pk].required == 1
    assert cells(officer, cast, today() - 2 * DAY)[ward.pk].required == 2
    assert cells(officer, cast, today() - DAY)[ward.pk].required == 3
    assert cells(officer, cast, today() - 3 * DAY)[ward.pk].required == 3
    assert cells(officer, cast, today() - 3 * DAY)[other.pk].required == 0
    retired = make_code("end_reason", "nghi_huu", "Nghỉ hưu")
    end_posting(posting=gone.postings.get(), on=today(), reason=retired, by=cast.hr)
    assert cells(officer, cast)[ward.pk].required == 2
    assert cells(officer, cast, today() - DAY)[ward.pk].required == 3


def test_a_moved_due_date_and_a_second_class_do_not_change_the_past(
    cast: Cast, officer: User, cohort: Cohort
) -> None:
    person = make_user(unit=cast.ward)
    late = today() - 10 * DAY
    duty = must(cohort, person, cast.ward, due_on=late, due_at=end_of_day(late), status="overdue")
    assert cells(officer, cast)[cast.ward.pk].late == 1
    move_due(obligation=duty, due_on=today() + 3 * DAY, by=cast.hr, reason="Nằm viện")
    assert cells(officer, cast)[cast.ward.pk].late == 0
    assert cells(officer, cast, today() - DAY)[cast.ward.pk] == Cell(required=1, late=1)
    # The same course done in another class: one person, who has done it and is not late.
    again = make_cohort(cohort.version, by=cast.hr, organiser=cast.department)
    done(must(again, person, cast.ward, due_on=today() + 2 * DAY))
    Obligation.objects.filter(pk=duty.pk).update(status="overdue", due_on=late)
    assert cells(officer, cast)[cast.ward.pk] == Cell(required=1, done=1, late=0)


@pytest.mark.parametrize("seed", range(3))
def test_rows_add_up_to_the_people_at_every_level(
    cast: Cast, officer: User, cohort: Cohort, seed: int
) -> None:
    division = make_unit("Phòng Văn hóa", parent=cast.ward, kind="division")
    units = [cast.city, cast.ward, division, cast.other_ward]
    for n in range(12):
        duty = must(cohort, make_user(unit=units[(n * (seed + 3)) % 4]), cast.ward)
        if (n + seed) % 3 == 0:
            done(duty)
        elif (n + seed) % 5 == 0:
            waive(obligation=duty, by=cast.hr, reason="Ốm dài ngày")
    found = sum(cells(officer, cast).values(), Cell())
    waived = Obligation.objects.filter(status="waived").count()
    assert found.required + found.waived == 12
    assert (found.waived, found.done) == (waived, Obligation.objects.filter(status="done").count())
    below = rows_of([cast.ward])
    inner = table_of(below, Moment(today().year, today()))
    parts = sum((inner.whole(unit.pk) for unit in below.all), Cell())
    assert parts == cells(officer, cast)[cast.ward.pk]


def test_hours_follow_the_figure_of_the_staff_category(cast: Cast, officer: User) -> None:
    AnnualRequirement.objects.all().delete()
    basis = LegalBasis.objects.get_or_create(symbol="1/QĐ", defaults={"title": "Định mức"})[0]
    AnnualRequirement.objects.create(
        category="cong_chuc", year=today().year, min_periods=8, basis=basis
    )
    division = make_unit("Phòng Mới", parent=cast.city)
    full, half, taken, other = (make_user(unit=division) for _n in range(4))
    Posting.objects.filter(user=other).update(
        category=make_code(code="vien_chuc", name="Viên chức")
    )
    make_hours(full, division, credited=Decimal(8))
    make_hours(half, division, credited=Decimal(7))
    wrong = make_hours(taken, division, credited=Decimal(9))
    make_hours(taken, division, credited=Decimal(-9), reverses=wrong)
    make_hours(other, division, credited=Decimal(40))
    rows = rows_of([cast.city])
    at = Moment(today().year, today())
    assert hours_of(rows, at)[division.pk] == Cell(required=3, done=1)
    assert hours_of(rows, Moment(today().year, today() - DAY))[division.pk].done == 0


def test_an_officer_of_one_unit_finds_its_people_at_home_and_reminds_them(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    late = today() - DAY
    must(cohort, cast.learner, cast.ward, due_on=late, due_at=end_of_day(late), status="overdue")
    foreign = must(cohort, cast.stranger, cast.other_ward)
    client = browser(cast.hr)
    home, people = page(client, "/"), reverse("reporting:home_people")
    assert "người có nội dung quá hạn" in home
    assert f'hx-get="{people}"' in home
    listed = page(client, people)
    assert cast.learner.full_name in listed
    assert cast.stranger.full_name not in listed
    assert "1 lớp đang học" in listed
    only = page(
        client, reverse("reporting:unit_people", args=[cast.ward.pk]) + "?tinh_trang=overdue"
    )
    assert f'value="{cast.learner.pk}" data-pick' in only
    assert f'value="{cast.manager.pk}" data-pick' not in only
    assert client.get(reverse("reporting:tracking")).status_code == 302  # no table of one row
    ids = [cast.learner.pk, cast.stranger.pk]
    url = reverse("reporting:remind_people")
    client.post(url, {"ids": ids, "next": "/"})
    assert not Notice.objects.filter(kind="reminder").exists()  # one of them is not hers
    for _click in range(2):
        client.post(url, {"ids": ids[:1], "next": "/"})
    assert Notice.objects.get(kind="reminder").person == cast.learner
    assert not Notice.objects.filter(person=foreign.person, kind="reminder").exists()
    assert browser(cast.manager).post(url, {"ids": ids[:1]}).status_code == 404


def test_a_small_unit_is_one_until_a_part_has_its_own_officer(cast: Cast, browser: Browser) -> None:
    make_unit("Phòng Văn hóa", parent=cast.ward, kind="division")
    centre = make_unit("Trung tâm Phục vụ hành chính công", parent=cast.ward, kind="service")
    guest = make_user("Mai Thị Trung Tâm", unit=centre)
    client, people = browser(cast.hr), reverse("reporting:home_people")
    assert guest.full_name in page(client, people)
    grant(guest, Role.HR_OFFICER, centre)
    assert client.get(people).status_code == 404
    assert 'id="unit-title"' not in page(client, "/")
    assert client.get(reverse("reporting:tracking")).status_code == 200  # now there are two


def test_a_head_sees_the_team_and_whom_to_ask_and_sends_nothing(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    must(cohort, cast.learner, cast.ward)
    client = browser(cast.manager)
    assert "Đơn vị của tôi" in page(client, "/")
    team = page(client, reverse("reporting:team"))
    assert cast.learner.full_name in team
    assert cast.hr.full_name in team  # who sends people to classes
    assert "Gửi nhắc hạn" not in team
    assert "data-pick" not in team


def test_two_units_never_mix(cast: Cast, cohort: Cohort, browser: Browser) -> None:
    mine, theirs = cast.learner, cast.stranger
    for person, unit in ((mine, cast.ward), (theirs, cast.other_ward)):
        waive(obligation=must(cohort, person, unit), by=cast.trainer, reason="Lý do riêng")
        make_hours(person, unit)
    clients = {cast.ward: browser(cast.hr), cast.other_ward: browser(cast.other_hr)}
    names = ["unit_tracking", "unit_people", "export_tracking", "export_people", "year_report"]
    names += ["export_year_report", "year_docx", "year_pdf"]
    for own, other in ((cast.ward, cast.other_ward), (cast.other_ward, cast.ward)):
        foreign = theirs if own == cast.ward else mine
        for name in names:
            address = reverse(f"reporting:{name}", args=[other.pk])
            assert clients[own].get(address).status_code == 404, name
            answer = clients[own].get(reverse(f"reporting:{name}", args=[own.pk]))
            assert answer.status_code == 200, name
            assert answer.getvalue(), name
        urls = [reverse(f"reporting:{name}", args=[own.pk]) for name in names[:2]]
        urls += ["/", "/?q=" + foreign.username, reverse("reporting:my_people")]
        for url in urls:
            assert foreign.full_name not in page(clients[own], url), url
        listed = clients[own].get(reverse("reporting:export_people", args=[own.pk]))
        rows = list(load_workbook(io.BytesIO(listed.getvalue())).active.iter_rows(values_only=True))
        assert len(rows) == 1 + Posting.objects.filter(unit=own).count()
        assert foreign.full_name not in str(rows)
    acts = AuditEvent.objects.filter(action="export_tracked_people")
    assert {act.unit_id for act in acts} == {cast.ward.pk, cast.other_ward.pk}


def test_an_officer_of_many_units_compares_and_takes_the_table_along(
    cast: Cast, officer: User, cohort: Cohort, browser: Browser
) -> None:
    done(must(cohort, cast.learner, cast.ward))
    duty = must(cohort, cast.stranger, cast.other_ward)
    waive(obligation=duty, by=cast.hr, reason="Đi công tác nước ngoài")
    client = browser(officer)
    shown = page(client, reverse("reporting:tracking"))
    for words in ("1/1 (100%)", "1 được miễn", "Đi công tác nước ngoài", cohort.course.title):
        assert words in shown
    assert 'id="unit-title"' not in page(client, "/")  # the list at home is for small units
    future = page(client, f"/theo-doi/{cast.city.pk}/?ngay={today() + DAY:%Y-%m-%d}")
    assert "Ngày này chưa đến." in future
    answer = client.get(reverse("reporting:export_tracking", args=[cast.city.pk]))
    rows = list(load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    course = [row for row in rows if row[1] == cohort.course.code]
    assert [row[3:] for row in course if row[0] == cast.ward.name] == [(1, 1, 100, 0, 0)]
    assert [row[3:] for row in course if row[0] == cast.other_ward.name] == [(0, 0, 0, 0, 1)]


def test_lists_that_wait_stand_at_home_with_their_author_alone(
    cast: Cast, browser: Browser
) -> None:
    facts = {"kind": "enrolments.cohort_import", "created_by": cast.hr}
    BulkChange.objects.create(key="a", state="planned", **facts)
    BulkChange.objects.create(key="b", state="failed", **facts)
    home = page(browser(cast.hr), "/")
    assert "danh sách học viên đã kiểm tra, chờ xác nhận" in home
    assert home.index("dừng do lỗi") > home.index("chờ xác nhận")
    assert "danh sách học viên" not in page(browser(cast.other_hr), "/")


@pytest.mark.parametrize("people", [10, 1000])
def test_pages_cost_the_same_for_ten_and_a_thousand(
    cast: Cast, officer: User, cohort: Cohort, browser: Browser, people: int
) -> None:
    _fill(cast, cohort, people)
    client = browser(officer)
    urls = [reverse("reporting:tracking"), f"/theo-doi/{cast.city.pk}/?ngay={today() - DAY}"]
    urls += [f"/theo-doi/{cast.ward.pk}/nhan-su/", f"/bao-cao-nam/{cast.city.pk}/"]
    for url in urls:
        page(client, url)
        with CaptureQueriesContext(connection) as queries:
            page(client, url)
        assert len(queries) <= 15, (url, len(queries))
    small = browser(cast.hr)
    page(small, "/")
    for url in ("/", reverse("reporting:home_people")):
        with CaptureQueriesContext(connection) as queries:
            page(small, url)
        assert len(queries) <= 15, (url, len(queries))


def _fill(cast: Cast, cohort: Cohort, many: int) -> None:
    first = make_user(unit=cast.ward)
    keys = [f.attname for f in User._meta.concrete_fields if f.attname not in ("id", "staff_code")]
    facts = {key: getattr(first, key) for key in keys}
    made = [User(**facts | {"username": f"n{n}", "sort_key": f"n{n:05d}"}) for n in range(many)]
    people = User.objects.bulk_create(made)
    post = {"unit": cast.ward, "category": make_code(), "since": dt.date(2020, 1, 1)}
    Posting.objects.bulk_create(Posting(user=person, **post) for person in people)
    place = {"cohort": cohort, "version": cohort.version, "source": "file", "enrolled_by": cast.hr}
    places = Enrolment.objects.bulk_create(
        Enrolment(learner=person, sending_unit=cast.ward, **place) for person in people
    )
    due = {"title_vi": "x", "due_on": cohort.ends_on, "due_at": end_of_day(cohort.ends_on)}
    Obligation.objects.bulk_create(
        Obligation(person=row.learner, enrolment=row, unit=cast.ward, **due) for row in places
    )
    one = make_hours(first, cast.ward)
    hours = [
        f.attname for f in HoursEntry._meta.concrete_fields if f.attname not in ("id", "person_id")
    ]
    told = {name: getattr(one, name) for name in hours}
    HoursEntry.objects.bulk_create(HoursEntry(person=person, **told) for person in people)
