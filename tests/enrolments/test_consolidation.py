"""From the consolidated list of a round to places in classes, and back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import User
from enrolments.models import Enrolment, Nomination, NominationRound, Obligation
from jobs import actions as bulk
from jobs.models import BulkChange
from lms.clock import today
from tests.enrolments.importing import run_jobs
from tests.enrolments.rounds import Call, make_call
from tests.make import make_user
from tests.people import Cast

pytestmark = pytest.mark.django_db
DECISION: dict[str, Any] = {
    "number": 12,
    "symbol": "QĐ-UBND",
    "issued_on": today(),
    "signer_name": "Bùi Minh Đức",
}


def divided(call: Call, way: str = "alphabet") -> dict[str, int]:
    call.runner().post(call.url("divide_nominees"), {"way": way})
    counts: dict[str, int] = {}
    for code in Nomination.objects.values_list("cohort__code", flat=True):
        counts[code or ""] = counts.get(code or "", 0) + 1
    return counts


def applied(call: Call) -> BulkChange:
    call.runner().post(call.url("enrol_nominees"))
    run_jobs()
    change = BulkChange.objects.get(kind="enrolments.round")
    bulk.confirm(change=change, by=call.cast.department_hr)
    run_jobs()
    change.refresh_from_db()
    return change


def test_places_are_previewed_written_by_each_units_decision_and_undone(cast: Cast) -> None:
    call = make_call(cast, classes=2)
    call.send(call.people, **DECISION)
    call.send([cast.stranger], "other_ward")
    call.close()
    assert sorted(divided(call).values()) == [2, 2]
    assert not Enrolment.objects.exists(), "choosing classes enrols nobody"
    change = applied(call)
    places = Enrolment.objects.select_related("sending_decision", "sending_unit")
    assert {place.source for place in places} == {"nomination"}
    by_unit = {place.sending_unit_id: place.sending_decision for place in places}
    decision = by_unit[cast.ward.pk]
    assert decision is not None
    assert decision.reference == "12/QĐ-UBND"
    assert by_unit[cast.other_ward.pk] is None
    assert set(Obligation.objects.values_list("basis", flat=True)) == {decision.pk, None}
    assert NominationRound.objects.get().state == "consolidated"
    bulk.undo(change=change, by=cast.department_hr)
    run_jobs()
    assert not Enrolment.objects.in_force().exists()
    assert not Nomination.objects.exclude(enrolment=None).exists()
    assert NominationRound.objects.get().state == "closed"
    again = call.runner().post(call.url("enrol_nominees"))
    assert again.status_code == 302
    assert BulkChange.objects.filter(kind="enrolments.round").count() == 2


def test_seats_are_respected_and_who_is_left_out_is_listed_with_the_reason(cast: Cast) -> None:
    call = make_call(cast, seats=2)
    call.send(call.people)
    call.close()
    assert divided(call) == {call.cohorts[0].code: 2, "": 1}
    left = Nomination.objects.get(cohort=None)
    client = call.runner()
    client.post(call.url("divide_nominees"), {f"class_{left.pk}": call.cohorts[0].pk})
    change = applied(call)
    assert Enrolment.objects.count() == 2
    reasons = list(change.rows.filter(included=False).values_list("message", flat=True))
    assert reasons == [f"Lớp {call.cohorts[0].code} đã hết chỗ."]


def test_an_organiser_does_not_enrol_herself(cast: Cast) -> None:
    call = make_call(cast)
    person = cast.department_hr
    person.postings.update(unit=cast.ward)
    call.send([person, *call.people[:1]])
    call.close()
    divided(call)
    applied(call)
    assert list(Enrolment.objects.values_list("learner", flat=True)) == [call.people[0].pk]


def test_units_are_kept_together_and_a_preview_writes_nothing(cast: Cast) -> None:
    call = make_call(cast, classes=2)
    call.send(call.people)
    call.send([cast.stranger, make_user(unit=cast.other_ward)], "other_ward")
    call.close()
    shown = call.runner().get(call.url("consolidated"), {"way": "units"}).context["division"]
    assert sorted(len(share.people) for share in shown.shares) == [2, 3]
    assert set(Nomination.objects.values_list("cohort", flat=True)) == {None}
    divided(call, "units")
    pairs = set(Nomination.objects.values_list("answer__unit", "cohort"))
    assert len(pairs) == 2


def test_namesakes_and_clashes_are_shown_and_a_returned_list_does_not_count(cast: Cast) -> None:
    call = make_call(cast)
    twins = [make_user("Trần Thị Sinh Đôi", unit=cast.ward, birth_year=1980) for _n in range(2)]
    call.send([*twins, call.people[0]])
    alike = [
        line.row.person_id
        for line in call.runner().get(call.url("consolidated")).context["lines"]
        if line.is_alike
    ]
    assert sorted(alike) == [one.pk for one in twins]
    answer = call.answer()
    answer.state, answer.returned_reason = "returned", "Sai"
    answer.save()
    assert call.runner().get(call.url("consolidated")).context["lines"] == []


def test_classes_are_chosen_only_once_the_round_is_closed(cast: Cast) -> None:
    call = make_call(cast)
    call.send(call.people)
    assert divided(call) == {"": 3}
    call.runner().post(call.url("enrol_nominees"))
    assert not BulkChange.objects.filter(kind="enrolments.round").exists()


def test_the_annex_holds_who_is_named_by_whom_and_why(cast: Cast) -> None:
    call = make_call(cast)
    call.send(call.people, **DECISION)
    response = call.runner().get(call.url("export_nominations"))
    sheet = load_workbook(io.BytesIO(b"".join(response))).active
    assert sheet is not None
    rows = list(sheet.values)
    response.close()
    text = [[str(cell or "") for cell in row] for row in rows]
    assert sum("12/QĐ-UBND" in row for row in text) == 3
    assert {one.full_name for one in call.people} <= {cell for row in text for cell in row}


@pytest.mark.parametrize("size", [10, 1000])
def test_the_consolidated_list_costs_the_same_for_ten_and_a_thousand(cast: Cast, size: int) -> None:
    call = make_call(cast)
    call.send(call.people[:1])
    people = User.objects.bulk_create(
        User(username=f"x{n}", given_name="A", full_name=f"A {n}", sort_key=f"a{n:05}")
        for n in range(size)
    )
    answer = call.answer()
    Nomination.objects.bulk_create(
        Nomination(answer=answer, round=call.asked, person=one, sort_key=one.sort_key)
        for one in people
    )
    client = call.runner()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(call.url("consolidated")).status_code == 200
    assert len(asked) <= 21, [row["sql"][:80] for row in asked]
