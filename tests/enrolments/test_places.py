"""Places in a class: seats, duties, reminders, undo."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEvent
from enrolments.actions.places import (
    enrol,
    enrol_many,
    move_version,
    undo_enrolment,
    withdraw,
)
from enrolments.actions.progress import complete_viewed, open_lesson
from enrolments.errors import CohortClosed, CohortFull, OwnRecord, Refused
from enrolments.models import Cohort, Enrolment, Obligation, VersionMove
from notifications.models import Notice
from reference.models import CalendarDay
from tests.make import make_cohort, make_user, make_version, mark_published
from tests.people import Cast

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    return make_cohort(version, by=cast.training_officer, organiser=cast.department)


def send(cohort: Cohort, cast: Cast, learner: User | None = None) -> Enrolment:
    return enrol(
        cohort=cohort,
        learner=learner or cast.learner,
        unit=cast.ward,
        by=cast.hr,
        source="ticked",
    )


def test_enrolling_twice_gives_one_place_one_duty_and_one_set_of_reminders(
    cohort: Cohort, cast: Cast
) -> None:
    first, second = send(cohort, cast), send(cohort, cast)
    assert first == second
    cohort.refresh_from_db()
    assert cohort.enrolled_count == 1
    assert Obligation.objects.filter(person=cast.learner).count() == 1
    kinds = list(Notice.objects.order_by("send_at").values_list("kind", "offset"))
    assert kinds == [("due_soon", 14), ("due_soon", 7), ("due_soon", 1), ("overdue", -1)]
    assert AuditEvent.objects.filter(action="enrol").count() == 1


@time_machine.travel(MONDAY)
def test_a_due_date_on_a_sunday_or_holiday_moves_to_the_next_working_day_and_says_so(
    cast: Cast,
) -> None:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    sunday = dt.date(2026, 3, 29)
    CalendarDay.objects.create(
        day=dt.date(2026, 3, 30), kind="holiday", state="in_force", name="Nghỉ bù"
    )
    cohort = make_cohort(version, by=cast.hr, organiser=cast.department, ends_on=sunday)
    duty = send(cohort, cast).obligations.get()
    assert duty.due_on == dt.date(2026, 3, 31)
    assert "29/03/2026" in duty.due_note


def test_no_seat_is_given_twice(cohort: Cohort, cast: Cast) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(seats=1)
    send(cohort, cast)
    with pytest.raises(CohortFull):
        send(cohort, cast, cast.stranger)
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "closed", "cancelled", "postponed"])
def test_a_class_that_is_not_open_takes_nobody(cohort: Cohort, cast: Cast, state: str) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(state=state)
    with pytest.raises(CohortClosed):
        send(cohort, cast)


def test_five_hundred_are_enrolled_with_few_statements(cohort: Cohort, cast: Cast) -> None:
    people = [(make_user(unit=cast.ward), cast.ward) for _n in range(120)]
    enrol_many(cohort=cohort, people=people[:10], by=cast.hr, source="file")
    with CaptureQueriesContext(connection) as spent:
        done = enrol_many(cohort=cohort, people=people, by=cast.hr, source="file")
    assert (len(done.created), len(done.already)) == (110, 10)
    # SQLite takes no more than 999 values in a statement, so a few rows more are a few inserts.
    assert len(spent) <= 35
    assert Obligation.objects.count() == 120
    assert Notice.objects.count() == 120 * 4
    assert AuditEvent.objects.filter(action="enrol").count() == 120
    cohort.refresh_from_db()
    assert cohort.enrolled_count == 120


def test_many_are_enrolled_all_or_none(cohort: Cohort, cast: Cast) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(seats=2)
    people = [(make_user(unit=cast.ward), cast.ward) for _n in range(3)]
    with pytest.raises(CohortFull):
        enrol_many(cohort=cohort, people=people, by=cast.hr, source="file")
    assert not Enrolment.objects.exists()


def test_withdrawing_frees_the_seat_and_stops_the_reminders_once(
    cohort: Cohort, cast: Cast
) -> None:
    place = send(cohort, cast)
    assert withdraw(enrolment=place, by=cast.hr, reason="Chuyển công tác")
    assert not withdraw(enrolment=place, by=cast.hr, reason="Chuyển công tác")
    cohort.refresh_from_db()
    assert cohort.enrolled_count == 0
    assert place.obligations.get().status == "cancelled"
    assert not Notice.objects.planned().exists()


def test_a_withdrawn_learner_sent_again_goes_on_where_they_were(cohort: Cohort, cast: Cast) -> None:
    place = send(cohort, cast)
    open_lesson(enrolment=place, lesson_key=cohort.version.lessons.earliest("position").key)
    withdraw(enrolment=place, by=cast.hr, reason="Nhầm")
    again = send(cohort, cast)
    assert again == place
    assert again.state == "studying"
    assert again.obligations.get().status == "open"
    assert Notice.objects.planned().count() == 4
    cohort.refresh_from_db()
    assert cohort.enrolled_count == 1


def test_an_enrolment_by_mistake_is_undone_until_the_learner_starts(
    cohort: Cohort, cast: Cast
) -> None:
    place, other = send(cohort, cast), send(cohort, cast, cast.stranger)
    assert undo_enrolment(enrolment=place, by=cast.hr, reason="Nhập nhầm")
    assert not undo_enrolment(enrolment=place, by=cast.hr, reason="Nhập nhầm")
    place.refresh_from_db()
    assert place.state == "mistake"
    assert send(cohort, cast) != place
    open_lesson(enrolment=other, lesson_key=cohort.version.lessons.earliest("position").key)
    with pytest.raises(Refused):
        undo_enrolment(enrolment=other, by=cast.hr, reason="Nhập nhầm")


def test_nobody_takes_themselves_off_a_class(cohort: Cohort, cast: Cast) -> None:
    place = send(cohort, cast, cast.hr)
    with pytest.raises(OwnRecord):
        withdraw(enrolment=place, by=cast.hr, reason="Bận")


def test_progress_follows_the_keys_to_another_version(cohort: Cohort, cast: Cast) -> None:
    place = send(cohort, cast)
    old = cohort.version
    done = old.lessons.earliest("position")
    complete_viewed(enrolment=place, lesson_key=done.key)
    new = make_version(old.course, by=cast.trainer, lessons=1)
    new.lessons.update(key=done.key)
    mark_published(new, by=cast.trainer)
    other = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    with pytest.raises(Refused):
        move_version(enrolment=place, to=other, by=cast.trainer, reason="")
    for _time in range(2):
        move_version(enrolment=place, to=new, by=cast.trainer, reason="Luật thay đổi")
    place.refresh_from_db()
    assert (place.version, place.state, place.lessons_done) == (new, "completed", 1)
    assert VersionMove.objects.count() == 1
