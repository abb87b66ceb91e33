"""Writing the plan of a list into a class, and taking it back."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from audit.models import AuditEvent
from enrolments.models import Attendance, Cohort, Enrolment, Obligation, Session
from jobs.models import BulkChange
from notifications.models import Notice
from tests.enrolments.importing import HEADS, Walk, person, run_jobs
from tests.people import Cast

pytestmark = pytest.mark.django_db


def visible_state(cohort: Cohort) -> list[object]:
    """Return everything a reader or an export of the class could show."""
    cohort.refresh_from_db()
    places = cohort.enrolments.in_force().order_by("pk")
    duties = Obligation.objects.outstanding().order_by("pk")
    notices = Notice.objects.exclude(state="stopped").order_by("pk")
    people = User.objects.active().order_by("pk").values_list("username", "full_name", "staff_code")
    rows = [list(rows.values_list()) for rows in (places, duties, notices)]
    return [cohort.enrolled_count, *rows, list(people)]


def test_confirming_gives_places_with_duties_and_undo_takes_them_back(
    walk: Walk, cast: Cast
) -> None:
    people = [person(f"CB0{n}", f"Lý Văn {n}", cast) for n in "ABC"]
    before = visible_state(walk.cohort)
    walk.check([HEADS, *([n, one.username, one.full_name] for n, one in enumerate(people))])
    change = walk.confirm()
    assert change.state == "applied"
    places = Enrolment.objects.in_force().filter(cohort=walk.cohort)
    assert {place.learner for place in places} == set(people)
    assert {(place.source, place.sending_unit) for place in places} == {("file", cast.ward)}
    assert Obligation.objects.filter(enrolment__in=places).count() == 3
    assert walk.row(2).target_id == places.get(learner=people[0]).pk
    walk.cohort.refresh_from_db()
    assert walk.cohort.enrolled_count == 3
    change = walk.undo()
    assert change.state == "undone"
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"mistake"}
    assert not Obligation.objects.outstanding().exists()
    assert visible_state(walk.cohort) == before


def test_a_place_worked_on_since_stays_when_the_rest_is_undone(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB0{n}", f"Lý Văn {n}", cast) for n in "ABCD"]
    walk.check([HEADS, *([n, one.username, one.full_name] for n, one in enumerate(people))])
    walk.confirm()
    now = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
    session = Session.objects.create(
        cohort=walk.cohort, number=1, starts_at=now, ends_at=now + dt.timedelta(hours=3)
    )
    places = {place.learner_id: place for place in Enrolment.objects.all()}
    Attendance.objects.create(
        session=session, enrolment=places[people[0].pk], status="present", recorded_by=cast.hr
    )
    Enrolment.objects.filter(learner=people[1]).update(started_at=now, state="studying")
    walk.undo()
    assert [walk.row(n).state for n in (2, 3, 4, 5)] == ["kept", "kept", "undone", "undone"]
    assert walk.row(2).reason
    assert walk.row(2).reason != walk.row(3).reason
    assert Enrolment.objects.in_force().count() == 2


def test_undo_archives_records_nobody_used_and_they_can_be_sent_again(
    walk: Walk, cast: Cast
) -> None:
    rows = [HEADS, *([n, f"CB9{n}", f"Cao Hữu {name}", "1985", "", "Công chức"]
                     for n, name in enumerate(["Phúc", "Lộc"]))]  # fmt: skip
    walk.check(rows)
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    User.objects.filter(staff_code="CB91").update(last_login=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    walk.undo()
    assert User.objects.get(staff_code="CB91").is_active
    assert walk.after(3)["kept"]
    gone = User.objects.get(pk=walk.after(2)["person"])
    assert gone.archived_at is not None
    assert not Enrolment.objects.in_force().exists()
    walk.check(rows)
    assert walk.verdicts() == {2: "unknown", 3: "new"}
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    assert Enrolment.objects.in_force().count() == 2


def test_rows_that_changed_since_the_check_are_left_out_and_listed(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(3)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    post = people[1].postings.get()
    post.unit = cast.other_ward
    post.save()
    walk.confirm()
    assert [walk.row(n).state for n in (2, 3, 4)] == ["applied", "left_out", "applied"]
    assert walk.row(3).reason
    assert Enrolment.objects.count() == 2


def test_the_whole_is_refused_when_many_rows_changed(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(10)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    for one in people[:2]:
        one.postings.update(unit=cast.other_ward)
    assert walk.confirm().state == "refused"
    assert not Enrolment.objects.exists()
    assert walk.client.get(walk.at()).status_code == 200


def test_the_whole_is_refused_when_the_columns_changed(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    BulkChange.objects.update(params={**walk.change.params, "mapping": {"full_name": 2}})
    assert walk.confirm().state == "refused"
    assert not Enrolment.objects.exists()


def test_two_clicks_confirm_once(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    walk.client.post(walk.at("import_confirm"))
    walk.client.post(walk.at("import_confirm"))
    assert walk.decide(2, "leave").status_code == 302
    run_jobs()
    assert Enrolment.objects.count() == 1
    assert AuditEvent.objects.filter(action="confirm_bulk_change").count() == 1


def test_more_people_than_seats_fill_the_class_in_the_order_of_the_file(
    walk: Walk, cast: Cast
) -> None:
    Cohort.objects.filter(pk=walk.cohort.pk).update(seats=2)
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(3)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    walk.confirm()
    assert [walk.row(n).state for n in (2, 3, 4)] == ["applied", "applied", "left_out"]
    assert "2" in walk.client.get(walk.at()).content.decode()


def test_a_class_that_closed_meanwhile_takes_nobody_and_no_record_is_made(walk: Walk) -> None:
    walk.check([HEADS, [1, "CB91", "Cao Hữu Phúc", "1985", "", "Công chức"]])
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    Cohort.objects.filter(pk=walk.cohort.pk).update(state="postponed")
    walk.confirm()
    assert (walk.row(2).state, "new" in walk.after(2)) == ("left_out", True)
    assert not User.objects.filter(staff_code="CB91").exists()
