"""Requirements: an audience must finish courses by a day; duties follow by themselves."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.models import Posting, User
from courses.models import Course
from enrolments.actions.duties import waive
from enrolments.actions.progress import complete
from enrolments.models import Enrolment, Obligation
from enrolments.models.duties import ObligationStatus
from enrolments.notices import due_soon_body
from jobs.models import BulkChange
from lms.clock import end_of_day, today
from notifications.models import Notice
from reference.models import LegalBasis
from requirements.actions.assigning import assign, renew
from requirements.actions.telling import plan_reminders, tell
from requirements.models import Requirement, RequirementDuty
from requirements.tasks import tick
from tests.enrolments.importing import run_jobs
from tests.make import make_cohort, make_course, make_enrolment, make_user, make_version
from tests.people import Cast
from tests.requirements.make import (
    confirm,
    days,
    make_audience,
    make_requirement,
    put_in_force,
    undo,
)

Browser = Callable[[User], Client]


@pytest.fixture
def course(cast: Cast) -> Course:
    made = make_course(cast.provider, code="ATTT", title="An toàn thông tin")
    type(made).objects.filter(pk=made.pk).update(current_version=_published(made, cast.trainer))
    return made


def _published(course: Course, by: User) -> Any:
    version = make_version(course, by=by)
    version.state = "published"
    version.published_at, version.content_hash = timezone.now(), f"{course.pk:064d}"
    version.save()
    return version


def completed(course: Course, person: User, cast: Cast, *, days_ago: int = 0) -> Enrolment:
    """Return a place of the course, completed so many days ago."""
    version = course.versions.first() or _published(course, cast.trainer)
    cohort = make_cohort(version, by=cast.hr, organiser=cast.department)
    place = make_enrolment(cohort, person, by=cast.hr, unit=cast.ward)
    complete(enrolment=place)
    if days_ago:
        at = timezone.now() - dt.timedelta(days=days_ago)
        Enrolment.objects.filter(pk=place.pk).update(completed_at=at)
        Obligation.objects.filter(enrolment=place).update(done_at=at)
    return place


def duty(person: User, requirement: Requirement, cycle: int = 0) -> Obligation:
    rows = RequirementDuty.objects.filter(requirement=requirement, person=person, cycle=cycle)
    return rows.select_related("obligation").get().obligation


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def typed(**changes: Any) -> dict[str, Any]:
    """Return the form of a requirement, filled in."""
    plain: dict[str, Any] = {
        "title_vi": "An toàn thông tin",
        "due_kind": "fixed",
        "due_on": days(60).isoformat(),
        "min_days": 30,
        "recurs_from": "due",
        "window_days": 60,
        "counts_earlier": "on",
    }
    return plain | changes


def test_an_officer_requires_a_course_looks_at_it_and_the_people_read_why(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    completed(course, cast.manager, cast, days_ago=20)
    basis = LegalBasis.objects.get(symbol="171/2025/NĐ-CP")
    form = typed(audience=audience.pk, legal_basis=basis.pk)
    address = reverse("requirements:new_requirement")
    refused = unescape(client.post(address, form).content.decode())
    assert "Đánh dấu ít nhất một khóa học." in refused
    client.post(address, form | {"c1-courses": [course.pk]})
    requirement = Requirement.objects.get()
    assert not RequirementDuty.objects.exists()
    client.post(reverse("requirements:start_requirement", args=[requirement.pk]))
    run_jobs()
    change = BulkChange.objects.latest("pk")
    shown = page_of(client, change.get_absolute_url())
    assert "Đã hoàn thành ngày" in shown
    assert "Hạn ngày" in shown
    assert not Obligation.objects.filter(person=cast.learner).exists()
    confirm(client)
    assert duty(cast.manager, requirement).status == ObligationStatus.DONE
    mine = duty(cast.learner, requirement)
    assert (mine.status, mine.course) == ("open", course)
    learner = browser(cast.learner)
    assert f"171/2025/NĐ-CP: {basis.title}" in page_of(learner, "/")
    told = page_of(learner, mine.get_absolute_url())
    for words in ("Căn cứ", "Công chức của phường", course.title, cast.hr.full_name):
        assert words in told
    page = page_of(client, reverse("requirements:requirement", args=[requirement.pk]))
    assert cast.learner.full_name in page
    done = reverse("requirements:requirement", args=[requirement.pk]) + "?tinh_trang=done"
    assert cast.learner.full_name not in page_of(client, done)
    assert cast.manager.full_name in page_of(client, done)


def test_completing_the_course_anywhere_fulfils_it_in_time_or_late(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(browser(cast.hr), requirement)
    late = duty(cast.manager, requirement)
    yesterday = days(-1)
    Obligation.objects.filter(pk=late.pk).update(
        due_on=yesterday, due_at=end_of_day(yesterday), status="overdue"
    )
    place = completed(course, cast.learner, cast)
    completed(course, cast.manager, cast)
    mine = duty(cast.learner, requirement)
    assert mine.status == ObligationStatus.DONE
    assert mine.credits.get().enrolment == place
    assert duty(cast.manager, requirement).status == ObligationStatus.DONE_LATE
    assert duty(cast.hr, requirement).status == ObligationStatus.OPEN


def test_two_of_three_and_one_more_make_a_programme(
    cast: Cast, browser: Browser, course: Course
) -> None:
    others = [make_course(cast.provider) for _n in range(3)]
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, *others, by=cast.hr, needed=2)
    second = requirement.sets.create(position=2, needed=1)
    second.choices.create(course=course)
    put_in_force(browser(cast.hr), requirement)
    mine = duty(cast.learner, requirement)
    assert mine.course is None
    for one in (others[0], course):
        completed(one, cast.learner, cast)
        mine.refresh_from_db()
        assert mine.status == ObligationStatus.OPEN
    told = page_of(browser(cast.learner), mine.get_absolute_url())
    assert "2 trong các khóa này" in told
    completed(others[2], cast.learner, cast)
    mine.refresh_from_db()
    assert mine.status == ObligationStatus.DONE


def test_an_ended_requirement_cancels_what_is_outstanding_and_comes_back_as_it_was(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(client, requirement)
    completed(course, cast.manager, cast)
    before = duty(cast.learner, requirement).due_on
    address = reverse("requirements:finish_requirement", args=[requirement.pk])
    client.post(address, {})
    assert not BulkChange.objects.filter(params__verb="end").exists()
    client.post(address, {"reason": "Quy định mới"})
    run_jobs()
    change = confirm(client)
    assert duty(cast.learner, requirement).status == ObligationStatus.CANCELLED
    assert duty(cast.learner, requirement).status_reason == "Quy định mới"
    assert duty(cast.manager, requirement).status == ObligationStatus.DONE
    undo(client, change)
    again = duty(cast.learner, requirement)
    assert (again.status, again.due_on) == ("open", before)
    requirement.refresh_from_db()
    assert requirement.state == "in_force"


def test_undoing_the_start_takes_the_duties_back_and_it_can_start_again(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    change = put_in_force(client, requirement)
    completed(course, cast.manager, cast)
    undo(client, change)
    requirement.refresh_from_db()
    assert requirement.state == "draft"
    assert duty(cast.learner, requirement).status == ObligationStatus.CANCELLED
    assert duty(cast.manager, requirement).status == ObligationStatus.DONE
    assert change.rows.get(state="kept").reason == "Đã hoàn thành hoặc đã thay đổi từ đó."
    put_in_force(client, requirement)
    assert duty(cast.learner, requirement).status == ObligationStatus.OPEN
    assert RequirementDuty.objects.filter(requirement=requirement).count() == 3


def test_terms_in_force_no_longer_change(cast: Cast, browser: Browser, course: Course) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    address = reverse("requirements:edit_requirement", args=[requirement.pk])
    basis = LegalBasis.objects.get(symbol="171/2025/NĐ-CP")
    form = typed(audience=audience.pk, legal_basis=basis.pk, title_vi="Tên khác")
    client.post(address, form | {"c1-courses": [course.pk]})
    requirement.refresh_from_db()
    assert requirement.title_vi == "Tên khác"
    put_in_force(client, requirement)
    assert client.get(address).status_code == 404
    assert client.post(address, form).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due_on": ""}, "Nhập ngày."),
        ({"due_on": "2020-01-01"}, "Ngày này đã qua."),
        ({"due_kind": "posting"}, "Nhập số ngày."),
        ({"legal_basis": ""}, "văn bản nào yêu cầu"),
        ({"c1-needed": 2}, "Nhiều hơn số khóa đã đánh dấu."),
    ],
)
def test_terms_that_are_not_whole_are_told_beside_their_field(
    cast: Cast, browser: Browser, course: Course, changes: dict[str, Any], words: str
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    basis = LegalBasis.objects.create(symbol="1/NĐ", title="Nghị định")
    form = typed(audience=audience.pk, legal_basis=basis.pk, **{"c1-courses": [course.pk]})
    answer = browser(cast.hr).post(reverse("requirements:new_requirement"), form | changes)
    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())
    assert not Requirement.objects.exists()


def test_the_next_turn_comes_after_the_one_before_and_asks_for_it_anew(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    terms: dict[str, Any] = {"every_months": 12, "recurs_from": "done", "window_days": 60}
    requirement = make_requirement(audience, course, by=cast.hr, **terms)
    put_in_force(browser(cast.hr), requirement)
    completed(course, cast.learner, cast)
    assert renew() == 1
    assert renew() == 0
    following = duty(cast.learner, requirement, 1)
    assert following.status == ObligationStatus.SCHEDULED
    assert (following.due_on - today()).days >= 365
    assert (
        following.opens_on == days(0) + (following.due_on - today()) - dt.timedelta(days=60)
        or following.opens_on
    )
    completed(course, cast.learner, cast)  # too early for the turn to come
    following.refresh_from_db()
    assert following.status == ObligationStatus.SCHEDULED
    RequirementDuty.objects.filter(obligation=following).update(counts_from=today())
    completed(course, cast.learner, cast)
    following.refresh_from_db()
    assert following.status == ObligationStatus.DONE


def test_who_is_waived_has_a_next_turn_and_who_left_has_none(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr, every_months=24)
    put_in_force(browser(cast.hr), requirement)
    first = duty(cast.learner, requirement)
    waive(obligation=first, by=cast.hr, reason="Nghỉ thai sản")
    completed(course, cast.manager, cast)
    gone = audience.memberships.filter(person=cast.manager)
    gone.update(until=today())
    assert renew() == 1
    assert duty(cast.learner, requirement, 1).due_on.year == first.due_on.year + 2
    assert not RequirementDuty.objects.filter(person=cast.manager, cycle=1).exists()


def test_people_are_told_once_and_reminded_as_the_day_comes_near(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    near = make_requirement(audience, course, by=cast.hr, due_days=10, min_days=10)
    far = make_requirement(audience, make_course(cast.provider), by=cast.hr, due_days=300)
    for one in (near, far):
        put_in_force(browser(cast.hr), one)
    completed(course, cast.manager, cast)
    for _time in range(2):
        tick()
    assert (tell(), plan_reminders()) == (0, 0)  # what was seen to is not looked at again
    mine = Notice.objects.filter(person=cast.learner)
    assert mine.filter(kind="requirements.new_duty").count() == 2
    soon, late = duty(cast.learner, near), duty(cast.learner, far)
    assert mine.filter(kind="due_soon", subject=f"obligation:{soon.pk}").count() == 2
    assert not mine.filter(kind="due_soon", subject=f"obligation:{late.pk}").exists()
    assert not Notice.objects.filter(
        person=cast.manager, subject=f"obligation:{duty(cast.manager, near).pk}"
    ).exists()
    notice = mine.get(kind="requirements.new_duty", subject=f"obligation:{soon.pk}")
    assert notice.url == soon.get_absolute_url()
    reminder = mine.filter(kind="due_soon", subject=f"obligation:{soon.pk}").first()
    assert reminder is not None
    for told in (notice, reminder):
        words = due_soon_body(told.context, "vi")
        assert "Căn cứ 171/2025/NĐ-CP: " in words
        assert "Quyết định số" not in words


def test_a_decision_stands_behind_it_and_is_entered_once(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    paper = {"number": 12, "symbol": "QĐ-UBND", "issued_on": "2026-01-05", "signer_name": "Đức"}
    form = typed(audience=audience.pk, **paper, **{"c1-courses": [course.pk]})
    client.post(reverse("requirements:new_requirement"), form)
    requirement = Requirement.objects.get()
    put_in_force(client, requirement)
    mine = duty(cast.learner, requirement)
    assert str(mine.basis) == "12/QĐ-UBND"
    assert "12/QĐ-UBND" in page_of(browser(cast.learner), reverse("enrolments:required"))


def test_the_table_of_required_training_counts_it_with_a_true_denominator(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    single = make_requirement(audience, course, by=cast.hr)
    two = [make_course(cast.provider) for _n in range(2)]
    programme = make_requirement(audience, *two, by=cast.hr, title_vi="Chương trình hai khóa")
    for one in (single, programme):
        put_in_force(browser(cast.hr), one)
    completed(course, cast.manager, cast)
    waive(obligation=duty(cast.learner, programme), by=cast.hr, reason="Nghỉ thai sản")
    Obligation.objects.update(due_on=today(), due_at=end_of_day(today()))  # of this year
    watcher = browser(cast.auditor)
    address = reverse("reporting:unit_tracking", args=[cast.ward.pk])
    page = page_of(watcher, address)
    assert "1/3 (33%)" in page
    assert "Chương trình hai khóa" in page
    assert "0/2 (0%)" in page
    people = reverse("reporting:unit_people", args=[cast.ward.pk])
    assert cast.hr.full_name in page_of(browser(cast.hr), f"{people}?khoa=-{programme.pk}")
    assert cast.learner.full_name not in page_of(browser(cast.hr), f"{people}?khoa=-{programme.pk}")


def test_more_time_is_asked_and_granted_for_it_as_for_any_duty(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(browser(cast.hr), requirement)
    mine = duty(cast.learner, requirement)
    later = dt.date(2027, 3, 1)
    asked = {"kind": "extension", "reason": "Công tác", "wanted_on": later.isoformat()}
    browser(cast.learner).post(mine.get_absolute_url(), asked)
    row = mine.requests.get()
    answer = {"act": "grant", "due_on": later.isoformat()}
    browser(cast.hr).post(reverse("enrolments:answer_request", args=[row.pk]), answer)
    mine.refresh_from_db()
    assert mine.due_on == later
    assert Notice.objects.filter(subject=f"obligation:{mine.pk}", due_on=later).exists()


def test_giving_duties_twice_gives_them_once(cast: Cast, browser: Browser, course: Course) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(browser(cast.hr), requirement)
    people = [cast.learner.pk, cast.manager.pk, make_user().pk]  # the last holds no post
    assert assign(requirement=requirement, people=people, by=None) == []
    assert RequirementDuty.objects.count() == 3


def test_who_holds_no_post_is_listed_and_left_out(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    Posting.objects.filter(user=cast.manager).update(until=today())
    change = put_in_force(client, make_requirement(audience, course, by=cast.hr))
    assert change.rows.get(included=False).message == "Hôm nay không giữ vị trí nào."
    assert not Obligation.objects.filter(person=cast.manager).exists()


def test_the_list_is_exported_with_how_each_duty_stands(
    cast: Cast, browser: Browser, course: Course
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(client, requirement)
    other = browser(cast.other_hr)
    address = reverse("requirements:export_requirement", args=[requirement.pk])
    assert other.get(address).status_code == 404
    file = client.get(address)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue()))
    rows = workbook.get_sheet_by_index(0).to_python()
    file.close()
    assert [row[2] for row in rows[-3:]] == [
        "Bùi Minh Đức", "Nguyễn Thị Hồng Hạnh", "Lê Thị Thu",
    ]  # fmt: skip


@pytest.mark.parametrize("people", [5, 120])
def test_the_pages_of_a_requirement_ask_a_fixed_number_of_questions(
    cast: Cast, browser: Browser, course: Course, people: int
) -> None:
    for _n in range(people):
        make_user(unit=cast.ward)
    audience = make_audience(cast.ward, by=cast.hr)
    client, requirement = browser(cast.hr), make_requirement(audience, course, by=cast.hr)
    put_in_force(client, requirement)
    addresses = [
        reverse("requirements:requirements"),
        reverse("requirements:requirement", args=[requirement.pk]),
    ]
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 15, address


def test_ticked_people_are_reminded_of_it_by_hand_once_a_day(
    cast: Cast, browser: Browser, course: Course
) -> None:
    audience = make_audience(cast.ward, by=cast.hr)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(browser(cast.hr), requirement)
    address = reverse("reporting:remind_people")
    for _click in range(2):
        browser(cast.hr).post(address, {"ids": [cast.learner.pk, cast.manager.pk]})
    sent = Notice.objects.filter(kind="reminder")
    assert set(sent.values_list("person__username", flat=True)) == {"hanh", "duc"}
    assert sent.get(person=cast.learner).url == duty(cast.learner, requirement).get_absolute_url()
