"""The people of a unit: who sees whom, how lists are ordered, what officers may do."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.people import PersonData, create_person, move_person
from accounts.models import CorrectionRequest, Posting, User
from accounts.permissions import Permission
from accounts.rights import rights
from audit.models import AuditEvent
from lms.clock import today
from reference.models import Code
from tests.make import make_code, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
NUMBER = "099181001234"
ORDER = (
    "An",
    "Ánh",
    "Ân",
    "Ẩn",
    "Bình",
    "Cường",
    "Dũng",
    "Dương",
    "Đạt",
    "Đức",
    "Hà",
    "Hạ",
    "Hải",
    "Hạnh",
    "Hằng",
    "Hân",
    "Hoà",
    "Lan",
    "Lê",
    "Ngọc",
    "Oanh",
    "Ông",
    "Ơn",
    "Phúc",
    "Quý",
    "Quỳnh",
    "Tám",
    "Tâm",
    "Thuỷ",
    "Thuý",
    "Uyên",
    "Ưng",
    "Yến",
)


def text(response: HttpResponseBase) -> str:
    """Return the page."""
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def reason(code: str = "thoi_viec") -> Code:
    """Return a reason for the end of a post."""
    return make_code("end_reason", code, "Thôi việc")


def new_person(cast: Cast, **more: str) -> dict[str, object]:
    """Return the form of a new person in the ward."""
    return {
        "family_name": "Nguyễn",
        "middle_name": "Thị",
        "given_name": "Hạnh",
        "birth": "1981",
        "unit": cast.ward.pk,
        "category": make_code().pk,
        "since": today().isoformat(),
        **more,
    }


def test_a_list_of_people_is_in_the_order_of_given_names(cast: Cast, browser: Browser) -> None:
    for given in reversed(ORDER):
        make_user(f"Trần Văn {given}", unit=cast.ward)
    page = text(browser(cast.hr).get("/nhan-su/?q=tran van"))
    places = [page.index(f">Trần Văn {given}</a>") for given in ORDER]
    assert places == sorted(places)


@pytest.mark.parametrize("words", ["hoa", "Hòa", "HOÀ", "truong xuan hoa", "Trương Xuân"])
def test_search_folds_tones_and_letters(cast: Cast, browser: Browser, words: str) -> None:
    make_user("Trương Xuân Hoà", unit=cast.ward)
    assert "Trương Xuân Hoà" in text(browser(cast.hr).get("/nhan-su/", {"q": words}))


def test_an_officer_sees_the_people_of_her_units_only(cast: Cast, browser: Browser) -> None:
    page = text(browser(cast.hr).get("/nhan-su/"))
    assert cast.learner.full_name in page
    assert cast.stranger.full_name not in page


@pytest.mark.parametrize("part", ["other_hr", "stranger", "trainer", "learner"])
def test_a_person_of_another_unit_is_as_absent_as_nobody(
    cast: Cast, browser: Browser, part: str
) -> None:
    client = browser(cast.everyone()[part])
    for path in ("", "sua/", "chuyen/", "so-dinh-danh/"):
        there = client.get(f"/nhan-su/{cast.manager.pk}/{path}")
        absent = client.get(f"/nhan-su/999999/{path}")
        assert there.status_code == absent.status_code == 404
        assert there.content == absent.content


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("learner", "/nhan-su/"),
        ("learner", "/nhan-su/ket-xuat/"),
        ("learner", "/nhan-su/dieu-chinh/"),
        ("manager", "/nhan-su/them/"),
        ("hr", "/vai-tro/"),
        ("hr", "/vai-tro/giao/"),
        ("hr", "/don-vi/them/"),
        ("hr", "/vi-sao/"),
        ("auditor", "/vi-sao/"),
    ],
)
def test_pages_of_officers_are_not_there_for_others(
    cast: Cast, browser: Browser, part: str, path: str
) -> None:
    assert browser(cast.everyone()[part]).get(path).status_code == 404


def test_a_line_manager_sees_names_but_not_birth_or_mobile(cast: Cast, browser: Browser) -> None:
    User.objects.filter(pk=cast.learner.pk).update(mobile="0900000001")
    assert "0900000001" in text(browser(cast.hr).get(f"/nhan-su/{cast.learner.pk}/"))
    page = text(browser(cast.manager).get(f"/nhan-su/{cast.learner.pk}/"))
    assert cast.learner.full_name in page
    assert "0900000001" not in page
    assert "1981" not in page


def test_filters_narrow_the_list_and_its_export_alike(cast: Cast, browser: Browser) -> None:
    User.objects.filter(pk=cast.manager.pk).update(last_login=timezone.now())
    client = browser(cast.hr)
    User.objects.filter(pk=cast.manager.pk).update(last_login=timezone.now())
    query = f"?unit={cast.ward.pk}&category={make_code().pk}&came=never"
    page = text(client.get(f"/nhan-su/{query}"))
    assert cast.learner.full_name in page
    assert cast.manager.full_name not in page
    content = b"".join(client.get(f"/nhan-su/ket-xuat/{query}").streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    names = [row[1] for row in list(sheet.values)[1:]]
    assert names == [cast.learner.full_name]
    assert AuditEvent.objects.filter(action="export_people", actor_id=cast.hr.pk).exists()


def test_a_unit_outside_the_scope_is_no_filter(cast: Cast, browser: Browser) -> None:
    page = text(browser(cast.hr).get(f"/nhan-su/?unit={cast.other_ward.pk}"))
    assert cast.stranger.full_name not in page
    assert cast.learner.full_name not in page


@pytest.mark.parametrize("path", ["/nhan-su/", "/don-vi/", "/vai-tro/"])
def test_a_list_costs_the_same_with_10_and_1000_people(
    cast: Cast, browser: Browser, path: str
) -> None:
    client = browser(cast.administrator)

    def cost() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    few = cost()
    category = make_code()
    people = [
        User(username=f"n{n}", given_name="An", full_name=f"Trần An {n}", sort_key="aa")
        for n in range(1000)
    ]
    User.objects.bulk_create(people)
    Posting.objects.bulk_create(
        Posting(user=person, unit=cast.ward, category=category, since=dt.date(2020, 1, 1))
        for person in people
    )
    assert cost() == few <= 15


def test_the_menu_asks_for_the_roles_once(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    with CaptureQueriesContext(connection) as queries:
        page = text(client.get("/ho-so/"))
    assert "/vai-tro/" in page
    roles = [q for q in queries.captured_queries if "accounts_rolegrant" in q["sql"]]
    assert len(roles) == 1
    assert "/vai-tro/" not in text(browser(cast.hr).get("/ho-so/"))


def test_rights_are_the_union_of_the_roles(cast: Cast) -> None:
    assert rights(cast.hr).has(Permission.MANAGE_PEOPLE)
    assert not rights(cast.hr).has(Permission.GRANT_ROLES)
    assert not rights(cast.learner).permissions


def test_a_person_without_staff_code_gets_a_short_sign_in_code(
    cast: Cast, browser: Browser
) -> None:
    form = new_person(cast, given_name="Mới", identity_number=NUMBER)
    browser(cast.hr).post("/nhan-su/them/", form)
    person = User.objects.get(given_name="Mới")
    assert len(person.username) == 7
    assert set(person.username).isdisjoint("0O1IL2Z5S8BUV")
    assert not person.has_usable_password()
    assert person.postings.get().unit == cast.ward
    assert NUMBER not in person.identity_cipher
    page = text(browser(cast.hr).get(f"/nhan-su/{person.pk}/"))
    assert NUMBER not in page
    assert "••••••••••••" in page
    assert NUMBER not in str(list(AuditEvent.objects.values()))


def test_a_possible_duplicate_is_shown_before_a_record_is_made(
    cast: Cast, browser: Browser
) -> None:
    make_user("Nguyễn Thị Hạnh", unit=cast.ward, birth_year=1981)
    client = browser(cast.hr)
    page = text(client.post("/nhan-su/them/", new_person(cast)))
    assert "This person may already be on record" in page
    assert User.objects.filter(full_name="Nguyễn Thị Hạnh").count() == 1
    client.post("/nhan-su/them/", new_person(cast, confirmed="on"))
    assert User.objects.filter(full_name="Nguyễn Thị Hạnh").count() == 2


def test_two_people_cannot_have_one_identity_number(cast: Cast, browser: Browser) -> None:
    data = PersonData(full_name="Trần Văn Khác", identity_number=NUMBER)
    create_person(
        data=data, unit=cast.other_ward, category=make_code(), since=today(), by=cast.other_hr
    )
    page = text(browser(cast.hr).post("/nhan-su/them/", new_person(cast, identity_number=NUMBER)))
    assert "Somebody else already has this identity number." in page


def test_nobody_is_added_to_or_moved_into_a_unit_outside_the_scope(
    cast: Cast, browser: Browser
) -> None:
    client, before = browser(cast.hr), User.objects.count()
    elsewhere = cast.other_ward.pk
    assert client.post("/nhan-su/them/", new_person(cast, unit=str(elsewhere))).status_code == 422
    assert User.objects.count() == before
    move = {"unit": elsewhere, "category": make_code().pk, "since": today().isoformat()}
    assert client.post(f"/nhan-su/{cast.learner.pk}/chuyen/", move).status_code == 422
    assert cast.learner.postings.get().unit == cast.ward


def test_moving_ends_the_old_post_on_the_day_the_new_one_begins(cast: Cast) -> None:
    for _ in range(2):
        move_person(
            person=cast.learner,
            unit=cast.department,
            category=make_code(),
            since=today(),
            by=cast.administrator,
        )
    old, new = cast.learner.postings.order_by("pk")
    assert (old.until, new.since, new.until) == (today(), today(), None)


def test_ending_a_post_needs_a_reason_and_takes_the_person_off_the_list(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.hr)
    post = cast.learner.postings.get()
    address = f"/nhan-su/{cast.learner.pk}/vi-tri/{post.pk}/ket-thuc/"
    assert client.post(address, {"on": today().isoformat()}).status_code == 422
    client.post(address, {"on": today().isoformat(), "reason": reason().pk})
    assert cast.learner.full_name not in text(client.get("/nhan-su/"))
    assert client.get(f"/nhan-su/{cast.learner.pk}/").status_code == 404


def test_an_officer_does_not_manage_her_own_record(cast: Cast, browser: Browser) -> None:
    client = browser(cast.hr)
    post = cast.hr.postings.get()
    for path in ("sua/", "chuyen/", f"vi-tri/{post.pk}/ket-thuc/", "so-dinh-danh/"):
        assert client.get(f"/nhan-su/{cast.hr.pk}/{path}").status_code == 404


def test_an_identity_number_is_revealed_to_few_with_a_reason_and_never_ones_own(
    cast: Cast, browser: Browser
) -> None:
    person = create_person(
        data=PersonData(full_name="Trần Văn Mới", identity_number=NUMBER),
        unit=cast.ward,
        category=make_code(),
        since=today(),
        by=cast.hr,
    )
    address = f"/nhan-su/{person.pk}/so-dinh-danh/"
    assert browser(cast.hr).get(address).status_code == 404
    client = browser(cast.administrator)
    assert NUMBER not in text(client.get(address))
    assert client.post(address, {"reason": ""}).status_code == 422
    assert NUMBER in text(client.post(address, {"reason": "In chứng chỉ"}))
    row = AuditEvent.objects.get(action="reveal_identity")
    assert (row.actor_id, row.target_id, row.reason) == (
        cast.administrator.pk,
        person.pk,
        "In chứng chỉ",
    )
    assert client.get(f"/nhan-su/{cast.administrator.pk}/so-dinh-danh/").status_code == 404


def test_a_correction_is_proposed_decided_and_held_against_imports(
    cast: Cast, browser: Browser
) -> None:
    learner = browser(cast.learner)
    learner.post("/ho-so/dieu-chinh/", {"field": "birth", "new_value": "02/9/1981"})
    request = CorrectionRequest.objects.get()
    officer = browser(cast.hr)
    assert "02/9/1981" in text(officer.get("/nhan-su/dieu-chinh/"))
    for _ in range(2):
        officer.post(f"/nhan-su/dieu-chinh/{request.pk}/", {"decision": "accepted"})
    cast.learner.refresh_from_db()
    assert cast.learner.birth_date == dt.date(1981, 9, 2)
    assert cast.learner.held_fields == ["birth"]
    assert AuditEvent.objects.filter(action="correction_accepted").count() == 1


def test_a_correction_is_refused_with_a_reason_that_the_person_reads(
    cast: Cast, browser: Browser
) -> None:
    learner = browser(cast.learner)
    learner.post("/ho-so/dieu-chinh/", {"field": "full_name", "new_value": "Nguyễn Hạnh"})
    address = f"/nhan-su/dieu-chinh/{CorrectionRequest.objects.get().pk}/"
    officer = browser(cast.hr)
    officer.post(address, {"decision": "refused"})
    assert CorrectionRequest.objects.get().state == "open"
    officer.post(address, {"decision": "refused", "reason": "Chưa có giấy tờ"})
    assert "Chưa có giấy tờ" in text(learner.get("/ho-so/"))
    cast.learner.refresh_from_db()
    assert cast.learner.full_name == "Nguyễn Thị Hồng Hạnh"


def test_nobody_decides_on_their_own_correction_nor_on_another_units(
    cast: Cast, browser: Browser
) -> None:
    own = CorrectionRequest.objects.create(person=cast.hr, field="mobile", new_value="0900000009")
    for officer in (cast.hr, cast.other_hr, cast.learner):
        address = f"/nhan-su/dieu-chinh/{own.pk}/"
        assert browser(officer).post(address, {"decision": "accepted"}).status_code == 404
    assert "0900000009" not in text(browser(cast.hr).get("/nhan-su/dieu-chinh/"))
    own.refresh_from_db()
    assert own.state == "open"


@pytest.mark.parametrize(("field", "value"), [("birth", "32/13/1981"), ("gender", "Khác gì đó")])
def test_a_correction_that_cannot_be_written_is_refused_at_once(
    cast: Cast, browser: Browser, field: str, value: str
) -> None:
    form = {"field": field, "new_value": value}
    assert browser(cast.learner).post("/ho-so/dieu-chinh/", form).status_code == 422
