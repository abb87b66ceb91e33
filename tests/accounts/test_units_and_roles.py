"""The tree of units over time, roles and the page that explains access; own addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions import units as actions
from accounts.actions.email import email_link
from accounts.actions.roles import grant_role
from accounts.closing import Holding, closing_of
from accounts.errors import Refused
from accounts.models import RoleGrant, Unit, UnitClosure, User
from accounts.permissions import Role
from accounts.tasks import refresh_units, send_email_link
from audit.models import AuditEvent
from enrolments.models import Cohort, Enrolment
from jobs.models import Outbox
from lms.clock import today
from tests.assessment.make import make_room
from tests.make import grant, make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
MONTH = dt.timedelta(days=30)


def below(unit: Unit) -> set[str]:
    """Return the codes of the units below one, itself included."""
    return set(Unit.objects.under(unit.pk).values_list("code", flat=True))


def division(cast: Cast, code: str = "PVH") -> Unit:
    """Open a division of the ward."""
    return actions.create_unit(
        code=code,
        kind="division",
        name="Phòng Văn hóa",
        since=today(),
        parent=cast.ward,
        by=cast.administrator,
    )


def test_a_new_unit_is_below_its_parent_and_all_above_it(cast: Cast) -> None:
    first = division(cast)
    assert division(cast) == first
    assert "PVH" in below(cast.ward) & below(cast.city)
    assert UnitClosure.objects.get(ancestor=cast.city, descendant=first).depth == 2


def test_an_officer_reaches_new_units_below_hers(cast: Cast, browser: Browser) -> None:
    make_user("Lý Mỹ Duyên", unit=division(cast))
    assert "Lý Mỹ Duyên" in browser(cast.hr).get("/nhan-su/").content.decode()


def test_a_unit_moved_from_today_changes_the_tree_and_one_moved_later_does_so_later(
    cast: Cast,
) -> None:
    unit = division(cast)
    later = today() + MONTH
    actions.place_unit(unit=unit, parent=cast.other_ward, since=later, by=cast.administrator)
    assert "PVH" in below(cast.ward)
    with time_machine.travel(timezone.now() + MONTH):
        refresh_units()
    assert "PVH" not in below(cast.ward)
    assert "PVH" in below(cast.other_ward)


def test_a_unit_cannot_be_part_of_what_is_below_it(cast: Cast) -> None:
    unit = division(cast)
    for unit_, parent in ((cast.ward, unit), (unit, unit), (cast.city, unit)):
        with pytest.raises(Refused):
            actions.place_unit(unit=unit_, parent=parent, since=today(), by=cast.administrator)


def test_a_name_from_a_later_day_comes_into_force_then_and_the_old_one_stays(cast: Cast) -> None:
    later = today() + MONTH
    actions.rename_unit(unit=cast.ward, name="Phường Mới", since=later, by=cast.administrator)
    cast.ward.refresh_from_db()
    assert cast.ward.name == "Phường Bến Thành"
    with time_machine.travel(timezone.now() + MONTH):
        refresh_units()
    cast.ward.refresh_from_db()
    assert (cast.ward.name, cast.ward.search_key) == ("Phường Mới", "phuong moi")
    names = list(cast.ward.names.order_by("since").values_list("name", "until"))
    assert names == [("Phường Bến Thành", later), ("Phường Mới", None)]


def test_a_unit_with_people_or_units_is_not_closed(cast: Cast) -> None:
    unit = division(cast)
    for busy in (cast.ward, cast.city):
        with pytest.raises(Refused):
            actions.close_unit(unit=busy, on=today(), by=cast.administrator)
    actions.close_unit(unit=unit, on=today(), by=cast.administrator, successor=cast.ward)
    assert unit.closed_on == today()
    assert list(unit.successors.all()) == [cast.ward]
    cast.ward.refresh_from_db()
    assert cast.ward.closed_on is None


def close_page(unit: Unit, by: Client, **fields: str) -> Any:
    """Fill in the closing page."""
    facts = {"on": today().isoformat(), **fields}
    return by.post(f"/don-vi/{unit.pk}/giai-the/", facts)


def test_closing_hands_roles_and_sight_to_the_successor_after_a_preview(
    cast: Cast, browser: Browser
) -> None:
    unit = division(cast)
    officer = make_user("Đặng Thị Mai", unit=cast.ward)
    held = grant(officer, Role.HR_OFFICER, unit)
    grant(cast.hr, Role.LINE_MANAGER, unit)
    head = make_user("Tô Văn Bình", unit=cast.other_ward)
    for place_ in (unit, cast.other_ward):
        grant(head, Role.LINE_MANAGER, place_)
    left = make_user("Người Nghỉ Hưu", unit=unit)
    room = make_room(cast, kinds=["single"])
    place = make_enrolment(room.cohort, left, by=cast.hr, unit=unit)
    Cohort.objects.update(organiser=unit)
    left.postings.update(until=today())
    client, to = browser(cast.administrator), str(cast.other_ward.pk)
    shown = close_page(unit, client, successor=to).content.decode()
    for words in ("Đặng Thị Mai", "to Phường Dĩ An from", "HR officer"):
        assert words in shown
    assert [row.count for row in shown_holdings(unit)] == [1, 1]
    assert RoleGrant.objects.get(pk=held.pk).until is None
    assert Unit.objects.get(pk=unit.pk).closed_on is None
    assert not Enrolment.objects.visible_to(cast.other_hr).filter(pk=place.pk).exists()
    for _n in range(2):
        close_page(unit, client, successor=to, confirm="1")
    assert Enrolment.objects.visible_to(cast.other_hr).filter(pk=place.pk).exists()
    assert Enrolment.objects.visible_to(officer).filter(pk=place.pk).exists()
    carried = RoleGrant.objects.in_force().filter(user=officer)
    assert [(row.unit, row.role) for row in carried] == [(cast.other_ward, "hr_officer")]
    assert RoleGrant.objects.in_force().filter(user=head).count() == 1
    told = AuditEvent.objects.filter(action="map_role")
    assert told.count() == 3
    assert set(told.values_list("actor_id", flat=True)) == {cast.administrator.pk}
    with pytest.raises(Refused):
        actions.close_unit(unit=cast.other_ward, on=today(), by=cast.administrator, successor=unit)


def shown_holdings(unit: Unit) -> Sequence[Holding]:
    return closing_of(unit).others


def test_a_unit_with_people_shows_them_and_offers_no_closing(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    shown = close_page(cast.ward, client, successor=str(cast.other_ward.pk)).content.decode()
    assert 'name="confirm"' not in shown
    answer = close_page(cast.ward, client, successor=str(cast.other_ward.pk), confirm="1")
    assert answer.status_code == 422
    assert not RoleGrant.objects.filter(user=cast.hr, unit=cast.other_ward).exists()
    assert cast.ward.placements.count() == 1


def test_the_tree_starts_with_what_one_sees_and_opens_level_by_level(
    cast: Cast, browser: Browser
) -> None:
    division(cast)
    page = browser(cast.hr).get("/don-vi/").content.decode()
    assert "Phường Bến Thành" in page
    assert "Phòng Văn hóa" not in page
    assert "Phường Dĩ An" not in page
    page = browser(cast.hr).get(f"/don-vi/{cast.ward.pk}/").content.decode()
    assert "Phòng Văn hóa" in page
    assert browser(cast.hr).get(f"/don-vi/{cast.other_ward.pk}/").status_code == 404


def test_units_are_found_without_tones(cast: Cast, browser: Browser) -> None:
    page = browser(cast.administrator).get("/don-vi/?q=di an").content.decode()
    assert "Phường Dĩ An" in page
    page = browser(cast.administrator).get("/don-vi/?q=khong co").content.decode()
    assert "No unit matches." in page


def test_an_administrator_opens_renames_moves_and_closes_a_unit(
    cast: Cast, browser: Browser
) -> None:
    client, day = browser(cast.administrator), today().isoformat()
    form = {"code": "PVH", "kind": "division", "name": "Phòng Văn hóa", "since": day}
    client.post("/don-vi/them/", {**form, "parent": cast.ward.pk})
    unit = Unit.objects.get(code="PVH")
    root = f"/don-vi/{unit.pk}/"
    client.post(f"{root}doi-ten/", {"name": "Phòng Văn hóa - Xã hội", "since": day})
    client.post(f"{root}truc-thuoc/", {"parent": cast.other_ward.pk, "since": day})
    client.post(f"{root}giai-the/", {"on": day, "confirm": "1"})
    unit.refresh_from_db()
    assert (unit.name, unit.closed_on) == ("Phòng Văn hóa - Xã hội", today())
    assert "PVH" in below(cast.other_ward)
    for part in (cast.hr, cast.learner):
        assert browser(part).post(f"{root}doi-ten/", {"name": "x"}).status_code == 404


def test_an_administrator_gives_and_ends_a_role(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    form = {"person": "hanh", "role": "hr_officer", "scope": "unit", "unit": cast.ward.pk}
    client.post("/vai-tro/giao/", {**form, "since": today().isoformat()})
    grant = RoleGrant.objects.get(user=cast.learner)
    assert grant.granted_by == cast.administrator
    assert browser(cast.learner).get("/nhan-su/").status_code == 200
    client.post(f"/vai-tro/{grant.pk}/ket-thuc/", {"on": today().isoformat()})
    assert browser(cast.learner).get("/nhan-su/").status_code == 404
    actions_ = AuditEvent.objects.values_list("action", flat=True)
    assert {"grant_role", "end_role"} <= set(actions_)


def test_nobody_gives_a_role_to_themselves_or_as_high_as_their_own(
    cast: Cast, browser: Browser
) -> None:
    day = today()
    tries = [
        (cast.administrator, cast.administrator, "auditor"),
        (cast.administrator, cast.learner, "administrator"),
        (cast.hr, cast.learner, "line_manager"),
        (cast.auditor, cast.learner, "support"),
    ]
    for by, person, role in tries:
        with pytest.raises(Refused):
            grant_role(person=person, role=role, scope="site", unit=None, since=day, by=by)
    form = {"person": "hanh", "role": "administrator", "scope": "site", "since": day.isoformat()}
    assert browser(cast.administrator).post("/vai-tro/giao/", form).status_code == 422
    assert not RoleGrant.objects.filter(user=cast.learner).exists()


def test_an_administrator_of_one_unit_reaches_no_further(cast: Cast) -> None:
    RoleGrant.objects.filter(user=cast.administrator).update(scope="unit", unit=cast.ward)
    give = {"person": cast.learner, "role": "hr_officer", "since": today()}
    by = cast.administrator
    for scope, unit in (("site", None), ("unit", cast.other_ward), ("unit", cast.city)):
        with pytest.raises(Refused):
            grant_role(**give, scope=scope, unit=unit, by=by)  # type: ignore[arg-type]
    grant_role(**give, scope="unit", unit=cast.ward, by=by)  # type: ignore[arg-type]


def test_the_first_administrator_is_named_on_the_command_line(cast: Cast) -> None:
    call_command("make_administrator", "HANH")
    call_command("make_administrator", "hanh")
    assert RoleGrant.objects.get(user=cast.learner).role == "administrator"
    with pytest.raises(CommandError):
        call_command("make_administrator", "nobody")


def test_support_learns_why_an_officer_sees_or_does_not_see_a_person(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.support)
    form = {"person": "thu", "kind": "person", "target": "hanh", "reason": "Hỏi qua điện thoại"}
    page = client.post("/vi-sao/", form).content.decode()
    assert "Sees it." in page
    assert "HR officer reaches it: Phường Bến Thành." in page
    page = client.post("/vi-sao/", {**form, "person": "ngoai"}).content.decode()
    assert "Does not see it." in page
    assert "outside this scope" in page
    page = client.post("/vi-sao/", {**form, "kind": "unit", "target": "25942"}).content.decode()
    assert "Does not see it." in page
    asked = AuditEvent.objects.filter(action="explain_access", actor_id=cast.support.pk)
    assert {row.reason for row in asked} == {"Hỏi qua điện thoại"}
    assert asked.count() == 3


def test_an_address_counts_only_after_its_owner_opened_the_link(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.learner)
    client.post("/ho-so/thu-dien-tu/", {"email": "Hanh@Mail.example"})
    send_email_link(Outbox.objects.get().pk)
    assert mail.outbox[0].to == ["hanh@mail.example"]
    link = email_link(cast.learner, "hanh@mail.example").removeprefix("http://localhost:8000")
    assert link in str(mail.outbox[0].body)
    assert browser(cast.stranger).post(link).status_code == 422
    assert not EmailAddress.objects.get().verified
    client.get(link)
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified
    cast.learner.refresh_from_db()
    assert cast.learner.email == "hanh@mail.example"


def test_a_shared_address_is_kept_for_notices_and_never_proved(
    cast: Cast, browser: Browser
) -> None:
    User.objects.filter(pk=cast.manager.pk).update(email="ward@mail.example")
    client = browser(cast.learner)
    form = {"email": "ward@mail.example"}
    assert client.post("/ho-so/thu-dien-tu/", form).status_code == 422
    client.post("/ho-so/thu-dien-tu/", {**form, "is_shared": "on"})
    cast.learner.refresh_from_db()
    assert cast.learner.email == "ward@mail.example"
    assert not EmailAddress.objects.exists()
    assert "used by other people too" in client.get("/ho-so/").content.decode()
    link = email_link(cast.learner, "ward@mail.example").removeprefix("http://localhost:8000")
    assert client.post(link).status_code == 422


def test_two_sign_in_codes_differ_by_more_than_case(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(username="HANH")
