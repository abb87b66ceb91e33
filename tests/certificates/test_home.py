"""What this app shows on the home page and on the page of a class."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from certificates.actions.issue import render_paper
from certificates.models import Certificate
from tests.certificates.make import Ended, make_ended, make_learners, make_paper
from tests.make import grant, make_provider, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
RECENT = "Chứng chỉ, giấy chứng nhận mới được cấp"


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


def page_of(client: Client, url: str = "/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_signatory_reads_how_many_papers_wait(ended: Ended, browser: Browser) -> None:
    cast = ended.cast
    for place in make_learners(ended, 2):
        render_paper(certificate=make_paper(ended, place, is_signed=False))
    assert '<strong class="num">2</strong> văn bằng chờ ký' in page_of(browser(cast.signatory))
    for other in (cast.training_officer, cast.trainer, cast.hr):
        assert "văn bằng chờ ký" not in page_of(browser(other))


def test_the_training_office_reads_which_classes_wait(ended: Ended, browser: Browser) -> None:
    cast = ended.cast
    page = page_of(browser(cast.training_officer))
    assert '<strong class="num">1</strong> lớp chờ xét kết quả' in page
    assert ended.cohort.name in page_of(browser(cast.training_officer), "/lop/?state=closed")
    for other in (cast.signatory, cast.trainer, cast.hr):
        assert "lớp chờ xét kết quả" not in page_of(browser(other))


def test_a_learner_sees_the_two_newest_papers_and_no_one_elses(
    ended: Ended, browser: Browser
) -> None:
    cast = ended.cast
    place = ended.enrol(cast.learner)
    assert RECENT not in page_of(browser(cast.learner))
    paper = make_paper(ended, place)
    page = page_of(browser(cast.learner))
    assert RECENT in page
    assert reverse("certificates:detail", args=[paper.pk]) in page
    assert RECENT not in page_of(browser(cast.stranger))


def test_a_paper_nobody_signed_is_not_shown(ended: Ended, browser: Browser) -> None:
    make_paper(ended, ended.enrol(ended.cast.learner), is_signed=False)
    assert RECENT not in page_of(browser(ended.cast.learner))
    assert Certificate.objects.exists()


def test_the_page_of_a_class_leads_to_its_results(ended: Ended, browser: Browser) -> None:
    cast = ended.cast
    url = reverse("enrolments:cohort", args=[ended.cohort.pk])
    link = reverse("certificates:results", args=[ended.cohort.pk])
    officer = browser(cast.training_officer)
    assert link in page_of(officer, url)
    assert officer.get(link).status_code == 200
    staff(ended.cohort, cast.trainer, Role.TRAINER)
    for other in (cast.trainer, cast.signatory):
        assert link not in page_of(browser(other), url)


def test_the_right_on_another_class_shows_no_results_here(ended: Ended, browser: Browser) -> None:
    officer = make_user(unit=ended.cast.ward)
    grant(officer, Role.TRAINING_OFFICER, make_provider().unit, scope="provider")
    ended.enrol(officer)
    page = page_of(browser(officer), reverse("enrolments:cohort", args=[ended.cohort.pk]))
    assert reverse("certificates:results", args=[ended.cohort.pk]) not in page


def test_the_home_page_costs_little_for_everybody(ended: Ended, browser: Browser) -> None:
    cast = ended.cast
    staff(ended.cohort, cast.trainer, Role.TRAINER)
    make_paper(ended, ended.enrol(cast.learner))
    for part, person in cast.everyone().items():
        client = browser(person)
        page_of(client)
        with CaptureQueriesContext(connection) as queries:
            page_of(client)
        assert len(queries) <= 15, (part, len(queries))
