"""Duties by the clock and by hand; the weekly list."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from enrolments.actions import duties
from enrolments.actions.cohorts import DecisionData, enter_decision
from enrolments.actions.places import enrol
from enrolments.actions.progress import complete
from enrolments.errors import OwnRecord, Refused
from enrolments.models import Enrolment, Obligation, ObligationChange
from enrolments.tasks import tick
from lms.clock import today
from notifications.actions import hand_over_due
from notifications.models import InboxItem, Notice
from tests.make import make_cohort, make_version, mark_published
from tests.people import Cast

LATER = dt.timedelta(days=45)
NEXT_MONDAY = dt.datetime(2026, 8, 3, 2, tzinfo=dt.UTC)  # nine o'clock in the office


@pytest.fixture
def place(cast: Cast) -> Enrolment:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.training_officer, organiser=cast.department)
    return enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")


@pytest.fixture
def duty(place: Enrolment) -> Obligation:
    return place.obligations.get()


def test_the_tick_opens_what_begins_and_marks_what_is_late_once(duty: Obligation) -> None:
    Obligation.objects.update(status="scheduled", opens_on=today())
    tick()
    duty.refresh_from_db()
    assert duty.status == "open"
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER):
        assert duties.duties_by_clock(now=timezone.now()) == 1
        assert duties.duties_by_clock(now=timezone.now()) == 0
    duty.refresh_from_db()
    assert duty.status == "overdue"


def test_a_duty_moves_later_with_a_reason_and_its_reminders_with_it(
    duty: Obligation, cast: Cast
) -> None:
    Obligation.objects.update(status="overdue")
    day = duty.due_on + dt.timedelta(days=28)
    for _time in range(2):
        moved = duties.move_due(obligation=duty, due_on=day, by=cast.hr, reason="Ốm")
    assert (moved.due_on >= day, moved.status) == (True, "open")
    assert ObligationChange.objects.count() == 1
    planned = Notice.objects.planned()
    assert set(planned.values_list("due_on", flat=True)) == {moved.due_on}


def test_a_duty_moves_earlier_only_by_a_decision(duty: Obligation, cast: Cast) -> None:
    before = duty.due_on
    day = before - dt.timedelta(days=7)
    with pytest.raises(Refused):
        duties.move_due(obligation=duty, due_on=day, by=cast.hr, reason="Gấp")
    decision = enter_decision(
        data=DecisionData("change", cast.ward, 7, "QĐ-UBND", today(), "Bùi Minh Đức"), by=cast.hr
    )
    moved = duties.move_due(
        obligation=duty, due_on=day, by=cast.hr, reason="Gấp", decision=decision
    )
    assert moved.due_on < before
    assert moved.basis == decision


def test_an_exempted_duty_is_no_longer_reminded_of(duty: Obligation, cast: Cast) -> None:
    assert duties.waive(obligation=duty, by=cast.hr, reason="Nghỉ thai sản")
    assert not duties.waive(obligation=duty, by=cast.hr, reason="Nghỉ thai sản")
    assert not Notice.objects.planned().exists()


def test_nobody_moves_or_waives_their_own_duty(duty: Obligation, cast: Cast) -> None:
    with pytest.raises(OwnRecord):
        duties.move_due(obligation=duty, due_on=today() + LATER, by=cast.learner, reason="Bận")
    with pytest.raises(OwnRecord):
        duties.waive(obligation=duty, by=cast.learner, reason="Bận")
    with pytest.raises(OwnRecord):
        duties.cancel(obligation=duty, by=cast.learner, reason="Bận")


def test_reminders_arrive_before_the_due_date_and_never_after_completion(
    place: Enrolment, duty: Obligation
) -> None:
    week_before = dt.datetime.combine(duty.due_on, dt.time(3), dt.UTC) - dt.timedelta(days=7)
    with time_machine.travel(week_before):
        hand_over_due(now=timezone.now())
        assert InboxItem.objects.filter(person=place.learner).count() == 1
        complete(enrolment=place)
    with time_machine.travel(week_before + LATER):
        hand_over_due(now=timezone.now())
    assert InboxItem.objects.count() == 1


@time_machine.travel(NEXT_MONDAY)
def test_managers_get_one_list_a_week(cast: Cast) -> None:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(
        version, by=cast.hr, organiser=cast.department, ends_on=today() - dt.timedelta(days=3)
    )
    for person in (cast.learner, cast.hr):
        enrol(cohort=cohort, learner=person, unit=cast.ward, by=cast.hr, source="ticked")
    tick()
    tick()
    notice = Notice.objects.get(kind="manager_weekly")
    assert notice.person == cast.manager
    assert notice.context["people"] == 2
    hand_over_due(now=timezone.now())
    item = InboxItem.objects.get(person=cast.manager)
    assert cast.learner.full_name in item.body
    with time_machine.travel(NEXT_MONDAY + dt.timedelta(days=1)):
        tick()
    assert Notice.objects.filter(kind="manager_weekly").count() == 1


@time_machine.travel(NEXT_MONDAY)
def test_a_unit_without_a_head_writes_to_its_hr_officer(cast: Cast) -> None:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(
        version, by=cast.hr, organiser=cast.department, ends_on=today() - dt.timedelta(days=3)
    )
    enrol(
        cohort=cohort,
        learner=cast.stranger,
        unit=cast.other_ward,
        by=cast.other_hr,
        source="ticked",
    )
    tick()
    assert Notice.objects.get(kind="manager_weekly").person == cast.other_hr
