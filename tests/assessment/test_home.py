"""What this app shows on the home page and on the page of a class."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.assessment.make import make_room
from tests.assessment.works import make_task
from tests.make import make_enrolment, staff
from tests.people import Cast

Browser = Callable[[User], Client]


def page_of(client: Client, url: str = "/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_trainer_reads_how_many_works_wait(cast: Cast, browser: Browser) -> None:
    task = make_task(cast)
    trainer = browser(cast.trainer)
    assert "bài chờ chấm" not in page_of(trainer)
    work = task.handed_in()
    assert '<strong class="num">1</strong> bài chờ chấm' in page_of(trainer)
    for other in (cast.learner, cast.training_officer, cast.supervisor):
        assert "bài chờ chấm" not in page_of(browser(other))
    task.marked(work, cast.trainer)
    assert "bài chờ chấm" not in page_of(trainer)


def test_the_page_of_a_class_leads_to_the_results_of_its_tests(
    cast: Cast, browser: Browser
) -> None:
    room = make_room(cast)
    url = reverse("enrolments:cohort", args=[room.cohort.pk])
    link = reverse("assessment:class_results", args=[room.cohort.pk, room.quiz.key])
    trainer = browser(cast.trainer)
    assert link in page_of(trainer, url)
    assert trainer.get(link).status_code == 200
    for other in (cast.department_hr, cast.learner):
        assert link not in page_of(browser(other), url)


def test_a_trainer_of_another_class_is_led_to_no_results_here(cast: Cast, browser: Browser) -> None:
    room, other = make_room(cast), make_task(cast)
    staff(other.cohort, cast.stranger)
    make_enrolment(room.cohort, cast.stranger, by=cast.hr, unit=cast.other_ward)
    page = page_of(browser(cast.stranger), reverse("enrolments:cohort", args=[room.cohort.pk]))
    assert reverse("assessment:class_results", args=[room.cohort.pk, room.quiz.key]) not in page
