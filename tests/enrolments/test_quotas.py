"""Seats of a class set apart for units: kept for them, and no more than that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Unit, User
from admissions.actions.applying import take_offer
from admissions.models import Application
from admissions.tasks import tick
from enrolments.actions.places import enrol, enrol_many, withdraw
from enrolments.actions.quotas import set_quotas
from enrolments.actions.transfers import transfer
from enrolments.errors import CohortFull, Refused
from enrolments.models import Cohort, CohortQuota, Enrolment
from enrolments.quotas import SeatsByUnit, why_not_seated
from tests.admissions.make import make_application, make_open_class
from tests.make import make_cohort, make_unit, make_user, make_version, mark_published
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    return make_cohort(version, by=cast.department_hr, organiser=cast.department, seats=6)


def quotas(cohort: Cohort, cast: Cast, **seats: int) -> None:
    units = {getattr(cast, name).pk: n for name, n in seats.items()}
    set_quotas(cohort=cohort, quotas=units, by=cast.department_hr)


def send(cohort: Cohort, unit: Unit, cast: Cast, count: int = 1) -> list[Enrolment]:
    people = [(make_user(unit=unit), unit) for _n in range(count)]
    return enrol_many(cohort=cohort, people=people, by=cast.department_hr, source="file").created


def test_a_unit_sends_as_many_as_its_quota_and_its_seats_are_kept_for_it(
    cohort: Cohort, cast: Cast
) -> None:
    quotas(cohort, cast, ward=2)
    send(cohort, cast.other_ward, cast, 4)
    with pytest.raises(CohortFull, match=r"Các chỗ còn lại|seats that are left"):
        send(cohort, cast.other_ward, cast)
    send(cohort, cast.ward, cast, 2)
    with pytest.raises(CohortFull, match=cast.ward.name):
        send(cohort, cast.ward, cast)
    cohort.refresh_from_db()
    assert cohort.enrolled_count == 6


def test_a_quota_counts_for_the_units_below_and_a_withdrawn_seat_is_theirs_again(
    cohort: Cohort, cast: Cast
) -> None:
    division = make_unit("Phòng Văn hóa", parent=cast.ward, kind="division", code="PVH")
    quotas(cohort, cast, ward=2)
    [place] = send(cohort, division, cast)
    send(cohort, cast.ward, cast)
    with pytest.raises(CohortFull):
        send(cohort, division, cast)
    withdraw(enrolment=place, by=cast.department_hr, reason="ốm")
    [line] = SeatsByUnit(cohort).lines()
    assert (line.seats, line.used, line.left) == (2, 1, 1)
    send(cohort, division, cast)


def test_of_two_quotas_above_a_unit_the_nearest_counts(cohort: Cohort, cast: Cast) -> None:
    division = make_unit("Phòng Văn hóa", parent=cast.ward, kind="division", code="PVH")
    for unit, seats in ((cast.ward, 1), (cast.city, 3)):  # as a reorganisation may leave them
        CohortQuota.objects.create(cohort=cohort, unit=unit, seats=seats)
    send(cohort, division, cast)
    with pytest.raises(CohortFull, match=cast.ward.name):
        send(cohort, division, cast)
    send(cohort, cast.other_ward, cast, 3)
    with pytest.raises(CohortFull, match=cast.city.name):
        send(cohort, cast.other_ward, cast)


def test_without_a_limit_of_seats_a_quota_still_is_the_most(cohort: Cohort, cast: Cast) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(seats=None)
    cohort.refresh_from_db()
    quotas(cohort, cast, ward=1)
    send(cohort, cast.other_ward, cast, 9)
    send(cohort, cast.ward, cast)
    with pytest.raises(CohortFull):
        send(cohort, cast.ward, cast)


def test_a_list_goes_as_far_as_each_quota_goes(cohort: Cohort, cast: Cast) -> None:
    quotas(cohort, cast, ward=1, other_ward=2)
    units = [cast.ward.pk, cast.ward.pk, cast.other_ward.pk, cast.department.pk] * 2
    reasons = why_not_seated(cohort, units)
    assert [not why for why in reasons] == [
        True, False, True, True, False, False, True, True
    ]  # fmt: skip


def test_who_goes_on_from_another_class_keeps_to_the_quota(cohort: Cohort, cast: Cast) -> None:
    other = make_cohort(cohort.version, by=cast.department_hr, organiser=cast.department, seats=6)
    place = enrol(
        cohort=other, learner=cast.learner, unit=cast.ward, by=cast.department_hr, source="ticked"
    )
    quotas(cohort, cast, ward=1)
    send(cohort, cast.ward, cast)
    with pytest.raises(Refused, match=cast.ward.name):
        transfer(enrolment=place, to=cohort, by=cast.department_hr, reason="đổi lịch")


def test_an_application_waits_for_a_seat_of_its_units_quota(cast: Cast) -> None:
    cohort = make_open_class(cast, [], seats=3)
    quotas(cohort, cast, ward=1)
    [place] = send(cohort, cast.ward, cast)
    mine = make_application(cast, cohort)
    other = make_application(cast, cohort, by=cast.stranger)
    assert mine.state == "waiting"
    tick()
    assert Application.objects.get(pk=other.pk).state in {"offered", "enrolled"}
    assert Application.objects.get(pk=mine.pk).state == "waiting"
    withdraw(enrolment=place, by=cast.department_hr, reason="ốm")
    tick()
    mine.refresh_from_db()
    assert mine.state == "offered"
    with pytest.raises(CohortFull):  # the seat is kept for the learner
        send(cohort, cast.ward, cast)
    assert take_offer(application=mine, by=cast.learner).state == "enrolled"


@pytest.mark.parametrize(
    ("seats", "word"),
    [
        ({"ward": 4, "other_ward": 3}, "6"),
        ({"ward": 1}, "2"),
        ({"other_ward": 5}, "2"),
        ({"ward": 2, "city": 2}, "Ủy ban"),
    ],
)
def test_quotas_that_the_class_cannot_keep_are_refused(
    cohort: Cohort, cast: Cast, seats: dict[str, int], word: str
) -> None:
    send(cohort, cast.ward, cast, 2)
    with pytest.raises(Refused, match=word):
        quotas(cohort, cast, **seats)
    assert not CohortQuota.objects.exists()


def test_quotas_are_set_from_two_columns_and_every_wrong_line_is_named(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client, url = browser(cast.department_hr), reverse("enrolments:quotas", args=[cohort.pk])
    wrong = client.post(url, {"quotas": "Phường Lạ; 2\n26743\tba\n26743; 1\n26743; 2"})
    assert wrong.status_code == 422
    assert len(wrong.context["form"].errors["quotas"]) == 3
    client.post(url, {"quotas": f"26743\t2\r\n{cast.other_ward.name.upper()}; 1"})
    assert dict(cohort.quotas.values_list("unit", "seats")) == {
        cast.ward.pk: 2, cast.other_ward.pk: 1
    }  # fmt: skip
    client.post(url, {"quotas": ""})
    assert not cohort.quotas.exists()


def test_an_officer_sees_the_quota_of_the_own_unit_alone(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    quotas(cohort, cast, ward=3, other_ward=2)
    page = browser(cast.hr).get(reverse("enrolments:send", args=[cohort.pk]))
    assert [line.unit for line in page.context["quotas"]] == [cast.ward]
    assert cast.other_ward.name not in page.content.decode()
    assert browser(cast.hr).get(reverse("enrolments:quotas", args=[cohort.pk])).status_code == 404


def test_the_seats_are_not_lowered_below_the_quotas(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    quotas(cohort, cast, ward=3, other_ward=2)
    client, url = browser(cast.department_hr), reverse("enrolments:edit", args=[cohort.pk])
    sent: dict[str, Any] = client.get(url).context["form"].initial
    page = client.post(url, {**{k: v for k, v in sent.items() if v is not None}, "seats": 4})
    assert page.status_code == 422
