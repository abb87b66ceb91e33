"""The calendar feed: what it holds, who fetches it, an address that no longer works."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from enrolments.models import Cohort, Session
from lms.clock import today
from tests.make import make_cohort, make_enrolment, make_version
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    made = make_cohort(
        make_version(by=cast.trainer), by=cast.hr, organiser=cast.department, name="Lớp kỹ năng số",
        state="running", ends_on=today() + dt.timedelta(days=20),
    )  # fmt: skip
    at = timezone.now().replace(microsecond=0) + dt.timedelta(days=2)
    facts = {"cohort": made, "trainer": cast.trainer, "place": "Phòng 2.1; tầng 2"}
    for number in (1, 2):
        starts_at = at + dt.timedelta(days=number)
        Session.objects.create(
            number=number, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=3), **facts
        )
    make_enrolment(made, cast.learner, by=cast.hr, unit=cast.ward)
    return made


def address_on(client: Client) -> str:
    """Return the address the page shows, without the site before it."""
    page = client.get(reverse("enrolments:agenda")).content.decode()
    found = re.search(r'value="https?://[^/]+(/lich/[^"]+\.ics)"', page)
    return found[1] if found else ""


def renew(client: Client) -> str:
    client.post(reverse("enrolments:change_feed"), {"act": "renew"})
    return address_on(client)


def events(address: str) -> list[dict[str, object]]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return [dict(event) for event in Calendar.from_ical(answer.content.decode()).walk("VEVENT")]


@pytest.mark.usefixtures("cohort")
def test_a_learner_subscribes_to_sessions_and_due_dates(cast: Cast, browser: Browser) -> None:
    client = browser(cast.learner)
    assert not address_on(client)
    found = events(renew(client))
    assert [str(event["UID"]).split("-")[0] for event in found] == ["session", "session", "due"]
    assert str(found[0]["LOCATION"]) == "Phòng 2.1; tầng 2"
    assert str(found[2]["SUMMARY"]).startswith("Hạn:")


def test_a_trainer_finds_what_they_teach_and_nothing_of_others(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    taught = events(renew(browser(cast.trainer)))
    assert [str(event["SUMMARY"]) for event in taught] == ["Dạy: Lớp kỹ năng số"] * 2
    assert events(renew(browser(cast.stranger))) == []
    cohort.sessions.filter(number=1).update(cancelled_at=timezone.now())
    assert len(events(address_on(browser(cast.trainer)))) == 1


def test_an_address_of_before_no_longer_works(cast: Cast, browser: Browser) -> None:
    client = browser(cast.learner)
    first = renew(client)
    assert address_on(client) == first
    second = renew(client)
    assert first != second
    assert Client().get(first).status_code == 404
    client.post(reverse("enrolments:change_feed"), {"act": "stop"})
    assert Client().get(second).status_code == 404
    assert not address_on(client)
    third = renew(client)
    User.objects.filter(pk=cast.learner.pk).update(is_active=False)
    assert Client().get(third).status_code == 404


@pytest.mark.parametrize("token", ["x", "WzEsMV0:abc", "1:2:3"])
def test_a_guessed_address_is_not_there(token: str, cast: Cast) -> None:
    assert cast
    assert Client().get(reverse("enrolments:feed", args=[token])).status_code == 404
