"""People who leave: their duties end on the day, not before, and not while another post stands."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actions.people import end_posting
from accounts.models import Posting
from enrolments.models import Obligation
from enrolments.tasks import tick
from lms.clock import today
from tests.make import make_code, make_cohort, make_enrolment, make_version
from tests.people import Cast

DAY = dt.timedelta(days=1)


@pytest.fixture
def duty(cast: Cast) -> Obligation:
    cohort = make_cohort(make_version(by=cast.trainer), by=cast.hr, organiser=cast.department)
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    return Obligation.objects.get(enrolment=place)


def leave(cast: Cast, on: dt.date) -> None:
    reason = make_code("end_reason", "nghi_huu", "Nghỉ hưu")
    end_posting(posting=cast.learner.postings.primary().get(), on=on, reason=reason, by=cast.hr)


def standing(duty: Obligation) -> str:
    duty.refresh_from_db()
    return duty.status


def test_open_duties_end_with_the_post_and_keep_the_reason(cast: Cast, duty: Obligation) -> None:
    leave(cast, today())
    assert standing(duty) == "cancelled"
    assert duty.status_reason == "Vị trí tại Phường Bến Thành đã kết thúc."
    assert duty.changes.count() == 1
    tick()
    assert duty.changes.count() == 1


def test_an_end_that_lies_ahead_waits_for_its_day(cast: Cast, duty: Obligation) -> None:
    leave(cast, today() + 3 * DAY)
    tick()
    assert standing(duty) != "cancelled"
    Posting.objects.filter(user=cast.learner).update(since=today() - 9 * DAY, until=today())
    tick()
    assert standing(duty) == "cancelled"


def test_who_holds_another_post_keeps_the_duties(cast: Cast, duty: Obligation) -> None:
    Posting.objects.create(
        user=cast.learner,
        unit=cast.other_ward,
        category=make_code(),
        since=today() + 5 * DAY,
        is_primary=False,
    )
    leave(cast, today())
    tick()
    assert standing(duty) != "cancelled"


def test_what_is_done_stays_done(cast: Cast, duty: Obligation) -> None:
    Obligation.objects.filter(pk=duty.pk).update(status="waived")
    leave(cast, today())
    assert standing(duty) == "waived"
