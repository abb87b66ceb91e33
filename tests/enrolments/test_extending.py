"""More time for ticked learners: shown first, written, taken back where nothing has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrolments.actions.duties import waive
from enrolments.models import Cohort, Enrolment, Obligation
from jobs.models import BulkChange
from lms.clock import today
from tests.enrolments.importing import run_jobs
from tests.make import make_cohort, make_enrolment, make_user, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
LATER = dt.date(2027, 3, 1)  # a Monday far ahead


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    ends = today() + dt.timedelta(days=20)
    return make_cohort(
        make_version(by=cast.trainer), by=cast.hr, organiser=cast.department, ends_on=ends
    )


def place(cast: Cast, cohort: Cohort, person: User | None = None) -> Enrolment:
    return make_enrolment(cohort, person or make_user(unit=cast.ward), by=cast.hr, unit=cast.ward)


def duty(of: Enrolment) -> Obligation:
    return Obligation.objects.get(enrolment=of)


def ask(client: Client, cohort: Cohort, *places: Enrolment, **fields: str) -> str:
    sent = {"do": "extend", "ids": [one.pk for one in places], **fields}
    answer = client.post(reverse("enrolments:bulk", args=[cohort.pk]), sent, follow=True)
    run_jobs()
    return answer.content.decode()


def extend(client: Client, cohort: Cohort, *places: Enrolment) -> BulkChange:
    ask(client, cohort, *places, due_on=LATER.isoformat(), reason="Dịp Tết")
    return BulkChange.objects.latest("pk")


def test_due_dates_move_after_a_look_and_come_back(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client, two = browser(cast.hr), [place(cast, cohort) for _n in range(2)]
    before = duty(two[0]).due_on
    page = ask(client, cohort, *two)
    assert two[0].learner.full_name in page
    assert "Ngày này đã qua." in ask(client, cohort, *two, due_on="2020-01-01", reason="x")
    change = extend(client, cohort, *two)
    shown = client.get(reverse("jobs:change", args=[change.pk])).content.decode()
    assert "thành 01/03/2027" in shown
    assert duty(two[0]).due_on == before
    for _click in range(2):
        client.post(reverse("jobs:confirm", args=[change.pk]))
        run_jobs()
    assert {duty(one).due_on for one in two} == {LATER}
    assert duty(two[0]).changes.get().reason == "Dịp Tết"
    client.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    waive(obligation=duty(two[1]), by=cast.department_hr, reason="Nghỉ thai sản")
    client.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()
    change.refresh_from_db()
    assert change.counts["states"] == {"undone": 1, "kept": 1}
    assert (duty(two[0]).due_on, duty(two[1]).due_on) == (before, LATER)


def test_what_changed_between_look_and_writing_is_left_out(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client, one = browser(cast.hr), place(cast, cohort)
    change = extend(client, cohort, one)
    waive(obligation=duty(one), by=cast.department_hr, reason="Nghỉ thai sản")
    client.post(reverse("jobs:confirm", args=[change.pk]))
    run_jobs()
    change.refresh_from_db()
    assert change.counts["states"] == {"left_out": 1}
    assert duty(one).due_on < LATER


def test_nobody_extends_their_own_duty_nor_another_units(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    own, theirs = place(cast, cohort, cast.hr), place(cast, cohort)
    change = extend(browser(cast.hr), cohort, own, theirs)
    assert [row.target_id for row in change.rows.all()] == [duty(theirs).pk]
    count = BulkChange.objects.count()
    ask(browser(cast.other_hr), cohort, theirs, due_on=LATER.isoformat(), reason="x")
    assert BulkChange.objects.count() == count
    page = browser(cast.other_hr).get(reverse("jobs:change", args=[change.pk]))
    assert page.status_code == 404
