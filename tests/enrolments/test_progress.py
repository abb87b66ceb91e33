"""How a place is completed, and what follows."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
import time_machine

from courses.models import Block, CourseVersion
from enrolments.actions import duties
from enrolments.actions.places import enrol
from enrolments.actions.progress import (
    complete,
    complete_block,
    complete_viewed,
    open_lesson,
    settle,
)
from enrolments.errors import OwnRecord
from enrolments.models import (
    Attendance,
    Cohort,
    Enrolment,
    HoursEntry,
    LessonProgress,
    Obligation,
    ObligationCredit,
    Session,
)
from enrolments.signals import enrolments_completed
from lms.clock import today
from notifications.models import Notice
from tests.make import make_cohort, make_version
from tests.people import Cast


@pytest.fixture
def version(cast: Cast) -> CourseVersion:
    return make_version(by=cast.trainer, lessons=2)


@pytest.fixture
def cohort(version: CourseVersion, cast: Cast) -> Cohort:
    """Return a class on a version that stays a draft, so that a test may change its rules."""
    return make_cohort(version, by=cast.training_officer, organiser=cast.department)


@pytest.fixture
def place(cohort: Cohort, cast: Cast) -> Enrolment:
    return enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")


def finish(place: Enrolment) -> None:
    for lesson in place.version.lessons.all():
        complete_viewed(enrolment=place, lesson_key=lesson.key)
    place.refresh_from_db()


def test_the_first_lesson_opened_starts_the_place(place: Enrolment) -> None:
    lesson = place.version.lessons.earliest("position")
    for _time in range(2):
        open_lesson(enrolment=place, lesson_key=lesson.key)
    place.refresh_from_db()
    assert (place.state, place.last_lesson_key) == ("studying", lesson.key)
    assert LessonProgress.objects.count() == 1


def test_the_last_lesson_completes_the_place_once(place: Enrolment) -> None:
    heard: list[int] = []

    def hear(enrolments: Sequence[Enrolment], **_kwargs: object) -> None:
        heard.extend(place.pk for place in enrolments)

    enrolments_completed.connect(hear)
    first, last = place.version.lessons.all()
    complete_viewed(enrolment=place, lesson_key=first.key)
    place.refresh_from_db()
    assert (place.progress_percent, place.completed_at) == (50, None)
    for _time in range(2):
        complete_viewed(enrolment=place, lesson_key=last.key)
    enrolments_completed.disconnect(hear)
    place.refresh_from_db()
    place.cohort.refresh_from_db()
    assert (place.state, place.progress_percent) == ("completed", 100)
    assert place.cohort.completed_count == 1
    assert heard == [place.pk]
    assert place.obligations.get().status == "done"
    assert ObligationCredit.objects.count() == 1
    assert not Notice.objects.planned().exists()


def test_a_lesson_with_a_quiz_waits_for_it(place: Enrolment) -> None:
    lesson = place.version.lessons.earliest("position")
    quiz = Block.objects.create(version=place.version, lesson=lesson, position=2, kind="quiz")
    complete_viewed(enrolment=place, lesson_key=lesson.key)
    assert not LessonProgress.objects.filter(completed_at__isnull=False).exists()
    complete_block(enrolment=place, block_key=quiz.key, state={"percent": 80})
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == 1


def test_work_marked_after_closing_counts_until_recognition(place: Enrolment) -> None:
    Cohort.objects.update(state="closed")
    first, last = place.version.lessons.all()
    complete_viewed(enrolment=place, lesson_key=first.key)
    Cohort.objects.update(state="recognised")
    complete_viewed(enrolment=place, lesson_key=last.key)
    place.refresh_from_db()
    assert place.lessons_done == 1


def test_attendance_is_part_of_the_rule(place: Enrolment, cast: Cast) -> None:
    version = place.version
    version.min_attendance_percent = 80
    version.save()
    start = place.cohort.created_at
    sessions = [
        Session.objects.create(
            cohort=place.cohort, number=n, starts_at=start, ends_at=start + dt.timedelta(hours=3)
        )
        for n in range(1, 6)
    ]
    finish(place)
    assert place.completed_at is None
    for session in sessions[:4]:
        Attendance.objects.create(
            session=session, enrolment=place, status="present", recorded_by=cast.trainer
        )
        settle(enrolment=place)
        place.refresh_from_db()
        assert (place.completed_at is not None) == (session == sessions[3])


def test_finishing_after_the_due_date_is_done_late(place: Enrolment) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=60)):
        finish(place)
    assert place.obligations.get().status == "done_late"


def test_nobody_completes_their_own_place(place: Enrolment, cast: Cast) -> None:
    with pytest.raises(OwnRecord):
        complete(enrolment=place, by=cast.learner)


def test_hours_follow_the_crediting_rule(place: Enrolment) -> None:
    finish(place)
    assert not HoursEntry.objects.exists()


def test_hours_of_a_course_that_issues_at_once_come_with_completion(place: Enrolment) -> None:
    place.version.issues_at_once = True
    place.version.save()
    finish(place)
    entry = HoursEntry.objects.get()
    assert (entry.credited, entry.year, entry.unit.code) == (Decimal(2), today().year, "26743")


def test_hours_are_credited_once_and_reversed_once(place: Enrolment, cast: Cast) -> None:
    def credit() -> HoursEntry:
        return duties.credit_hours(
            enrolment=place,
            by=cast.training_officer,
            rule="on_completion",
            closing_on=today(),
            evidence="12/QĐ-HVCB",
        )

    first, second = credit(), credit()
    assert first == second
    for _time in range(2):
        duties.reverse_hours(entry=first, by=cast.training_officer, reason="Nhầm lớp")
    assert sum(entry.credited for entry in HoursEntry.objects.all()) == 0
    assert HoursEntry.objects.count() == 2
    third = credit()
    assert third != first
    assert sum(entry.credited for entry in HoursEntry.objects.all()) == 2


def test_nobody_credits_hours_to_themselves(place: Enrolment, cast: Cast) -> None:
    with pytest.raises(OwnRecord):
        duties.credit_hours(
            enrolment=place, by=cast.learner, closing_on=today(), evidence="12/QĐ-HVCB"
        )


def test_a_duty_of_a_class_to_come_is_scheduled(cohort: Cohort, cast: Cast) -> None:
    cohort.starts_on = today() + dt.timedelta(days=3)
    cohort.save()
    enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")
    assert Obligation.objects.get().status == "scheduled"
