"""Units merged, split, renamed and closed by a decision: looked at, written, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.people import move_person
from accounts.models import (
    Posting,
    Reorganisation,
    ReorganisationUnit,
    RoleGrant,
    Unit,
    UnitClosure,
    UnitPlacement,
    User,
)
from accounts.permissions import Permission, Role
from admissions.models import Application
from audit.models import AuditEvent
from enrolments.actions.quotas import set_quotas
from enrolments.models import Cohort, CohortQuota, Obligation, RoundAnswer
from enrolments.quotas import SeatsByUnit
from jobs import bulk_steps
from jobs.models import BulkChange
from lms.clock import today
from reporting.models import PlanShare
from reporting.scope import rows_of
from reporting.tracking import Moment, table_of
from requirements.models import Audience
from tests.admissions.make import make_application
from tests.enrolments.importing import run_jobs
from tests.enrolments.rounds import make_call
from tests.make import (
    LONG_AGO,
    grant,
    make_cohort,
    make_course,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
    mark_published,
)
from tests.people import Cast
from tests.reporting.make import make_sent_plan
from tests.requirements.make import make_audience

Browser = Callable[[User], Client]
ROOT = "/don-vi/sap-xep/"
PAST = today() - dt.timedelta(days=20)


@pytest.fixture
def client(cast: Cast, browser: Browser) -> Client:
    """Return the administrator's browser."""
    return browser(cast.administrator)


def begin(client: Client, act: str, **fields: Any) -> Any:
    """Fill in the first page of the wizard, and let the check run."""
    facts = {"since": today().isoformat(), "decision_on": today().isoformat()}
    answer = client.post(f"{ROOT}moi/{act}/", {**facts, "decision_number": "12/QĐ-UBND", **fields})
    run_jobs()
    return answer


def latest() -> Reorganisation:
    return Reorganisation.objects.latest("pk")


def click(client: Client, *verbs: str) -> BulkChange:
    """Press buttons of the latest change, each twice, and let the worker work."""
    change = BulkChange.objects.latest("pk")
    for verb in verbs:
        for _click in range(2):
            client.post(f"/thay-doi/{change.pk}/{verb}/")
        run_jobs()
    change.refresh_from_db()
    return change


def undo(client: Client) -> BulkChange:
    return click(client, "xem-hoan-tac", "hoan-tac/ghi")


def export() -> dict[str, Any]:
    """Return all that counts today: open units, the tree, posts, roles, what hangs on units."""
    opened = Unit.objects.open()
    return {
        "units": list(opened.order_by("pk").values_list("code", "name", "search_key")),
        "successors": list(opened.exclude(successors=None).values_list("pk", "successors")),
        "tree": sorted(
            UnitClosure.objects.filter(descendant__closed_on=None).values_list(
                "ancestor__code", "descendant__code", "depth"
            )
        ),
        "places": sorted(
            UnitPlacement.objects.filter(until=None).values_list("unit__code", "parent__code")
        ),
        "posts": sorted(
            Posting.objects.in_force().values_list("user", "unit", "title", "since", "is_primary")
        ),
        "roles": sorted(
            RoleGrant.objects.in_force()
            .exclude(unit=None)
            .values_list("user", "role", "unit", "since")
        ),
        "answers": sorted(RoundAnswer.objects.values_list("unit", "quota", "state", "reason")),
        "quotas": sorted(PlanShare.objects.values_list("unit", "quota")),
        "seats": sorted(CohortQuota.objects.values_list("cohort", "unit", "seats")),
        "audiences": sorted(Audience.objects.values_list("unit", "name", "state")),
        "applications": list(Application.objects.values_list("unit", "steps__unit", "state")),
    }


def make_class_with_quotas(cast: Cast, *seats: int) -> Cohort:
    """Return a class with quotas of the ward, and of the other one."""
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department, seats=20)
    units = [cast.ward.pk, cast.other_ward.pk]
    given = dict(zip(units, seats, strict=False))
    set_quotas(cohort=cohort, quotas=given, by=cast.department_hr)
    return cohort


def sees(user: User, person: User) -> bool:
    found = User.objects.allowing(user, Permission.SEE_PEOPLE).filter(pk=person.pk)
    return bool(found.exists())


def unit_of(person: User) -> str:
    return person.postings.in_force().primary().get().unit.name


MERGED = "26999; Phường Sài Gòn"


def merge(client: Client, target: str = MERGED, **fields: Any) -> Any:
    return begin(client, "merge", sources="26743\nphuong di an", targets=target, **fields)


def test_two_units_merge_into_a_new_one_after_a_preview_and_all_comes_back(
    cast: Cast, client: Client, browser: Browser
) -> None:
    team = make_unit("Đội Trật tự", parent=cast.ward, kind="division")
    part = make_user("Ngô Văn Đội", unit=team)
    before = export()
    merge(client)
    page = client.get(f"{ROOT}{latest().pk}/").content.decode()
    for words in ("Nguyễn Thị Hồng Hạnh", "Phường Bến Thành → Phường Sài Gòn", "12/QĐ-UBND"):
        assert words in page
    assert export() == before
    assert click(client, "ghi").state == "applied"
    merged = Unit.objects.get(code="26999")
    assert [unit_of(one) for one in (cast.learner, cast.hr, cast.stranger)] == [merged.name] * 3
    post = cast.learner.postings.in_force().get()
    assert (post.title, post.since) == ("Chuyên viên", today())
    assert cast.learner.postings.get(since=LONG_AGO).until == today()
    for old in (cast.ward, cast.other_ward):
        old.refresh_from_db()
        assert (old.closed_on, list(old.successors.all())) == (today(), [merged])
    # Each officer now answers for the people of both; the division came along with its people.
    for officer in (cast.hr, cast.other_hr, cast.manager):
        assert all(sees(officer, one) for one in (cast.learner, cast.stranger, part))
    assert unit_of(part) == team.name
    assert team.placements.get(until=None).parent == merged
    assert Posting.objects.in_force().filter(user=cast.learner).count() == 1
    assert AuditEvent.objects.filter(action="confirm_bulk_change").count() == 1
    answer = client.get(f"{ROOT}{latest().pk}/ket-xuat/")
    assert "sap-xep-don-vi" in answer["Content-Disposition"]
    assert answer.getvalue()
    assert undo(client).state == "undone"
    assert export() == before
    assert not BulkChange.objects.latest("pk").rows.filter(state="kept").exists()
    # What was undone keeps nobody off: the same may be entered again.
    assert merge(client, "27000; Phường Sài Gòn").status_code == 302


def test_nobody_loses_sight_at_any_step_of_writing_and_undoing(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.bulk_steps.rows_at_once", lambda _kind: 1)
    people = [cast.learner, cast.manager]
    lost: list[str] = []

    settle = bulk_steps._settle

    def settle_and_look(*args: Any, **more: Any) -> None:
        lost.extend(one.full_name for one in people if not sees(cast.hr, one))
        settle(*args, **more)

    monkeypatch.setattr(bulk_steps, "_settle", settle_and_look)
    merge(client)
    click(client, "ghi")
    undo(client)
    assert lost == []
    assert sees(cast.hr, cast.learner)


def test_what_hangs_on_a_unit_goes_to_its_successor_and_comes_back(
    cast: Cast, client: Client
) -> None:
    call = make_call(cast)
    asked = RoundAnswer.objects.filter(round__state="open")
    asked.filter(unit=cast.ward).update(quota=3)
    asked.filter(unit=cast.other_ward).update(quota=4)
    plan = make_sent_plan(cast, quota=40)
    given = [make_class_with_quotas(cast, 2), make_class_with_quotas(cast, 2, 3)]
    application = make_application(cast)
    audience = make_audience(cast.ward, by=cast.hr)
    named = make_audience(
        cast.city, by=cast.administrator, rule=[{"units": [cast.ward.pk]}], name="Cả phường"
    )
    members = audience.members_count
    before = export()
    begin(client, "close", sources="26743", targets="25942")
    shown = client.get(f"{ROOT}{latest().pk}/").content.decode()
    for words in (call.asked.title, "Quotas in training plans", "Audiences of other units"):
        assert words in shown
    assert export() == before
    click(client, "ghi")
    to = cast.other_ward
    assert asked.get(unit=to).quota == 7
    assert asked.get(unit=cast.ward).state == "nobody"
    assert PlanShare.objects.get(line__plan=plan).unit == to
    assert [[line.seats for line in SeatsByUnit(one).lines()] for one in given] == [[2], [5]]
    assert all(line.unit == to for one in given for line in SeatsByUnit(one).lines())
    application.refresh_from_db()
    assert application.unit == to
    assert application.steps.get(state="current").unit == to
    assert Application.objects.decided_by(cast.manager).filter(pk=application.pk).exists()
    for row in (audience, named):
        row.refresh_from_db()
        assert (row.state, row.memberships.filter(until=None).count() >= members) == (
            "stopped",
            True,
        )
    assert audience.unit == to
    undo(client)
    assert export() == before


def test_a_unit_splits_by_division_position_and_code_with_everybody_somewhere(
    cast: Cast, client: Client
) -> None:
    team = make_unit("Đội Trật tự", parent=cast.ward, kind="division")
    guard = make_user("Mai Văn Gác", unit=cast.ward, title="Bảo vệ")
    before = export()
    begin(client, "split", sources="26743", targets="26801; Phường Một\n26802; Phường Hai")
    made = latest()
    page = f"{ROOT}{made.pk}/phan-chia/"
    assert f"{ROOT}{made.pk}/bo/" in client.get(page).content.decode()
    wrong = {"rest": "0", "codes_0": "hanh", "codes_1": "hanh\nkhong-co"}
    assert client.post(page, wrong).status_code == 422
    chosen = {"rest": "0", f"unit_{team.pk}": "1", "titles_1": ["Bảo vệ"], "codes_1": "HANH"}
    client.post(page, chosen)
    run_jobs()
    click(client, "ghi")
    assert unit_of(cast.learner) == unit_of(guard) == "Phường Hai"
    assert unit_of(cast.manager) == "Phường Một"
    assert team.placements.get(until=None).parent.name == "Phường Hai"
    assert all(sees(cast.hr, one) for one in (cast.learner, guard, cast.manager))
    undo(client)
    assert export() == before


def test_a_unit_that_goes_on_gives_some_people_away_and_its_officer_answers_for_both(
    cast: Cast, client: Client
) -> None:
    before = export()
    begin(client, "split", sources="26743", targets="26801; Phường Một", stays="on")
    client.post(f"{ROOT}{latest().pk}/phan-chia/", {"rest": "-1", "people_0": [cast.learner.pk]})
    run_jobs()
    click(client, "ghi")
    assert (unit_of(cast.learner), unit_of(cast.manager)) == ("Phường Một", cast.ward.name)
    assert sees(cast.hr, cast.learner)
    assert sees(cast.hr, cast.manager)
    assert Unit.objects.get(pk=cast.ward.pk).closed_on is None
    undo(client)
    assert export() == before


def test_a_unit_is_renamed_from_a_past_day_and_named_back(cast: Cast, client: Client) -> None:
    before = export()
    begin(client, "rename", sources="26743", name="Phường Bến Nghé", since=PAST.isoformat())
    click(client, "ghi")
    cast.ward.refresh_from_db()
    assert cast.ward.name == "Phường Bến Nghé"
    assert cast.ward.names.get(until=PAST).name == "Phường Bến Thành"
    undo(client)
    assert export() == before
    assert begin(client, "rename", sources="26743", name="Phường Bến Nghé").status_code == 302


def test_a_past_day_is_warned_of_and_reports_of_earlier_days_show_the_old_unit(
    cast: Cast, client: Client
) -> None:
    make_user("Người Mới Đến", unit=cast.ward).postings.update(since=today())
    course = make_course(cast.provider)
    version = mark_published(make_version(course, by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department)
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    long_ago = timezone.now() - dt.timedelta(days=30)
    Obligation.objects.update(created_at=long_ago)
    begin(client, "close", sources="26743", targets="25942", since=PAST.isoformat())
    shown = client.get(f"{ROOT}{latest().pk}/").content.decode()
    assert "The day has passed." in shown
    assert 'Posts that began in it: <span class="num">1</span>' in shown
    click(client, "ghi")
    eve = PAST - dt.timedelta(days=1)
    # Today's tree shows the closed unit as part of its successor; people count where they worked.
    below = rows_of([cast.other_ward])
    for day, old, new in ((eve, 1, 0), (today(), 0, 1)):
        table = table_of(below, Moment(day.year, day))
        shares = [table.whole(unit.pk).required for unit in (cast.ward, cast.other_ward)]
        assert shares == [old, new], day
    units = Posting.objects.in_force(eve).filter(user=cast.learner).values_list("unit", flat=True)
    assert list(units) == [cast.ward.pk]
    place.refresh_from_db()
    assert (place.sending_unit, Obligation.objects.get().unit) == (cast.ward, cast.ward)
    newcomer = Posting.objects.in_force().get(user__full_name="Người Mới Đến")
    assert (newcomer.unit, newcomer.since) == (cast.other_ward, today())


def test_a_second_wizard_on_the_same_unit_is_refused_until_the_first_is_dropped(
    cast: Cast, client: Client, browser: Browser
) -> None:
    merge(client)
    first = latest()
    other = make_user("Lưu Thị Khác", unit=cast.department, language="en")
    grant(other, Role.ADMINISTRATOR, scope="site")
    second = browser(other)
    answer = begin(second, "rename", sources="26743", name="Phường Khác")
    assert answer.status_code == 422
    assert "is being reorganised already, by Trịnh Hải Yến" in answer.content.decode()
    assert Reorganisation.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ReorganisationUnit.objects.create(
            reorganisation=first, is_source=True, place=9, unit=cast.ward, name="x"
        )
    second.post(f"{ROOT}{first.pk}/bo/")
    click(client, "ghi")
    assert not Unit.objects.filter(code="26999").exists()
    assert begin(second, "rename", sources="26743", name="Phường Khác").status_code == 302


def test_what_changed_between_check_and_confirmation_refuses_the_whole(
    cast: Cast, client: Client
) -> None:
    merge(client)
    UnitPlacement.objects.filter(unit=cast.ward).update(parent=cast.department)
    assert click(client, "ghi").state == "refused"
    assert Unit.objects.get(pk=cast.ward.pk).closed_on is None
    client.post(f"{ROOT}{latest().pk}/tinh-lai/")
    run_jobs()
    assert click(client, "ghi").state == "applied"


def test_who_has_moved_on_stays_where_they_are_when_the_rest_is_undone(
    cast: Cast, client: Client
) -> None:
    merge(client)
    click(client, "ghi")
    merged = Unit.objects.get(code="26999")
    move_person(
        person=cast.learner,
        unit=cast.department,
        category=cast.learner.postings.last().category,  # type: ignore[union-attr]
        since=today() + dt.timedelta(days=1),
        by=cast.administrator,
    )
    newcomer = make_user("Người Mới Đến", unit=merged)
    undo(client)
    assert unit_of(cast.manager) == cast.ward.name
    assert unit_of(newcomer) == merged.name
    assert cast.learner.postings.get(until=None).unit == cast.department
    # Somebody still works there: the unit and the roles in it stay.
    merged.refresh_from_db()
    assert merged.closed_on is None
    assert sees(cast.hr, newcomer)
    assert sees(cast.hr, cast.manager)


def test_a_new_unit_that_others_have_come_to_stays_with_its_roles_after_an_undo(
    cast: Cast, client: Client
) -> None:
    merge(client)
    click(client, "ghi")
    merged = Unit.objects.get(code="26999")
    newcomer = make_user("Người Mới Đến", unit=merged)
    undo(client)
    merged.refresh_from_db()
    assert merged.closed_on is None
    assert sees(cast.hr, newcomer)
    assert unit_of(cast.learner) == cast.ward.name


def test_wrong_orders_are_refused_in_words(cast: Cast, client: Client) -> None:
    team = make_unit("Đội Trật tự", parent=cast.ward, kind="division", code="DTT")
    later = (today() + dt.timedelta(days=1)).isoformat()
    tries: list[tuple[str, dict[str, str], str]] = [
        ("merge", {"sources": "26743", "targets": "26743"}, "at least two units"),
        ("merge", {"sources": "26743\n25942", "targets": "26743; Trùng mã"}, "this code already"),
        ("merge", {"sources": "26743\nDTT", "targets": MERGED}, "one lies below the other"),
        ("close", {"sources": "26743", "targets": "DTT"}, "become part of itself"),
        ("close", {"sources": "khong co", "targets": "DTT"}, "No open unit"),
        ("close", {"sources": "26743", "targets": "25942", "since": later}, "A day to come"),
        ("close", {"sources": "26743", "targets": "25942", "since": "2019-01-01"}, "later day"),
        ("split", {"sources": "26743", "targets": MERGED}, "at least two units"),
    ]
    for act, fields, words in tries:
        answer = begin(client, act, **fields)
        assert answer.status_code == 422, fields
        assert words in answer.content.decode(), fields
    assert not Reorganisation.objects.exists()
    assert team.closed_on is None


def test_the_preview_costs_the_same_for_many_people(cast: Cast, client: Client) -> None:
    def cost(code: str) -> int:
        begin(client, "close", sources=code, targets="25942")
        url = f"{ROOT}{latest().pk}/"
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        client.post(f"{url}bo/")
        return len(asked)

    few = cost("26743")
    for _n in range(60):
        make_user(unit=cast.ward)
    assert cost("26743") == few
