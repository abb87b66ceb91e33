"""The roll by a code on the wall: who scans it in the room is present, a photograph is not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrolments.models import Attendance, Cohort, Session
from enrolments.roll_code import code_of
from tests.make import make_cohort, make_enrolment, make_version, staff
from tests.people import Cast

Browser = Callable[[User], Client]
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def session(cast: Cast) -> Session:
    cohort = make_cohort(
        make_version(by=cast.trainer), by=cast.hr, organiser=cast.department, state="running"
    )
    staff(cohort, cast.trainer)
    make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    now = timezone.now()
    return Session.objects.create(
        cohort=cohort, number=1, starts_at=now, ends_at=now + dt.timedelta(hours=3)
    )


def scan(client: Client, code: str) -> str:
    """Open what a code leads to; return the proof the page carries, if any."""
    page = client.get(reverse("enrolments:roll", args=[code]))
    assert page.status_code == 200
    found = re.search(r'name="proof" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def press(client: Client, proof: str) -> str:
    address = reverse("enrolments:be_present")
    return client.post(address, {"proof": proof}, follow=True).content.decode()


def present(session: Session) -> list[str]:
    marks = Attendance.objects.filter(session=session, status="present")
    return [mark.enrolment.learner.full_name for mark in marks]


def test_who_scans_and_presses_is_present_once_in_the_name_of_who_shows_the_code(
    cast: Cast, session: Session, browser: Browser
) -> None:
    learner = browser(cast.learner)
    proof = scan(learner, code_of(session, cast.trainer, timezone.now()))
    assert present(session) == []
    for _press in range(2):
        assert "Đã ghi có mặt" in press(learner, proof)
    mark = Attendance.objects.get(session=session)
    assert (mark.status, mark.recorded_by) == ("present", cast.trainer)
    args = [session.cohort_id, session.pk]
    screen = browser(cast.trainer).get(reverse("enrolments:roll_screen", args=args))
    assert cast.learner.full_name in screen.content.decode()
    assert "<svg" in screen.content.decode()


def test_a_code_of_before_and_a_proof_passed_on_are_worthless(
    cast: Cast, session: Session, browser: Browser
) -> None:
    learner, now = browser(cast.learner), timezone.now()
    code = code_of(session, cast.trainer, now)
    with time_machine.travel(now + 60 * SECOND, tick=False):
        assert scan(learner, code) == ""
    with time_machine.travel(now, tick=False):
        proof = scan(learner, code)
    assert proof
    assert "quét lại mã" in press(browser(cast.stranger), proof)
    with time_machine.travel(now + 200 * SECOND, tick=False):
        assert "quét lại mã" in press(learner, proof)
    assert present(session) == []
    assert scan(learner, "x") == ""


def test_who_does_not_learn_there_is_told_so(
    cast: Cast, session: Session, browser: Browser
) -> None:
    code = code_of(session, cast.trainer, timezone.now())
    page = browser(cast.stranger).get(reverse("enrolments:roll", args=[code])).content.decode()
    assert "không có người đang đăng nhập" in page
    assert 'name="proof"' not in page


def test_nobody_marks_themselves_by_their_own_code(
    cast: Cast, session: Session, browser: Browser
) -> None:
    make_enrolment(session.cohort, cast.trainer, by=cast.hr, unit=cast.department)
    client = browser(cast.trainer)
    press(client, scan(client, code_of(session, cast.trainer, timezone.now())))
    assert present(session) == []


def test_the_code_is_shown_around_the_session_only(
    cast: Cast, session: Session, browser: Browser
) -> None:
    client = browser(cast.trainer)
    address = reverse("enrolments:roll_screen", args=[session.cohort_id, session.pk])
    Session.objects.update(starts_at=timezone.now() + dt.timedelta(hours=2))
    Session.objects.update(ends_at=timezone.now() + dt.timedelta(hours=4))
    assert "roll-code" not in client.get(address).content.decode()
    Cohort.objects.update(state="recognised")
    Session.objects.update(starts_at=timezone.now())
    assert "roll-code" not in client.get(address).content.decode()
