"""A learner finishes the version they started, unless who publishes the next chose otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses import actions
from courses.models import Course, CourseVersion
from enrolments.actions.study import visit
from enrolments.models import Cohort, Enrolment, VersionMove
from jobs.models import Job, Outbox
from jobs.slices import run_slice
from tests.courses.make import make_published
from tests.make import make_cohort, make_course, make_enrolment, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@dataclass
class Running:
    """A course with a class, one learner who has started and one who has not."""

    course: Course
    first: CourseVersion
    cohort: Cohort
    started: Enrolment
    waiting: Enrolment


@pytest.fixture
def running(cast: Cast) -> Running:
    course = make_course(cast.provider)
    first = make_published(course, by=cast.trainer)
    by = cast.training_officer
    cohort = make_cohort(first, by=by, organiser=cast.provider.unit, state="running")
    staff(cohort, cast.trainer)
    started = make_enrolment(cohort, cast.learner, by=by, unit=cast.ward)
    visit(enrolment=started, lesson_key=first.lessons.get(position=1).key)
    waiting = make_enrolment(cohort, cast.stranger, by=by, unit=cast.other_ward)
    return Running(course, first, cohort, started, waiting)


def publish_next(running: Running, cast: Cast, client: Client, moves: str) -> CourseVersion:
    """Publish the next version on its page, as the trainer does."""
    draft = actions.start_draft(course=running.course, by=cast.trainer)
    url = reverse("courses:studio_publish", args=[draft.pk])
    answer = client.post(url, {"change_note": "Luật mới", "moves": moves})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    return draft


def moved(running: Running) -> set[int]:
    """Return the places that left the first version."""
    return set(Enrolment.objects.exclude(version=running.first).values_list("pk", flat=True))


def test_the_publisher_reads_how_many_are_under_way(
    running: Running, cast: Cast, browser: Browser
) -> None:
    draft = actions.start_draft(course=running.course, by=cast.trainer)
    page = browser(cast.trainer).get(reverse("courses:studio_publish", args=[draft.pk]))
    text = page.content.decode()
    assert "1 học viên của lớp đang mở chưa bắt đầu học." in text
    assert "1 học viên đang học phiên bản trước." in text


def test_nobody_moves_unless_it_is_chosen(running: Running, cast: Cast, browser: Browser) -> None:
    publish_next(running, cast, browser(cast.trainer), "nobody")
    assert not moved(running)


def test_those_who_have_not_started_move(running: Running, cast: Cast, browser: Browser) -> None:
    version = publish_next(running, cast, browser(cast.trainer), "not_started")
    assert moved(running) == {running.waiting.pk}
    move = VersionMove.objects.get()
    assert (move.to_version, move.moved_by, move.reason) == (version, cast.trainer, "Luật mới")


def test_all_who_still_study_move_and_keep_their_progress(
    running: Running, cast: Cast, browser: Browser
) -> None:
    Enrolment.objects.filter(pk=running.started.pk).update(lessons_done=0)
    publish_next(running, cast, browser(cast.trainer), "all")
    assert moved(running) == {running.started.pk, running.waiting.pk}
    running.started.refresh_from_db()
    assert running.started.state == "studying"
    assert running.started.lessons.exists()


@pytest.mark.parametrize("state", ["closed", "recognised", "cancelled"])
def test_nobody_of_a_class_that_is_over_moves(
    running: Running, cast: Cast, browser: Browser, state: str
) -> None:
    Cohort.objects.update(state=state)
    publish_next(running, cast, browser(cast.trainer), "all")
    assert not moved(running)


def test_who_has_finished_does_not_move(running: Running, cast: Cast, browser: Browser) -> None:
    Enrolment.objects.filter(pk=running.waiting.pk).update(state="withdrawn")
    publish_next(running, cast, browser(cast.trainer), "all")
    assert moved(running) == {running.started.pk}


def enrol_many(running: Running, cast: Cast, many: int) -> None:
    people = [make_user() for _n in range(many)]
    Enrolment.objects.bulk_create(
        Enrolment(
            cohort=running.cohort,
            learner=person,
            version=running.first,
            source="file",
            sending_unit=cast.ward,
            enrolled_by=cast.hr,
        )
        for person in people
    )


def run_job() -> None:
    while row := Outbox.objects.undone().filter(task="jobs.run_slice").first():
        assert row.take_lease()
        run_slice(row)


def test_many_learners_move_in_a_job(running: Running, cast: Cast, browser: Browser) -> None:
    enrol_many(running, cast, 200)
    version = publish_next(running, cast, browser(cast.trainer), "not_started")
    assert not moved(running)
    job = Job.objects.get()
    run_job()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 201, 201)
    assert Enrolment.objects.filter(version=version).count() == 201
    assert running.started.pk not in moved(running)


def test_a_job_overtaken_by_a_newer_version_moves_nobody(
    running: Running, cast: Cast, browser: Browser
) -> None:
    enrol_many(running, cast, 200)
    client = browser(cast.trainer)
    publish_next(running, cast, client, "not_started")
    publish_next(running, cast, client, "nobody")
    run_job()
    assert Job.objects.get().state == "done"
    assert not moved(running)
