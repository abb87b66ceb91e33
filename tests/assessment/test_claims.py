"""One marker at a time has a work on the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from assessment.actions.claims import claim, let_go
from assessment.errors import OwnRecord
from assessment.models import Mark, MarkingClaim, Submission
from assessment.work_errors import ClaimedByOther
from tests.assessment.works import Task, make_task
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
GIVEN = {"c-noi-dung": "5", "c-trinh-bay": "3", "do": "next"}


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


@pytest.fixture
def second(task: Task) -> User:
    person = make_user("Giảng Viên Hai")
    staff(task.cohort, person)
    return person


def url_of(work: Submission) -> str:
    return reverse("works:mark", args=[work.pk])


def expire() -> None:
    MarkingClaim.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def test_opening_a_work_takes_it_and_the_other_marker_sees_who_has_it(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    browser(cast.trainer).get(url_of(work))
    page = browser(second).get(url_of(work))
    assert page.context["claim"].marker == cast.trainer
    assert 'value="save"' not in page.content.decode()
    inbox = browser(second).get(reverse("works:inbox")).content.decode()
    assert cast.trainer.full_name in inbox


def test_the_mark_of_another_is_refused_until_the_claim_expires(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    claim(submission=work, by=cast.trainer)
    with pytest.raises(ClaimedByOther):
        task.marked(work, second)
    assert browser(second).post(url_of(work), GIVEN).status_code == 422
    assert not Mark.objects.exists()
    expire()
    assert browser(second).post(url_of(work), GIVEN).status_code == 302
    assert Mark.objects.get().points == Decimal(8)


def test_a_claim_is_renewed_by_its_marker_alone(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    first = claim(submission=work, by=cast.trainer)
    keep = reverse("works:keep", args=[work.pk])
    assert browser(second).post(keep).status_code == 409
    assert MarkingClaim.objects.get().expires_at == first.expires_at
    assert browser(cast.trainer).post(keep).status_code == 204
    held = MarkingClaim.objects.get()
    assert held.expires_at > first.expires_at
    assert held.marker == cast.trainer


def test_a_work_given_back_is_free_at_once(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    claim(submission=work, by=cast.trainer)
    let_go(submission=work, by=second)
    assert MarkingClaim.objects.get().marker == cast.trainer
    back = reverse("works:give_back", args=[work.pk])
    for _click in range(2):
        assert browser(cast.trainer).post(back).status_code == 302
    assert claim(submission=work, by=second).marker == second


def test_marking_frees_the_work_and_leads_past_what_others_have(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    first, taken, free = (
        task.handed_in(place) for place in (task.place, task.another(), task.another())
    )
    claim(submission=taken, by=second)
    answer = browser(cast.trainer).post(url_of(first), GIVEN)
    assert answer["Location"] == url_of(free)
    assert not MarkingClaim.objects.filter(submission=first).exists()


def test_the_queue_shows_mine_free_and_all(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    mine, theirs, free, expired = (
        task.handed_in(place)
        for place in (task.place, task.another(), task.another(), task.another())
    )
    claim(submission=expired, by=second)
    expire()
    claim(submission=mine, by=cast.trainer)
    claim(submission=theirs, by=second)
    wanted = {"mine": {mine}, "free": {free, expired}, "": {mine, theirs, free, expired}}
    for whose, shown in wanted.items():
        page = browser(cast.trainer).get(reverse("works:inbox"), {"whose": whose})
        assert set(page.context["page"].rows) == shown, whose


def test_a_marked_work_is_looked_at_without_a_claim(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    task.marked(work, cast.trainer)
    browser(second).get(url_of(work))
    assert not MarkingClaim.objects.exists()


def test_nobody_takes_their_own_work(task: Task) -> None:
    with pytest.raises(OwnRecord):
        claim(submission=task.handed_in(), by=task.place.learner)
