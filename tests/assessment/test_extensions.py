"""Extensions: a longer test, for one person or several, until a day, ended by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessment.actions.attempts import start, submit
from assessment.actions.extensions import end_extension, extend
from assessment.errors import ExtensionRefused, NoAttemptLeft, OwnRecord
from assessment.models import Attempt, Extension
from lms.clock import today
from tests.assessment.make import Room, make_room
from tests.make import make_enrolment, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)
REASON = "Thị lực kém, giấy xác nhận 12/BV"


@pytest.fixture
def room(cast: Cast) -> Room:
    """Return a class with a test of 45 minutes and one attempt."""
    return make_room(cast)


def give(room: Room, by: User, **more: Any) -> Extension:
    facts: dict[str, Any] = {"component_key": room.quiz.key, "reason": REASON} | more
    return extend(enrolment=room.enrolment, by=by, **facts)


def minutes_of(attempt: Attempt) -> int:
    attempt.refresh_from_db()
    assert attempt.deadline_at
    return (attempt.deadline_at - attempt.started_at).seconds // 60


def url_of(room: Room) -> str:
    return reverse("assessment:extensions", args=[room.cohort.pk, room.quiz.key])


def test_a_factor_makes_the_test_longer_the_open_attempt_too_and_the_largest_holds(
    room: Room, cast: Cast, browser: Browser
) -> None:
    attempt = room.begin()
    give(room, cast.trainer, time_factor=Decimal("1.5"))
    assert minutes_of(attempt) == 68  # 45 and a half more, rounded up to a minute
    give(room, cast.trainer, time_factor=Decimal("1.25"))
    assert minutes_of(attempt) == 68
    give(room, cast.trainer, time_factor=Decimal(2), extra_minutes=5)
    assert minutes_of(attempt) == 95
    submit(attempt=attempt, by=room.learner)
    give(room, cast.trainer, extra_attempts=1)
    assert minutes_of(room.begin()) == 95
    page = browser(room.learner).get(room.url("start")).content.decode()
    assert "1 giờ 35 phút" in page


def test_what_has_expired_or_was_ended_starts_nothing_new_and_leaves_what_runs(
    room: Room, cast: Cast
) -> None:
    attempt = room.begin()
    row = give(room, cast.trainer, time_factor=Decimal(2))
    assert minutes_of(attempt) == 90
    for expected in (True, False):
        assert end_extension(extension=row, by=cast.training_officer) is expected
    assert minutes_of(attempt) == 90
    submit(attempt=attempt, by=room.learner)
    give(room, cast.trainer, extra_attempts=1, expires_on=today())
    with time_machine.travel(dt.datetime.now(dt.UTC) + 2 * DAY), pytest.raises(NoAttemptLeft):
        start(enrolment=room.enrolment, quiz_key=room.quiz.key, by=room.learner)
    assert minutes_of(room.begin()) == 45


def test_only_the_factors_of_the_rule_and_never_for_oneself(room: Room, cast: Cast) -> None:
    with pytest.raises(ExtensionRefused):
        give(room, cast.trainer, time_factor=Decimal(3))
    staff(room.cohort, room.learner)
    with pytest.raises(OwnRecord):
        give(room, room.learner, time_factor=Decimal(2))
    row = give(room, cast.trainer, time_factor=Decimal(2))
    with pytest.raises(OwnRecord):
        end_extension(extension=row, by=room.learner)
    with pytest.raises(DatabaseError), transaction.atomic():
        Extension.objects.filter(pk=row.pk).update(time_factor=Decimal("1.25"))


def test_several_learners_get_the_same_by_their_codes_once(
    room: Room, cast: Cast, browser: Browser
) -> None:
    other = make_user("Lê Văn Tám", unit=cast.ward)
    make_enrolment(room.cohort, other, by=cast.hr, unit=cast.ward)
    client = browser(cast.trainer)
    codes = f"{room.learner.username}\n{other.username.upper()}"
    sent = {"people": codes, "time_factor": "1.25", "reason": REASON}
    sent |= {"extra_minutes": "0", "extra_attempts": "0", "expires_on": ""}
    unknown = client.post(url_of(room), sent | {"people": f"{codes}\nKHONG-CO"})
    assert unknown.status_code == 422
    assert "Trong lớp không có mã: khong-co." in unknown.content.decode()
    assert not Extension.objects.exists()
    for _double_click in range(2):
        assert client.post(url_of(room), sent).status_code == 302
    assert Extension.objects.filter(time_factor=Decimal("1.25")).count() == 2
    page = client.get(url_of(room)).content.decode()
    assert "× 1,25" in page
    assert REASON in page
    row = Extension.objects.latest("pk")
    client.post(reverse("assessment:end_extension", args=[row.pk]))
    assert Extension.objects.in_force().count() == 1
    past = client.post(url_of(room), sent | {"expires_on": str(today() - DAY)})
    assert past.status_code == 422


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_asks_the_same_for_more_extensions(
    room: Room,
    cast: Cast,
    browser: Browser,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for minutes in range(1, count + 1):
        give(room, cast.trainer, extra_minutes=minutes)
    client = browser(cast.trainer)
    client.get(url_of(room))
    with django_assert_max_num_queries(13):
        client.get(url_of(room))
