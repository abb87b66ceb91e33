"""Nomination rounds at the edge: the call, the units' answers, the board."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Unit
from accounts.permissions import Permission
from audit.models import AuditEvent
from enrolments.actions.nominations import submit
from enrolments.errors import Refused
from enrolments.models import Nomination, NominationRound, RoundAnswer
from lms.clock import today
from notifications.models import Notice
from reporting.models import PlanShare
from tests.enrolments.rounds import Call, make_call, scan
from tests.make import make_cohort, make_enrolment, make_unit, make_user
from tests.people import Cast, signed_in_as
from tests.reporting.make import make_sent_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(cast: Cast) -> Call:
    return make_call(cast)


def words_of(call: Call, person_pk: int) -> list[str]:
    """Return what the check says of one person before anything is sent."""
    people = [one for one in call.people if one.pk == person_pk] or call.people
    lines = call.post("check", people).context["lines"]
    return [fault for line in lines if line.person.pk == person_pk for fault in line.faults]


def test_a_round_is_called_through_the_pages_and_sent_to_its_units(cast: Cast) -> None:
    call = make_call(cast, title="Đợt trước")
    client, course = call.runner(), call.cohorts[0].course
    page = reverse("enrolments:new_round")
    assert course in client.get(page).context["form"].fields["course"].queryset
    typed = {
        "title": "Chiêu sinh đợt 2",
        "organiser": cast.department.pk,
        "cohorts": [call.cohorts[0].pk],
        "closes_on": today() + dt.timedelta(days=3),
        "document_number": "214/SNV",
        "file": scan(),
        "over_quota": "flag",
    }
    sent = client.post(f"{page}?course={course.pk}", typed)
    made = NominationRound.objects.get(title="Chiêu sinh đợt 2")
    quotas = reverse("enrolments:round_quotas", args=[made.pk])
    assert sent["Location"] == quotas
    assert made.file is not None
    state = reverse("enrolments:round_state", args=[made.pk])
    client.post(state, {"to": "open"})
    made.refresh_from_db()
    assert made.state == "draft", "nobody is asked yet"
    client.post(quotas, {f"unit_{cast.ward.pk}": 4, f"unit_{cast.other_ward.pk}": 0})
    assert dict(made.answers.values_list("unit", "quota")) == {cast.ward.pk: 4}
    assert (
        not RoundAnswer.objects.allowing(cast.hr, Permission.SEND_PEOPLE)
        .filter(round=made)
        .exists()
    )
    client.post(state, {"to": "open"})
    notice = Notice.objects.get(kind="round_asked", subject=f"round:{made.pk}")
    assert notice.person_id == cast.hr.pk


def test_quotas_are_copied_from_a_line_of_the_plan_and_hold_once_saved(
    call: Call, cast: Cast
) -> None:
    make_sent_plan(cast, quota=17)
    line = PlanShare.objects.get().line
    type(line).objects.update(course=call.asked.course)
    page = call.runner().get(call.url("round_quotas"), {"from": f"plan:{line.pk}"})
    assert page.context["form"][f"unit_{cast.ward.pk}"].value() == 17
    assert call.answer().quota == 3


def test_an_officer_finds_the_round_on_her_home_until_she_has_answered(call: Call) -> None:
    home = reverse("enrolments:home")
    deadline = f"{call.asked.closes_on:%d/%m/%Y}"
    assert deadline in call.officer().get(home).content.decode()
    call.send(call.people[:2], **{f"note_{call.people[0].pk}": "Trưởng nhóm"})
    assert deadline not in call.officer().get(home).content.decode()
    answer = call.answer()
    assert (answer.state, answer.people, answer.is_late, answer.on_behalf) == (
        "sent",
        2,
        False,
        False,
    )
    assert answer.nominations.get(person=call.people[0]).note == "Trưởng nhóm"


def test_an_officer_never_sees_whom_another_unit_names(call: Call, cast: Cast) -> None:
    call.send(call.people)
    answer = call.answer()
    client = call.officer("other_ward")
    for name in ("answer_round", "unit_list", "answer_file", "answer_nobody"):
        assert client.get(reverse(f"enrolments:{name}", args=[answer.pk])).status_code in {404, 405}
    for page in (
        reverse("enrolments:rounds"),
        reverse("enrolments:answer_round", args=[call.answer("other_ward").pk]),
    ):
        text = client.get(page).content.decode()
        assert not [one for one in call.people if one.full_name in text]
    refused = call.post("send", call.people, "other_ward")
    assert refused.status_code == 422
    assert call.answer("other_ward").state == "silent"
    shown = call.runner().get(reverse("enrolments:unit_list", args=[answer.pk]))
    assert all(one.full_name in shown.content.decode() for one in call.people)


def test_search_is_folded_and_keeps_who_is_on_the_list_and_pasted_codes_join_it(
    call: Call, cast: Cast
) -> None:
    found = call.post("search", call.people[:1], q="hong hanh")
    assert [one.pk for one in found.context["found"]] == [cast.learner.pk]
    assert [line.person.pk for line in found.context["lines"]] == [call.people[0].pk]
    pasted = call.post("add", call.people[:1], codes="HANH\nla")
    assert {line.person.pk for line in pasted.context["lines"]} == {
        call.people[0].pk,
        cast.learner.pk,
    }
    assert pasted.context["unknown"] == ["la"], "of another ward: as if there were nobody"


def test_who_is_not_eligible_is_told_in_words_and_cannot_be_sent(call: Call, cast: Cast) -> None:
    person, cohort = call.people[0], call.cohorts[0]
    assert words_of(call, person.pk) == []
    by, unit = cast.hr, cast.ward
    place = make_enrolment(cohort, person, by=by, unit=unit)
    assert words_of(call, person.pk) == [f"Đã có tên trong lớp {cohort.code}."]
    earlier = make_cohort(cohort.version, by=by, organiser=cast.department)
    place.cohort = earlier
    place.state, place.completed_at = "completed", dt.datetime.now(dt.UTC)
    place.save()
    assert "Đã hoàn thành khóa này trong năm" in words_of(call, person.pk)[0]
    type(place).objects.update(completed_at=place.completed_at - dt.timedelta(days=370))
    assert words_of(call, person.pk) == []
    type(place).objects.update(state="studying", completed_at=None)
    assert "Trùng thời gian" in words_of(call, person.pk)[0]
    assert call.post("send", call.people).status_code == 422
    assert not Nomination.objects.exists()


def test_only_the_called_staff_categories_are_named(call: Call) -> None:
    category = call.people[0].postings.get().category
    other = type(category).objects.create(list="staff_category", code="vc", name_vi="Viên chức")
    call.asked.categories.set([other])
    assert words_of(call, call.people[0].pk)
    call.asked.categories.set([other, category])
    assert not words_of(call, call.people[0].pk)


def test_nobody_names_themselves(call: Call, cast: Cast) -> None:
    refused = call.post("send", [cast.hr])
    assert refused.context["refusal"].endswith("Không tự cử chính mình: cán bộ khác cử.")
    assert call.answer().state == "silent"


def test_a_list_over_quota_is_refused_or_marked_as_the_round_says(call: Call, cast: Cast) -> None:
    people = [*call.people, cast.learner]
    assert call.post("check", people).context["may_send"] is False
    assert call.post("send", people).status_code == 422
    assert not Nomination.objects.exists()
    NominationRound.objects.update(over_quota="flag")
    assert call.send(people).is_over
    page = call.runner().get(call.url("round"), {"state": "over"})
    assert [row.unit_id for row in page.context["page"].rows] == [cast.ward.pk]
    assert page.context["figures"]["over"] == 1


def test_a_late_answer_is_marked_or_not_taken_and_a_returned_list_stays_in_time(
    call: Call, cast: Cast
) -> None:
    call.send(call.people[:1])
    late = call.asked.closes_on + dt.timedelta(days=1)
    reason = {"reason": "Thiếu quyết định"}
    call.runner().post(reverse("enrolments:return_answer", args=[call.answer().pk]), reason)
    assert Notice.objects.filter(kind="round_returned", person=cast.hr).count() == 1
    with time_machine.travel(dt.datetime.combine(late, dt.time(9), dt.UTC)):
        NominationRound.objects.update(takes_late=False)
        assert call.post("send", [cast.stranger], "other_ward").status_code == 422
        assert not call.send(call.people[:2]).is_late
        NominationRound.objects.update(takes_late=True)
        assert call.send([cast.stranger], "other_ward").is_late


def test_a_unit_answers_nobody_with_a_reason_and_may_change_its_mind(call: Call) -> None:
    call.send(call.people)
    address = reverse("enrolments:answer_nobody", args=[call.answer().pk])
    assert call.officer().post(address, {"revision": 1, "reason": ""}).status_code == 422
    call.officer().post(address, {"revision": 1, "reason": "Đang trực bão"})
    answer = call.answer()
    assert (answer.state, answer.people, answer.nominations.count()) == ("nobody", 0, 0)
    left = AuditEvent.objects.filter(action="answer_round").order_by("-pk")[0].after
    assert left is not None
    assert left["left_out"] == sorted(one.pk for one in call.people)
    assert call.send(call.people[:1]).state == "sent"


def test_the_second_of_two_officers_is_told_that_the_answer_has_changed(
    call: Call, cast: Cast
) -> None:
    call.send(call.people[:2])
    stale = call.post("send", call.people, revision=0)
    assert stale.status_code == 422
    assert "Cán bộ khác vừa cập nhật" in stale.context["refusal"]
    assert call.answer().people == 2


def test_the_database_keeps_one_answer_a_unit_and_one_nomination_a_person(
    call: Call, cast: Cast
) -> None:
    answer = call.send(call.people[:1])
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundAnswer.objects.create(round=call.asked, unit=cast.ward)
    with pytest.raises(IntegrityError), transaction.atomic():
        Nomination.objects.create(
            answer=call.answer("other_ward"),
            round=call.asked,
            person=call.people[0],
            sort_key="a",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundAnswer.objects.filter(pk=answer.pk).update(state="returned")


def test_silent_units_are_reminded_once_a_day_and_answered_ones_never(
    call: Call, cast: Cast
) -> None:
    call.send(call.people[:1])
    Notice.objects.all().delete()
    for _click in range(2):
        call.runner().post(call.url("remind_units"))
    notice = Notice.objects.get()
    assert (notice.person_id, notice.kind) == (cast.other_hr.pk, "round_asked")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)):
        call.runner().post(call.url("remind_units"))
    assert Notice.objects.count() == 2


def test_an_organiser_enters_only_for_a_unit_without_an_officer_and_it_is_marked(
    call: Call, cast: Cast
) -> None:
    city_hr = make_user("Trần Thị Thành Phố", unit=cast.city)
    cast.department_hr.role_grants.update(unit=cast.city)
    address = reverse("enrolments:rounds")
    waiting = signed_in_as(cast.department_hr).get(address).context["waiting"]
    assert list(waiting) == [], "the wards answer, not the officer of the city"
    refused = call.post("send", call.people, by=cast.department_hr)
    assert "Đơn vị đã có cán bộ phụ trách" in refused.context["refusal"]
    cast.hr.role_grants.update(until=today())
    entered = call.post("send", call.people, by=cast.department_hr)
    assert entered.status_code == 302
    assert call.answer().on_behalf
    outside = call.post("send", [city_hr], by=cast.department_hr)
    assert outside.status_code == 422, "not a person of the unit"


def test_a_closed_round_takes_nothing_and_opens_again(call: Call) -> None:
    call.close()
    assert call.post("send", call.people).status_code == 422
    call.runner().post(call.url("round_state"), {"to": "open"})
    assert call.send(call.people).state == "sent"
    assert call.runner().post(call.url("round_state"), {"to": "consolidated"}).status_code == 404


@pytest.mark.parametrize("size", [10, 1000])
def test_the_board_costs_the_same_for_ten_units_and_a_thousand(
    call: Call, cast: Cast, size: int
) -> None:
    model = make_unit(parent=cast.city)
    units = Unit.objects.bulk_create(
        Unit(code=f"X{n}", kind="ward", name=f"Phường {n}", search_key=f"phuong {n:04}")
        for n in range(size)
    )
    assert model.pk
    RoundAnswer.objects.bulk_create(RoundAnswer(round=call.asked, unit=one) for one in units)
    client = call.runner()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(call.url("round")).status_code == 200
    assert len(asked) <= 15, [row["sql"][:80] for row in asked]


def test_an_action_refuses_a_person_who_does_not_work_in_the_unit(call: Call, cast: Cast) -> None:
    with pytest.raises(Refused):
        submit(answer=call.answer(), notes={cast.stranger.pk: ""}, revision=0, by=cast.hr)
