"""A trainer or a room that is taken: named beside the form, recorded all the same when ticked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrolments.models import Cohort, Session
from tests.make import make_cohort, make_version, staff
from tests.people import Cast

Browser = Callable[[User], Client]
DAY = dt.date(2027, 3, 2)


@pytest.fixture
def classes(cast: Cast) -> tuple[Cohort, Cohort]:
    version = make_version(by=cast.trainer)
    made = [
        make_cohort(version, by=cast.hr, organiser=cast.department, code=f"L{n}") for n in (1, 2)
    ]
    for cohort in made:
        staff(cohort, cast.trainer)
    return made[0], made[1]


def add(client: Client, cohort: Cohort, begins: str, ends: str, **fields: object) -> str:
    sent = {"day": DAY.isoformat(), "begins": begins, "ends": ends, "periods": "4", **fields}
    address = reverse("enrolments:sessions", args=[cohort.pk])
    return client.post(address, sent, follow=True).content.decode()


def test_a_trainer_and_a_room_are_not_taken_twice_unasked(
    cast: Cast, classes: tuple[Cohort, Cohort], browser: Browser
) -> None:
    client, (first, second) = browser(cast.department_hr), classes
    add(client, first, "08:00", "11:00", place="Hội trường A", trainer=cast.trainer.pk)
    page = add(client, second, "10:00", "12:00", place="hội trường A", trainer=cast.trainer.pk)
    assert f"{cast.trainer.full_name} có buổi học của lớp L1 lúc đó, 08:00–11:00." in page
    page = add(client, second, "10:00", "12:00", place="HỘI TRƯỜNG A")
    assert "Hội trường A đã có lớp L1 lúc đó, 08:00–11:00." in page
    assert second.sessions.count() == 0
    add(client, second, "10:00", "12:00", place="Hội trường A", anyway="on")
    assert second.sessions.count() == 1


def test_what_only_touches_or_was_cancelled_is_no_clash(
    cast: Cast, classes: tuple[Cohort, Cohort], browser: Browser
) -> None:
    client, (first, second) = browser(cast.department_hr), classes
    add(client, first, "08:00", "11:00", place="Hội trường A", trainer=cast.trainer.pk)
    add(client, second, "11:00", "12:00", place="Hội trường A", trainer=cast.trainer.pk)
    assert second.sessions.count() == 1
    first.sessions.update(cancelled_at=timezone.now())
    add(client, second, "09:00", "10:00", place="Hội trường A", trainer=cast.trainer.pk)
    assert second.sessions.count() == 2


def test_a_session_does_not_clash_with_itself(
    cast: Cast, classes: tuple[Cohort, Cohort], browser: Browser
) -> None:
    client, (first, _second) = browser(cast.department_hr), classes
    add(client, first, "08:00", "11:00", place="Hội trường A", trainer=cast.trainer.pk)
    session = Session.objects.get()
    address = reverse("enrolments:edit_session", args=[first.pk, session.pk])
    sent = {"day": DAY.isoformat(), "begins": "08:30", "ends": "11:00", "periods": "4"}
    client.post(address, {**sent, "place": "Hội trường A", "trainer": cast.trainer.pk})
    session.refresh_from_db()
    assert timezone.localtime(session.starts_at).minute == 30
