"""Another class with what was done, a place put off, another person in one's seat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions.gradebook import KeyedMark, enter_marks
from assessment.actions.grades import release
from assessment.gradebook import scheme_of
from assessment.models import GradeCell, GradeEntry, Submission
from enrolments.actions.places import withdraw
from enrolments.actions.progress import complete_viewed, open_lesson
from enrolments.models import Cohort, Enrolment, Obligation
from jobs.models import BulkChange
from lms.clock import today
from notifications.models import Notice
from tests.assessment.make import make_room
from tests.assessment.works import Task, make_paper_item, make_task
from tests.enrolments.importing import run_jobs
from tests.make import make_cohort, make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    """Return a class whose learner has begun and has a released mark, 8 of 10."""
    task = make_task(cast)
    lesson = task.cohort.version.lessons.order_by("position").first()
    assert lesson
    open_lesson(enrolment=task.place, lesson_key=lesson.key)
    task.marked(task.handed_in(), cast.trainer)
    release(cohort=task.cohort, component_key=task.key, by=cast.training_officer)
    task.place.refresh_from_db()
    return task


@pytest.fixture
def other(cast: Cast, task: Task) -> Cohort:
    """Return another class of the course, which ends later."""
    ends = today() + dt.timedelta(days=60)
    return make_cohort(
        task.cohort.version, by=task.by, organiser=cast.provider.unit, ends_on=ends, seats=2
    )


def ask(client: Client, cohort: Cohort, act: str, *places: Enrolment, **fields: object) -> str:
    sent = {"do": act, "ids": [one.pk for one in places], **fields}
    answer = client.post(reverse("enrolments:bulk", args=[cohort.pk]), sent, follow=True)
    run_jobs()
    return unescape(answer.content.decode())


def propose(client: Client, task: Task, other: Cohort, *places: Enrolment) -> BulkChange:
    ask(client, task.cohort, "transfer", *places, to=other.pk, reason="Trùng lịch công tác")
    return BulkChange.objects.latest("pk")


def confirm(client: Client, change: BulkChange) -> None:
    client.post(reverse("jobs:confirm", args=[change.pk]))
    run_jobs()


def undo(client: Client, change: BulkChange) -> None:
    client.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    client.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()


def counts(*cohorts: Cohort) -> list[int]:
    return [Cohort.objects.get(pk=cohort.pk).enrolled_count for cohort in cohorts]


def test_learners_go_on_in_another_class_with_all_they_did_and_come_back(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    duty = Obligation.objects.get(enrolment=task.place)
    Cohort.objects.filter(pk=task.cohort.pk).update(enrolled_count=1)
    change = propose(office, task, other, task.place)
    shown = unescape(office.get(reverse("jobs:change", args=[change.pk])).content.decode())
    assert "Điểm danh thì không" in shown
    assert not other.enrolments.exists()
    for _click in range(2):
        confirm(office, change)
    place = other.enrolments.get()
    assert (place.state, place.source, place.moved_from) == ("studying", "transfer", task.place)
    assert place.lessons.count() == task.place.lessons.count() > 0
    assert Submission.objects.get().enrolment == place
    cell = GradeCell.objects.get(enrolment=place)
    assert (cell.entry.points, cell.entry.source) == (Decimal(8), "carried")
    assert cell.released_at is not None
    assert GradeEntry.objects.count() == 2
    duty.refresh_from_db()
    assert (duty.enrolment, duty.status) == (place, "open")
    assert duty.due_on >= other.ends_on
    assert {change.field for change in duty.changes.all()} == {"enrolment", "due_on"}
    assert counts(task.cohort, other) == [0, 1]
    learner = browser(cast.learner)
    former = learner.get(reverse("enrolments:overview", args=[task.place.pk])).content.decode()
    assert "tiếp tục ở lớp khác của khóa" in unescape(former)
    undo(office, change)
    task.place.refresh_from_db()
    duty.refresh_from_db()
    assert (task.place.state, duty.enrolment) == ("studying", task.place)
    assert Submission.objects.get().enrolment == task.place
    assert counts(task.cohort, other) == [1, 0]


def test_what_is_done_meanwhile_comes_back_and_what_was_taken_back_does_not_rise(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    oral = make_paper_item(task.cohort, by=task.by)
    make_paper_item(other, by=task.by)
    marks = [KeyedMark(task.place.pk, Decimal(7), None)]
    enter_marks(cohort=task.cohort, item=scheme_of(task.cohort).items[-1], marks=marks, by=task.by)
    change = propose(office, task, other, task.place)
    confirm(office, change)
    place = other.enrolments.get()
    lesson = place.version.lessons.order_by("position").first()
    assert lesson
    complete_viewed(enrolment=place, lesson_key=lesson.key)
    GradeCell.objects.filter(enrolment=place, component_key=oral.component_key).delete()
    place.refresh_from_db()
    assert place.lessons_done == 1
    undo(office, change)
    task.place.refresh_from_db()
    assert (task.place.state, task.place.lessons_done) == ("studying", 1)
    assert task.place.lessons.get(lesson_key=lesson.key).completed_at
    cells = GradeCell.objects.filter(enrolment=task.place)
    assert [cell.component_key for cell in cells] == [task.key]


def test_reminders_follow_the_duty(cast: Cast, task: Task, other: Cohort, browser: Browser) -> None:
    office = browser(cast.training_officer)
    confirm(office, propose(office, task, other, task.place))
    duty = Obligation.objects.get(person=cast.learner)
    planned = Notice.objects.filter(subject=f"obligation:{duty.pk}", state="planned")
    assert {notice.due_on for notice in planned} == {duty.due_on}


def test_who_has_no_seat_who_finished_and_oneself_are_left_out_and_named(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    own = make_enrolment(task.cohort, cast.training_officer, by=cast.hr, unit=cast.ward)
    crowd = [task.another(f"Nguyễn Văn {n}") for n in ("An", "Bình", "Cường")]
    change = propose(office, task, other, own, *crowd)
    said = [(row.included, row.message) for row in change.rows.order_by("number")]
    assert [included for included, _message in said].count(True) == 2
    assert sum("đã hết chỗ" in message.lower() for _included, message in said) == 1
    assert sum("Không ai" in message for _included, message in said) == 1
    crowd[0].state, crowd[0].completed_at = "completed", crowd[0].enrolled_at
    crowd[0].save()
    confirm(office, change)
    assert other.enrolments.count() == 1
    assert counts(other) == [1]


def test_nobody_moves_in_the_middle_of_a_test(cast: Cast, browser: Browser) -> None:
    room = make_room(cast)
    room.begin()
    other = make_cohort(room.cohort.version, by=cast.hr, organiser=room.cohort.organiser)
    office = browser(cast.training_officer)
    sent = {"do": "transfer", "ids": [room.enrolment.pk], "to": other.pk, "reason": "x"}
    office.post(reverse("enrolments:bulk", args=[room.cohort.pk]), sent)
    run_jobs()
    change = BulkChange.objects.latest("pk")
    confirm(office, change)
    assert "đang làm bài kiểm tra" in change.rows.get().reason
    assert not other.enrolments.exists()
    ask(office, room.cohort, "defer", room.enrolment, until=soon(), reason="x")
    room.enrolment.refresh_from_db()
    assert room.enrolment.state != "deferred"


def test_a_unit_moves_its_own_people_alone(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    stranger = make_enrolment(
        task.cohort, make_user(unit=cast.department), by=cast.hr, unit=cast.department
    )
    for officer, place in ((cast.hr, stranger), (cast.other_hr, task.place)):
        sent = {"do": "transfer", "ids": [place.pk], "to": other.pk, "reason": "x"}
        browser(officer).post(reverse("enrolments:bulk", args=[task.cohort.pk]), sent)
    assert not BulkChange.objects.exists()
    change = propose(browser(cast.hr), task, other, task.place)
    assert [row.target_id for row in change.rows.all()] == [task.place.pk]


def soon(days: int = 20) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def test_a_place_put_off_frees_the_seat_and_goes_on_later(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    office, learner = browser(cast.training_officer), browser(cast.learner)
    Cohort.objects.filter(pk=task.cohort.pk).update(enrolled_count=1)
    assert "Ngày này đã qua" in ask(
        office, task.cohort, "defer", task.place, until=today().isoformat(), reason="Nghỉ ốm"
    )
    ask(office, task.cohort, "defer", task.place, until=soon(), reason="Nghỉ ốm")
    task.place.refresh_from_db()
    duty = Obligation.objects.get(person=cast.learner)
    assert task.place.state == "deferred"
    assert duty.status == "open"
    assert duty.due_on >= today() + dt.timedelta(days=20)
    assert counts(task.cohort) == [0]
    assert (
        "bảo lưu đến ngày"
        in learner.get(reverse("enrolments:overview", args=[task.place.pk])).content.decode()
    )
    listed = office.get(reverse("enrolments:deferred")).content.decode()
    assert cast.learner.full_name in listed
    address = reverse("enrolments:go_on", args=[task.place.pk])
    office.post(address, {"to": other.pk, "reason": "Đã khỏe"})
    place = other.enrolments.get()
    assert place.state == "studying"
    assert GradeCell.objects.filter(enrolment=place).exists()
    duty.refresh_from_db()
    assert duty.enrolment == place
    assert counts(task.cohort, other) == [0, 1]
    assert office.get(address).status_code == 404


def test_a_place_put_off_is_taken_up_in_its_own_class(
    cast: Cast, task: Task, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    ask(office, task.cohort, "defer", task.place, until=soon(), reason="Nghỉ ốm")
    address = reverse("enrolments:go_on", args=[task.place.pk])
    for _click in range(2):
        office.post(address, {"to": task.cohort.pk, "reason": "Đã khỏe"})
    task.place.refresh_from_db()
    assert (task.place.state, task.place.deferred_until) == ("studying", None)


def test_home_names_places_whose_day_comes(cast: Cast, task: Task, browser: Browser) -> None:
    office = browser(cast.training_officer)
    words = "chỗ học bảo lưu chờ xếp lớp"
    assert words not in office.get("/").content.decode()
    ask(office, task.cohort, "defer", task.place, until=soon(20), reason="Nghỉ ốm")
    assert words in office.get("/").content.decode()


def test_another_person_takes_the_seat_by_the_same_decision(
    cast: Cast, task: Task, browser: Browser
) -> None:
    Cohort.objects.filter(pk=task.cohort.pk).update(enrolled_count=1, seats=1)
    client = browser(cast.hr)
    new = make_user("Đỗ Thị Thay", unit=cast.ward, username="THAY01")
    fields = {"code": "KHONG", "reason": "Đi công tác"}
    assert "Không tìm thấy người có mã này" in ask(
        client, task.cohort, "substitute", task.place, **fields
    )
    page = ask(client, task.cohort, "substitute", task.place, **(fields | {"code": "thay01"}))
    assert "Đỗ Thị Thay nhận chỗ" in page
    place = task.cohort.enrolments.get(learner=new)
    task.place.refresh_from_db()
    assert (place.source, place.sending_unit) == ("substitute", cast.ward)
    assert task.place.state == "withdrawn"
    assert "Đỗ Thị Thay" in task.place.withdrawn_reason
    assert counts(task.cohort) == [1]
    assert Obligation.objects.get(person=cast.learner).status == "cancelled"


def test_who_was_withdrawn_there_is_sent_again_not_moved(
    cast: Cast, task: Task, other: Cohort, browser: Browser
) -> None:
    gone = make_enrolment(other, cast.learner, by=cast.hr, unit=cast.ward)
    withdraw(enrolment=gone, by=cast.hr, reason="x")
    change = propose(browser(cast.training_officer), task, other, task.place)
    assert "đã hoặc đang có chỗ" in change.rows.get().message
