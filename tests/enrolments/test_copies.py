"""Classes like one that was held: the newest version, sessions as many days later, staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrolments.models import Cohort, Session
from tests.make import make_cohort, make_enrolment, make_version, mark_published, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    version.course.current_version = version
    version.course.save()
    made = make_cohort(
        version, by=cast.hr, organiser=cast.department, code="KNS/25", name="Kỹ năng số",
        starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2026, 3, 20), place="Hội trường A",
    )  # fmt: skip
    staff(made, cast.trainer)
    at = timezone.make_aware(dt.datetime(2026, 3, 4, 8))  # noqa: DTZ001 (made aware here)
    for number, cancelled in ((1, None), (2, at)):
        Session.objects.create(
            cohort=made, number=number, starts_at=at + dt.timedelta(days=number),
            ends_at=at + dt.timedelta(days=number, hours=3), trainer=cast.trainer,
            cancelled_at=cancelled,
        )  # fmt: skip
    make_enrolment(made, cast.learner, by=cast.hr, unit=cast.ward)
    return made


def send(client: Client, cohort: Cohort, **fields: object) -> str:
    sent = {
        "organiser": cohort.organiser_id,
        "code": "KNS/26",
        "name": "Kỹ năng số 2026",
        "starts_on": "2027-03-01",
        "count": 1,
        "with_sessions": "on",
        "with_staff": "on",
        **fields,
    }
    address = reverse("enrolments:copy", args=[cohort.pk])
    return client.post(address, sent, follow=True).content.decode()


def test_last_years_class_is_opened_again_with_its_sessions_and_staff(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    assert (
        "Mở lớp tương tự"
        in client.get(reverse("enrolments:cohort", args=[cohort.pk])).content.decode()
    )
    send(client, cohort)
    new = Cohort.objects.get(code="KNS/26")
    assert (new.state, new.ends_on, new.place) == ("draft", dt.date(2027, 3, 19), "Hội trường A")
    session = new.sessions.get()
    assert timezone.localtime(session.starts_at).strftime("%d/%m/%Y %H:%M") == "04/03/2027 08:00"
    assert session.trainer == cast.trainer
    assert new.staff.get().user == cast.trainer
    assert new.enrolments.count() == 0


def test_parallel_classes_are_numbered_and_taken_codes_named(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    send(client, cohort, count=3, with_sessions="")
    codes = Cohort.objects.exclude(pk=cohort.pk).order_by("code").values_list("code", "name")
    assert [code for code, _name in codes] == ["KNS/26-1", "KNS/26-2", "KNS/26-3"]
    assert codes[1][1] == "Kỹ năng số 2026 – Lớp 2"
    assert not Session.objects.exclude(cohort=cohort).exists()
    assert "KNS/26-2" in send(client, cohort, count=2)
    assert Cohort.objects.count() == 4


def test_who_opens_no_classes_there_copies_none(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    send(browser(cast.department_hr), cohort, organiser=cast.ward.pk)
    assert Cohort.objects.count() == 1
    for person in (cast.trainer, cast.hr, cast.learner):
        address = reverse("enrolments:copy", args=[cohort.pk])
        assert browser(person).get(address).status_code == 404
