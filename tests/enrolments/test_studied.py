"""Lessons of many learners recorded together come to what they come to one by one."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEvent
from courses.models import Block, CourseVersion
from enrolments.actions.places import enrol
from enrolments.actions.progress import complete_block, complete_viewed, open_lesson
from enrolments.actions.studied import Studied, record_studied
from enrolments.models import BlockProgress, Cohort, Enrolment, LessonProgress
from lms.clock import today
from notifications.models import Notice
from tests.make import make_cohort, make_user, make_version
from tests.people import Cast

FIRST = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FIELDS = ("state", "lessons_done", "lessons_total", "progress_percent", "last_lesson_key",
          "last_active_at", "started_at", "completed_at")  # fmt: skip


@pytest.fixture
def version(cast: Cast) -> CourseVersion:
    version = make_version(by=cast.trainer, lessons=3)
    asked = version.lessons.order_by("position")[1]
    Block.objects.create(version=version, lesson=asked, position=5, kind="question")
    return version


@pytest.fixture
def cohort(version: CourseVersion, cast: Cast) -> Cohort:
    return make_cohort(version, by=cast.training_officer, organiser=cast.department)


def sent(cohort: Cohort, cast: Cast) -> Enrolment:
    person = make_user(unit=cast.ward)
    return enrol(cohort=cohort, learner=person, unit=cast.ward, by=cast.hr, source="ticked")


def steps_of(place: Enrolment, lessons: int) -> list[Studied]:
    questions = place.version.blocks.filter(kind="question").values_list("key", flat=True)
    return [
        Studied(place.pk, lesson.key, FIRST + n * DAY, frozenset(questions))
        for n, lesson in enumerate(place.version.lessons.order_by("position")[:lessons])
    ]


def one_by_one(place: Enrolment, lessons: int) -> None:
    questions = place.version.blocks.filter(kind="question")
    for step in steps_of(place, lessons):
        with time_machine.travel(step.at, tick=False):
            open_lesson(enrolment=place, lesson_key=step.lesson_key)
            for block in questions.filter(lesson__key=step.lesson_key):
                complete_block(enrolment=place, block_key=block.key)
            complete_viewed(enrolment=place, lesson_key=step.lesson_key)


def what_is_known(place: Enrolment) -> dict[str, Any]:
    place.refresh_from_db()
    duty = place.obligations.get()
    blocks = BlockProgress.objects.filter(enrolment=place)
    lessons = LessonProgress.objects.filter(enrolment=place)
    told = AuditEvent.objects.filter(target_type="enrolments.enrolment", target_id=place.pk)
    return {
        **{name: getattr(place, name) for name in FIELDS},
        "blocks": set(blocks.values_list("block_key", "completed_at")),
        "lessons": set(lessons.values_list("lesson_key", "completed_at")),
        "duty": (duty.status, duty.done_at, duty.credits.count()),
        "notices": Notice.objects.planned().filter(person_id=place.learner_id).count(),
        "audit": sorted(told.values_list("action", flat=True)),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("lessons", [1, 2, 3])
def test_together_and_one_by_one_come_to_the_same(cohort: Cohort, cast: Cast, lessons: int) -> None:
    slow, quick, other = (sent(cohort, cast) for _n in range(3))
    one_by_one(slow, lessons)
    studied = [*steps_of(quick, lessons), *steps_of(other, 1)]
    for _time in range(2):
        record_studied(cohort=cohort, studied=studied)
    assert what_is_known(quick) == what_is_known(slow)
    cohort.refresh_from_db()
    assert cohort.completed_count == 2 * (lessons == 3)


@pytest.mark.django_db
def test_a_lesson_with_an_unanswered_question_is_opened_only(cohort: Cohort, cast: Cast) -> None:
    place = sent(cohort, cast)
    lesson = place.version.lessons.order_by("position")[1]
    record_studied(cohort=cohort, studied=[Studied(place.pk, lesson.key, FIRST)])
    place.refresh_from_db()
    assert (place.lessons_done, place.state) == (0, "studying")
    assert LessonProgress.objects.get(enrolment=place).completed_at is None
    answered = Studied(place.pk, lesson.key, FIRST + DAY, steps_of(place, 1)[0].also)
    record_studied(cohort=cohort, studied=[answered])
    assert LessonProgress.objects.get(enrolment=place).completed_at == FIRST + DAY


@pytest.mark.django_db
def test_nothing_counts_after_recognition_in_another_class_or_without_a_place(
    cohort: Cohort, version: CourseVersion, cast: Cast
) -> None:
    place = sent(cohort, cast)
    other = make_cohort(version, by=cast.training_officer, organiser=cast.department)
    record_studied(cohort=other, studied=steps_of(place, 3))
    Cohort.objects.filter(pk=cohort.pk).update(state="recognised")
    record_studied(cohort=cohort, studied=steps_of(place, 3))
    Cohort.objects.filter(pk=cohort.pk).update(state="running")
    Enrolment.objects.filter(pk=place.pk).update(state="withdrawn")
    record_studied(cohort=cohort, studied=steps_of(place, 3))
    assert not BlockProgress.objects.exists()


@pytest.mark.django_db
def test_a_finish_after_the_due_day_is_late(cohort: Cohort, cast: Cast) -> None:
    place = sent(cohort, cast)
    late = timezone.now() + 400 * DAY
    steps = [Studied(place.pk, step.lesson_key, late, step.also) for step in steps_of(place, 3)]
    record_studied(cohort=cohort, studied=steps)
    duty = place.obligations.get()
    assert duty.due_on > today()
    assert duty.status == "done_late"
