"""Getting in: who is let in, who must wait, and that nothing is told to strangers."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import PasswordReset, User
from audit.models import AuditEvent
from tests.make import make_user
from tests.people import PASSWORD, Cast

SIGN_IN = "/dang-nhap/"
WRONG = "The sign-in code or the password is not right."
WAIT = "Too many wrong tries."


@pytest.fixture
def hanh(db: None) -> User:
    """A person with a password."""
    return make_user("Nguyễn Thị Hồng Hạnh", username="HC4A7", password=PASSWORD, language="en")


def try_to(
    client: Client, login: str, password: str = PASSWORD, *, ip: str = "10.0.0.1", **more: str
) -> tuple[int, str]:
    """Send the form; return the status and the page."""
    response = client.post(SIGN_IN, {"login": login, "password": password, **more}, REMOTE_ADDR=ip)
    return response.status_code, response.content.decode()


def is_in(client: Client) -> bool:
    """Tell whether the browser is signed in."""
    return client.get("/ho-so/").status_code == 200


def test_the_sign_in_code_is_read_in_any_case(hanh: User) -> None:
    client = Client()
    assert try_to(client, " hc4a7 ")[0] == 302
    assert is_in(client)


def test_a_verified_personal_address_signs_in(hanh: User) -> None:
    EmailAddress.objects.create(user=hanh, email="hanh@mail.example", verified=True, primary=True)
    assert try_to(Client(), "Hanh@Mail.Example")[0] == 302


def test_an_unverified_address_signs_nobody_in(hanh: User) -> None:
    EmailAddress.objects.create(user=hanh, email="hanh@mail.example", verified=False)
    User.objects.filter(pk=hanh.pk).update(email="hanh@mail.example")
    status, page = try_to(Client(), "hanh@mail.example")
    assert status == 422
    assert WRONG in page


def test_an_address_shared_with_others_signs_nobody_in_even_if_verified(hanh: User) -> None:
    EmailAddress.objects.create(user=hanh, email="ward@mail.example", verified=True)
    make_user(email="Ward@mail.example")
    assert try_to(Client(), "ward@mail.example")[0] == 422


def test_an_unknown_account_gets_the_same_page_and_costs_a_hash(hanh: User) -> None:
    known = try_to(Client(), "HC4A7", "wrong password here")[1]
    with mock.patch(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode", return_value="x"
    ) as encode:
        unknown = try_to(Client(), "NOBODY", "wrong password here")[1]
    assert encode.called
    cut = known.index("error-summary")
    assert WRONG in known
    assert (
        unknown[unknown.index("error-summary") : unknown.index("error-summary") + 300]
        == (known[cut : cut + 300])
    )


def test_125_people_sign_in_from_one_address_within_a_minute(db: None) -> None:
    people = [make_user(username=f"w{n}", password=PASSWORD) for n in range(125)]
    with time_machine.travel(timezone.now(), tick=False):
        answers = [try_to(Client(), person.username)[0] for person in people]
    assert answers == [302] * 125


def test_the_eleventh_try_within_five_minutes_waits_even_with_the_right_password(
    hanh: User,
) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC), tick=False) as clock:
        for _ in range(10):
            assert WRONG in try_to(Client(), "HC4A7", "wrong password")[1]
        assert WAIT in try_to(Client(), "hc4a7")[1]
        clock.shift(301)
        assert try_to(Client(), "HC4A7")[0] == 302


def test_unknown_accounts_wait_just_as_known_ones_do(db: None) -> None:
    for _ in range(10):
        try_to(Client(), "NOBODY", "wrong password")
    assert WAIT in try_to(Client(), "nobody", "wrong password")[1]


def test_wrong_tries_from_elsewhere_do_not_keep_a_person_out(hanh: User) -> None:
    assert try_to(Client(), "HC4A7", ip="10.1.1.1")[0] == 302
    for n in range(40):
        try_to(Client(), "HC4A7", "wrong password", ip=f"10.9.9.{n}")
    assert WAIT in try_to(Client(), "HC4A7", ip="10.9.9.99")[1]
    assert try_to(Client(), "HC4A7", ip="10.1.1.1")[0] == 302


def test_the_limit_counts_an_account_once_by_all_its_names(hanh: User) -> None:
    EmailAddress.objects.create(user=hanh, email="hanh@mail.example", verified=True)
    for _ in range(5):
        try_to(Client(), "HC4A7", "wrong password")
        try_to(Client(), "hanh@mail.example", "wrong password")
    assert WAIT in try_to(Client(), "HC4A7")[1]


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "https:e",
    ],
)
def test_sign_in_leads_to_our_own_pages_only(hanh: User, wanted: str) -> None:
    client = Client()
    response = client.post(SIGN_IN, {"login": "HC4A7", "password": PASSWORD, "next": wanted})
    assert response["Location"] == settings.LOGIN_REDIRECT_URL


def test_sign_in_leads_back_to_the_page_asked_for(hanh: User) -> None:
    client = Client()
    asked = client.get("/ho-so/mat-khau/")
    assert asked["Location"] == "/dang-nhap/?next=/ho-so/mat-khau/"
    response = client.post(SIGN_IN, {"login": "HC4A7", "password": PASSWORD, "next": "/ho-so/"})
    assert response["Location"] == "/ho-so/"


def test_the_session_gets_a_new_key_at_sign_in(hanh: User) -> None:
    client = Client()
    client.session.save()
    before = client.session.session_key
    assert before
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    try_to(client, "HC4A7")
    assert client.session.session_key != before


def test_a_form_without_its_token_is_refused(hanh: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_IN, {"login": "HC4A7", "password": PASSWORD})
    assert response.status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"archived_at": timezone.now()}])
def test_a_suspended_person_is_out_on_the_next_request(
    hanh: User, change: dict[str, object]
) -> None:
    client = Client()
    try_to(client, "HC4A7")
    assert is_in(client)
    User.objects.filter(pk=hanh.pk).update(**change)
    assert not is_in(client)
    assert WRONG in try_to(Client(), "HC4A7")[1]


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(hanh: User) -> None:
    here, there = Client(), Client()
    try_to(here, "HC4A7")
    try_to(there, "HC4A7")
    new = "mot cau moi de nho 2027"
    here.post("/ho-so/mat-khau/", {"current": PASSWORD, "password": new, "again": new})
    assert is_in(here)
    assert not is_in(there)


def test_an_idle_session_ends_and_leads_back_to_its_page(hanh: User) -> None:
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        try_to(client, "HC4A7")
        assert is_in(client)
        clock.shift(29 * 60)
        assert is_in(client)
        clock.shift(31 * 60)
        response = client.get("/ho-so/")
    assert response["Location"] == "/dang-nhap/?next=%2Fho-so%2F&ended=idle"
    assert "nothing was done for a while" in client.get(response["Location"]).content.decode()


def test_a_shared_computer_ends_after_ten_minutes_and_with_the_browser(hanh: User) -> None:
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        try_to(client, "HC4A7", shared="on")
        assert client.session.get_expire_at_browser_close()
        assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
        is_in(client)
        clock.shift(11 * 60)
        assert not is_in(client)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(hanh: User) -> None:
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        try_to(client, "HC4A7")
        is_in(client)
        for _ in range(4):
            clock.shift(10 * 60)
            client.get("/ho-so/", headers={"X-Background": "1"})
        assert not is_in(client)


def test_an_idle_htmx_request_is_sent_to_the_sign_in_page(hanh: User) -> None:
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        try_to(client, "HC4A7")
        is_in(client)
        clock.shift(31 * 60)
        response = client.post(
            "/ho-so/",
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/ho-so/?a=1"},
        )
    assert response["HX-Redirect"] == "/dang-nhap/?next=%2Fho-so%2F%3Fa%3D1&ended=idle"


def test_signing_out_wipes_the_browser_storage(hanh: User) -> None:
    client = Client()
    try_to(client, "HC4A7")
    assert client.get("/dang-xuat/").status_code == 405
    response = client.post("/dang-xuat/")
    assert response["Clear-Site-Data"] == '"storage"'
    assert "accounts/wipe.js" in client.get(response["Location"]).content.decode()
    assert not is_in(client)


def test_a_reset_is_told_once_at_the_next_sign_in(hanh: User, cast: Cast) -> None:
    PasswordReset.objects.create(person=hanh, issued_by=cast.hr)
    client = Client()
    try_to(client, "HC4A7")
    assert cast.hr.full_name in client.get("/ho-so/").content.decode()
    again = Client()
    try_to(again, "HC4A7")
    assert cast.hr.full_name not in again.get("/ho-so/").content.decode()


def test_each_person_reads_in_the_language_chosen_last(hanh: User) -> None:
    client = Client()
    try_to(client, "HC4A7")
    client.post("/ngon-ngu/", {"language": "vi", "next": "/ho-so/"})
    other = Client()
    try_to(other, "HC4A7")
    assert '<html lang="vi"' in other.get("/ho-so/").content.decode()


def test_sign_ins_and_failures_are_on_record_without_the_password(hanh: User) -> None:
    try_to(Client(), "HC4A7", "wrong password")
    try_to(Client(), "HC4A7")
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["sign_in_failed", "sign_in"]
    assert AuditEvent.objects.filter(action="sign_in", actor_id=hanh.pk, ip="10.0.0.1").exists()


def test_a_page_warns_before_the_end_and_one_press_keeps_the_session(hanh: User) -> None:
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        try_to(client, "HC4A7")
        page = client.get("/ho-so/").content.decode()
        assert 'data-idle="1800" data-warn="120"' in page
        clock.shift(29 * 60)
        for _n in range(3):  # the script asks in the background: that keeps nobody signed in
            answer = client.get("/phien/", headers={"X-Background": "1"})
            assert answer.json()["seconds"] == 60
        assert client.post("/phien/giu/").json()["seconds"] == 1800
        clock.shift(29 * 60)
        assert is_in(client)
        clock.shift(31 * 60)
        answer = client.get("/phien/", headers={"X-Background": "1"})
        assert "ended=idle" in answer["Location"]


def test_the_warning_is_on_every_page_of_a_signed_in_person_only(hanh: User) -> None:
    client = Client()
    assert "data-session" not in client.get("/dang-nhap/").content.decode()
    assert client.get("/phien/").status_code == 302
    try_to(client, "HC4A7", shared="on")
    page = client.get("/").content.decode()
    assert 'data-idle="600" data-warn="120"' in page
    assert "data-shared" in page
    assert client.get("/phien/").json()["person"] == hanh.pk
