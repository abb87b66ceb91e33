"""People ask for a place; who answers for them decides step by step, and each step is seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting, User
from accounts.permissions import Role
from admissions.actions.applying import decide, offer_seats, pass_on, take_offer
from admissions.actions.settings import name_deputy
from admissions.models import Admission, Application, ApplicationState, StepKind
from admissions.tasks import tick
from enrolments.actions.places import enrol, withdraw
from enrolments.errors import OwnRecord, Refused
from enrolments.models import Cohort, Enrolment
from lms.clock import today
from notifications.models import Notice
from tests.admissions.make import make_application, make_open_class
from tests.make import grant, make_unit, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
S = ApplicationState


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"admissions:{name}", args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def send(client: Client, name: str, *args: object, **fields: object) -> str:
    address = reverse(f"admissions:{name}", args=args)
    return unescape(client.post(address, fields, follow=True).content.decode())


def stand(row: Application) -> str:
    row.refresh_from_db()
    return row.state


def test_a_learner_applies_the_head_then_the_officer_agree_and_the_place_is_there(
    cast: Cast, browser: Browser
) -> None:
    cohort = make_open_class(cast)
    learner, head, officer = (browser(one) for one in (cast.learner, cast.manager, cast.hr))
    detail = reverse("courses:detail", args=[cohort.course.code])
    assert "Đăng ký học" in unescape(learner.get(detail).content.decode())
    shown = page(learner, "classes", cohort.course.code)
    assert cohort.name in shown
    for _click in range(2):
        told = send(learner, "apply", cohort.pk, reason="Cần cho việc tiếp dân")
    row = Application.objects.get()
    assert "Chờ duyệt" in told
    assert "Đơn đăng ký: Chờ duyệt" in unescape(learner.get(detail).content.decode())
    assert "đơn đăng ký chờ duyệt" in unescape(head.get("/").content.decode())
    assert cast.learner.full_name in page(head, "to_decide")
    assert cast.learner.full_name not in page(officer, "to_decide")
    assert Notice.objects.filter(kind="admissions.to_decide", person=cast.manager).count() == 1
    send(head, "decide", row.pk, act="approve", note="Đồng ý")
    assert cast.learner.full_name not in page(head, "to_decide")
    assert cast.learner.full_name in page(officer, "to_decide")
    send(officer, "decide", row.pk, act="approve")
    assert stand(row) == S.ENROLLED
    place = Enrolment.objects.get(learner=cast.learner)
    assert (place.source, place.sending_unit) == ("self", cast.ward)
    assert place.obligations.count() == 1
    seen = page(learner, "application", row.pk)
    for words in (cast.manager.full_name, cast.hr.full_name, "Đồng ý", "Về trang lớp"):
        assert words in seen, words


def test_a_refusal_says_why_and_one_may_apply_again(cast: Cast, browser: Browser) -> None:
    row = make_application(cast)
    head, learner = browser(cast.manager), browser(cast.learner)
    assert "Ghi lý do" in send(head, "decide", row.pk, act="refuse")
    assert stand(row) == S.IN_APPROVAL
    send(head, "decide", row.pk, act="refuse", note="Trùng lịch trực")
    assert stand(row) == S.REFUSED
    assert "Trùng lịch trực" in page(learner, "application", row.pk)
    send(learner, "apply", row.cohort_id)
    assert Application.objects.open().count() == 1
    assert not Enrolment.objects.exists()


def test_nobody_decides_on_themselves_the_next_level_does(cast: Cast, browser: Browser) -> None:
    chief = make_user("Trần Chủ Tịch", unit=cast.city, is_head=True)
    row = make_application(cast, by=cast.manager)
    assert cast.manager.full_name in page(browser(chief), "to_decide")
    with pytest.raises(OwnRecord):
        decide(application=row, by=cast.manager, approve=True)
    send(browser(cast.manager), "decide_ticked", ids=[row.pk], act="approve")
    assert stand(row) == S.IN_APPROVAL
    decide(application=row, by=chief, approve=True)
    own = make_application(cast, make_open_class(cast, [StepKind.OFFICER]), by=cast.hr)
    assert own.steps.get().kind == StepKind.ORGANISER
    assert cast.hr.full_name in page(browser(cast.department_hr), "to_decide")


def test_where_nobody_heads_the_unit_the_officer_decides_and_never_nobody(cast: Cast) -> None:
    Posting.objects.update(is_head=False)
    row = make_application(cast)
    first = row.steps.get(position=1)
    assert (first.kind, first.unit) == (StepKind.OFFICER, cast.ward)
    lonely = make_user(unit=make_unit("Sở Vắng", parent=cast.city))
    other = make_application(cast, by=lonely)
    assert other.steps.get(position=1).kind == StepKind.ORGANISER


def test_a_step_not_answered_in_time_is_passed_on_but_never_the_last(
    cast: Cast, browser: Browser
) -> None:
    row = make_application(cast)
    due = row.steps.get(position=1).due_on
    assert due is not None
    with time_machine.travel(timezone.now() + dt.timedelta(days=(due - today()).days + 1)):
        for _tick in range(2):
            tick()
        assert [step.state for step in row.steps.all()] == ["passed", "current"]
        assert cast.learner.full_name in page(browser(cast.hr), "to_decide")
    with time_machine.travel(timezone.now() + dt.timedelta(days=60)):
        Cohort.objects.update(ends_on=today() + dt.timedelta(days=90))
        tick()
        last = row.steps.get(position=2)
        assert not pass_on(step=last)
        assert [step.state for step in row.steps.all()] == ["passed", "current"]


def test_a_deputy_decides_while_it_lasts_and_never_on_whom_they_stand_in_for(
    cast: Cast, browser: Browser
) -> None:
    row = make_application(cast)
    head, deputy = browser(cast.manager), browser(cast.stranger)
    assert cast.learner.full_name not in page(deputy, "to_decide")
    assert "Không có người đang công tác" in send(
        head, "deputies", deputy="khong-co", since=today().isoformat()
    )
    last = today().isoformat()
    send(head, "deputies", deputy=cast.stranger.username, since=today().isoformat(), until=last)
    assert cast.learner.full_name in page(deputy, "to_decide")
    assert cast.stranger.full_name in page(head, "to_decide")
    make_user("Trần Chủ Tịch", unit=cast.city, is_head=True)
    own = make_application(cast, by=cast.manager)
    assert not Application.objects.decided_by(cast.stranger).filter(pk=own.pk).exists()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert not Application.objects.decided_by(cast.stranger).exists()
    grant(make_user(unit=cast.ward), Role.HR_OFFICER, cast.ward)
    name_deputy(person=cast.hr, deputy=cast.stranger, since=today(), until=None)
    officers = make_application(cast, make_open_class(cast, [StepKind.OFFICER]), by=cast.hr)
    assert officers.steps.get().kind == StepKind.OFFICER
    assert not Application.objects.decided_by(cast.stranger).filter(pk=officers.pk).exists()
    named = cast.manager.deputies.get()
    send(head, "stop_deputy", named.pk)
    assert "đã thôi ngay" in page(head, "deputies")
    assert cast.manager.deputies.get() == named  # nothing that explains who decided is deleted
    assert cast.learner.full_name not in page(deputy, "to_decide")
    assert browser(cast.stranger).get(row.get_absolute_url()).status_code == 404


def test_ticked_applications_are_answered_together(cast: Cast, browser: Browser) -> None:
    cohort = make_open_class(cast, [StepKind.OFFICER])
    people = [make_user(unit=cast.ward) for _n in range(3)]
    rows = [make_application(cast, cohort, by=one) for one in people]
    client = browser(cast.hr)
    stranger = make_application(cast, cohort, by=cast.stranger)
    ids = [row.pk for row in rows]
    assert "Ghi lý do" in send(client, "decide_ticked", ids=ids[:1], act="refuse")
    for _click in range(2):
        send(client, "decide_ticked", ids=ids, act="approve")
    assert cohort.enrolments.count() == 3
    send(client, "decide_ticked", ids=[stranger.pk], act="approve")
    assert stand(stranger) == S.IN_APPROVAL


def test_a_full_class_makes_a_waiting_list_whose_seats_are_kept_for_a_time(
    cast: Cast, browser: Browser
) -> None:
    cohort = make_open_class(cast, [], seats=1)
    taken = make_application(cast, cohort, by=make_user(unit=cast.ward))
    first, second = (make_application(cast, cohort, by=one) for one in (cast.learner, cast.hr))
    assert (taken.state, first.state, second.state) == (S.ENROLLED, S.WAITING, S.WAITING)
    assert "1 người đứng trước" in page(browser(cast.hr), "application", second.pk)
    assert taken.enrolment is not None
    withdraw(enrolment=taken.enrolment, by=cast.department_hr, reason="Bận")
    for _tick in range(2):
        tick()
    assert (stand(first), stand(second)) == (S.OFFERED, S.WAITING)
    with pytest.raises(Refused):  # the seat is kept: nobody else is sent into it
        enrol(cohort=cohort, learner=cast.manager, unit=cast.ward, by=cast.hr, source="ticked")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=49)):
        tick()
        assert (stand(first), stand(second)) == (S.LAPSED, S.OFFERED)
        with pytest.raises(Refused):
            take_offer(application=first, by=cast.learner)
        client = browser(cast.hr)
        assert "chỗ đang được giữ" in unescape(client.get("/").content.decode())
        for _click in range(2):
            send(client, "act_on_own", second.pk, act="take")
    assert stand(second) == S.ENROLLED
    cohort.refresh_from_db()
    assert (cohort.enrolled_count, cohort.kept_count) == (1, 0)


def test_a_seat_given_back_goes_to_the_next(cast: Cast, browser: Browser) -> None:
    cohort = make_open_class(cast, [], seats=1)
    taken = make_application(cast, cohort, by=make_user(unit=cast.ward))
    first, second = (make_application(cast, cohort, by=one) for one in (cast.learner, cast.hr))
    assert taken.enrolment is not None
    withdraw(enrolment=taken.enrolment, by=cast.department_hr, reason="Bận")
    tick()
    send(browser(cast.learner), "act_on_own", first.pk, act="withdraw")
    cohort.refresh_from_db()
    assert (stand(first), cohort.kept_count) == (S.WITHDRAWN, 0)
    assert offer_seats(cohort=cohort) == 1
    assert stand(second) == S.OFFERED


def test_a_kept_seat_is_not_taken_away_when_the_class_is_made_smaller(
    cast: Cast, browser: Browser
) -> None:
    cohort = make_open_class(cast, [], seats=2)
    Cohort.objects.filter(pk=cohort.pk).update(kept_count=1)
    make_application(cast, cohort)
    client, address = browser(cast.department_hr), reverse("enrolments:edit", args=[cohort.pk])
    sent = {
        "code": cohort.code, "name": cohort.name,
        "starts_on": cohort.starts_on.isoformat(), "ends_on": cohort.ends_on.isoformat(),
    }  # fmt: skip
    client.post(address, sent | {"seats": 1})
    cohort.refresh_from_db()
    assert cohort.seats == 2
    client.post(address, sent | {"seats": 3})
    cohort.refresh_from_db()
    assert cohort.seats == 3


def test_whoever_is_sent_meanwhile_no_longer_waits_and_the_kept_seat_is_free(cast: Cast) -> None:
    cohort = make_open_class(cast, [], seats=1)
    taken = make_application(cast, cohort, by=make_user(unit=cast.ward))
    row = make_application(cast, cohort)
    assert taken.enrolment is not None
    withdraw(enrolment=taken.enrolment, by=cast.department_hr, reason="Bận")
    tick()
    assert stand(row) == S.OFFERED
    Cohort.objects.filter(pk=cohort.pk).update(seats=2)
    place = enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")
    for _tick in range(2):
        tick()
    assert stand(row) == S.ENROLLED
    assert row.enrolment == place
    cohort.refresh_from_db()
    assert (cohort.enrolled_count, cohort.kept_count) == (1, 0)


def test_heads_and_deputies_find_applications_in_the_menu_and_others_do_not(
    cast: Cast, browser: Browser
) -> None:
    def has_it(person: User) -> bool:
        home = browser(person).get("/").content.decode()
        return reverse("admissions:to_decide") in home

    cast.manager.role_grants.all().delete()  # a head without any role
    assert has_it(cast.manager)
    assert has_it(cast.hr)
    assert not any(has_it(person) for person in (cast.learner, cast.auditor, cast.stranger))
    name_deputy(person=cast.manager, deputy=cast.stranger, since=today(), until=None)
    assert has_it(cast.stranger)


def test_a_class_that_closes_ends_its_applications(cast: Cast) -> None:
    cohort = make_open_class(cast)
    row = make_application(cast, cohort)
    Cohort.objects.filter(pk=cohort.pk).update(state="cancelled", state_reason="x")
    tick()
    assert stand(row) == S.LAPSED
    assert row.closed_reason == "Lớp không còn nhận học viên."


@pytest.mark.parametrize("why", ["none", "shut", "late", "over", "held", "no post"])
def test_a_class_that_takes_nobody_says_so(cast: Cast, browser: Browser, why: str) -> None:
    cohort, person = make_open_class(cast), cast.learner
    rows = Admission.objects.filter(cohort=cohort)
    if why == "none":
        rows.delete()
        address = reverse("admissions:apply", args=[cohort.pk])
        assert browser(person).post(address).status_code == 404
        return
    if why == "shut":
        rows.update(is_open=False)
    elif why == "late":
        rows.update(closes_on=today() - dt.timedelta(days=1))
    elif why == "over":
        Cohort.objects.filter(pk=cohort.pk).update(state="closed")
    elif why == "held":
        enrol(cohort=cohort, learner=person, unit=cast.ward, by=cast.hr, source="ticked")
    else:
        Posting.objects.filter(user=person).update(until=today())
    told = send(browser(person), "apply", cohort.pk)
    words = {"held": "Đã có tên trong lớp này.", "no post": "vị trí công tác"}
    assert words.get(why, "Hiện lớp không nhận đơn đăng ký.") in told
    assert not Application.objects.exists()


def test_who_runs_the_class_says_how_it_takes_applications(cast: Cast, browser: Browser) -> None:
    cohort, client = make_open_class(cast), browser(cast.department_hr)
    address = reverse("admissions:of_class", args=[cohort.pk])
    past = {"is_open": "on", "closes_on": "2020-01-01"}
    assert "Ngày này đã qua." in unescape(client.post(address, past).content.decode())
    client.post(address, {"is_open": "on", "steps": ["organiser"]})
    row = make_application(cast, cohort)
    assert cast.learner.full_name in page(client, "of_class", cohort.pk)
    decide(application=row, by=cast.department_hr, approve=True)
    client.post(address, {"steps": ["organiser"]})
    assert not Admission.objects.get().is_open
    assert cohort.name not in page(browser(cast.hr), "classes", cohort.course.code)


@pytest.mark.parametrize("people", [5, 100])
def test_the_lists_ask_a_fixed_number_of_questions(
    cast: Cast, browser: Browser, people: int
) -> None:
    cohort = make_open_class(cast, [StepKind.OFFICER])
    for _n in range(people):
        make_application(cast, cohort, by=make_user(unit=cast.ward))
    for who, name, args in (
        (cast.hr, "to_decide", []),
        (cast.department_hr, "of_class", [cohort.pk]),
        (cast.learner, "classes", [cohort.course.code]),
        (cast.learner, "mine", []),
    ):
        client = browser(who)
        client.get(reverse(f"admissions:{name}", args=args))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"admissions:{name}", args=args))
        assert len(asked) <= 15, name
