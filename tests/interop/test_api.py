"""The API: closed by default, the same sets as the pages, creating calls once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrolments.models import Cohort, Enrolment
from tests.make import make_cohort, make_course, make_enrolment, make_user, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
LISTS = ["me", "courses", "enrolments", "obligations", "certificates", "cohorts", "schema", "docs"]


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = make_version(make_course(cast.provider), by=cast.trainer)
    return make_cohort(version, by=cast.training_officer, organiser=cast.provider.unit)


def url(name: str, *args: object) -> str:
    return reverse(f"api:{name}", args=args)


@pytest.mark.parametrize("name", LISTS)
def test_nobody_gets_in_without_signing_in(client: Client, name: str) -> None:
    assert client.get(url(name)).status_code in {302, 401, 403}


@pytest.mark.parametrize("name", LISTS)
def test_everybody_signed_in_gets_an_answer(cast: Cast, browser: Browser, name: str) -> None:
    assert browser(cast.stranger).get(url(name)).status_code == 200


def test_errors_are_problem_details(client: Client, cast: Cast, browser: Browser) -> None:
    answer = client.get(url("me"))
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    absent = browser(cast.learner).get(url("cohort", 99_999))
    assert absent.json()["title"] == "Not Found"


def test_own_places_and_duties_only(cast: Cast, browser: Browser, cohort: Cohort) -> None:
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    for name in ("enrolments", "obligations"):
        mine = browser(cast.learner).get(url(name)).json()["results"]
        assert len(mine) == 1
        for other in (cast.hr, cast.trainer, cast.auditor, cast.stranger):
            assert browser(other).get(url(name)).json()["results"] == []
    mine = browser(cast.learner).get(url("enrolments")).json()["results"]
    assert mine[0]["id"] == place.pk


def test_classes_of_others_are_absent(cast: Cast, browser: Browser, cohort: Cohort) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(state="draft")
    officer = browser(cast.training_officer)
    assert [row["id"] for row in officer.get(url("cohorts")).json()["results"]] == [cohort.pk]
    stranger = browser(cast.stranger)
    assert stranger.get(url("cohorts")).json()["results"] == []
    for name in ("cohort", "cohort_enrolments"):
        hidden, absent = stranger.get(url(name, cohort.pk)), stranger.get(url(name, 99_999))
        assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_an_officer_sees_her_own_units_places_alone(
    cast: Cast, browser: Browser, cohort: Cohort
) -> None:
    make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    make_enrolment(cohort, cast.stranger, by=cast.other_hr, unit=cast.other_ward)
    rows = browser(cast.hr).get(url("cohort_enrolments", cohort.pk)).json()["results"]
    assert [row["learner_username"] for row in rows] == ["hanh"]
    learner = browser(cast.learner).get(url("cohort_enrolments", cohort.pk)).json()
    assert learner["results"] == []


def send(client: Client, cohort: Cohort, key: str = "k1", **facts: Any) -> Any:
    body = {"learner": "hanh", "unit": "26743"} | facts
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        url("cohort_enrolments", cohort.pk), body, content_type="application/json", headers=headers
    )


def test_a_repeated_call_enrols_once_and_answers_alike(
    cast: Cast, browser: Browser, cohort: Cohort
) -> None:
    client = browser(cast.hr)
    first, second = send(client, cohort), send(client, cohort)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Enrolment.objects.get().sending_unit == cast.ward
    other = send(client, cohort, learner="thu")
    assert other.status_code == 422
    assert Enrolment.objects.count() == 1


def test_a_creating_call_needs_its_key(cast: Cast, browser: Browser, cohort: Cohort) -> None:
    answer = send(browser(cast.hr), cohort, key="")
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]
    assert not Enrolment.objects.exists()


def test_people_outside_the_scope_read_as_unknown(
    cast: Cast, browser: Browser, cohort: Cohort
) -> None:
    client = browser(cast.hr)
    theirs = send(client, cohort, learner="la")
    absent = send(client, cohort, learner="khong-co")
    assert (theirs.status_code, theirs.json()) == (400, absent.json())
    assert send(client, cohort, unit="25942", learner="la").status_code == 400
    assert not Enrolment.objects.exists()


def test_only_officers_enrol(cast: Cast, browser: Browser, cohort: Cohort) -> None:
    may = {"hr", "department_hr", "other_hr"}
    for name, person in cast.everyone().items():
        if name not in may:
            assert send(browser(person), cohort, key=name).status_code in {403, 404}, name
    assert not Enrolment.objects.exists()


def test_a_refusal_is_a_conflict_in_words(cast: Cast, browser: Browser, cohort: Cohort) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(seats=0)
    answer = send(browser(cast.hr), cohort)
    assert answer.status_code == 409
    assert answer.json()["detail"]
    assert not Enrolment.objects.exists()


def test_a_post_from_another_site_is_refused(cast: Cast, cohort: Cohort) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.hr)
    assert send(client, cohort).status_code == 403


@pytest.mark.parametrize("many", [10, 1000])
def test_lists_cost_the_same_for_any_number(
    cast: Cast, browser: Browser, cohort: Cohort, django_assert_max_num_queries: Any, many: int
) -> None:
    learners = [make_user() for _n in range(many)]
    Enrolment.objects.bulk_create(
        Enrolment(
            cohort=cohort,
            learner=one,
            version=cohort.version,
            source="file",
            sending_unit=cast.ward,
            learner_sort_key=one.sort_key,
            enrolled_by=cast.hr,
        )
        for one in learners
    )
    client = browser(cast.training_officer)
    for address in (url("cohort_enrolments", cohort.pk), url("cohorts"), url("courses")):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_the_page_names_every_operation(cast: Cast, browser: Browser) -> None:
    page = browser(cast.learner).get(url("docs")).content.decode()
    assert "POST /api/v1/cohorts/{id}/enrolments/" in page
    assert "Idempotency-Key" in page
    assert "<script>" not in page
