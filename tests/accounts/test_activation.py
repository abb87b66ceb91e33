"""One-time codes: who issues them, to whom, what they open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.actions.activation import MOST_FAILURES, activate, issue_codes
from accounts.actions.email import reset_link
from accounts.models import ActivationCode, PasswordReset, User
from accounts.tasks import send_reset_link
from audit.models import AuditEvent
from jobs.models import Outbox
from tests.people import PASSWORD, Cast

Browser = Callable[[User], Client]
NEW = "mot cau moi de nho 2027"
SLIPS = "/nhan-su/phieu-kich-hoat/"
WRONG = "These details do not belong together"


def use(
    login: str, code: str, *, birth: str = "1981", password: str = NEW, client: Client | None = None
) -> tuple[int, str]:
    """Send the activation form."""
    data = {"login": login, "code": code, "birth": birth, "password": password, "again": password}
    response = (client or Client()).post("/kich-hoat/", data)
    return response.status_code, response.content.decode()


def code_for(person: User, by: User) -> str:
    """Issue a code and return it."""
    return issue_codes(people=[person], by=by).codes[0].code


def test_a_slip_lets_a_person_choose_a_password_and_come_in(cast: Cast) -> None:
    client = Client()
    code = code_for(cast.learner, cast.hr)
    assert use("HANH", code.lower().replace("-", " "), client=client)[0] == 302
    assert client.get("/ho-so/").status_code == 200
    cast.learner.refresh_from_db()
    assert cast.learner.check_password(NEW)


def test_a_code_works_once(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    assert use("hanh", code)[0] == 302
    assert WRONG in use("hanh", code, password="quite another sentence")[1]


def test_a_code_ends_after_fourteen_days(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    with time_machine.travel(timezone.now() + dt.timedelta(days=14, seconds=1)):
        assert WRONG in use("hanh", code)[1]


def test_a_new_code_ends_the_one_before(cast: Cast) -> None:
    first = code_for(cast.learner, cast.hr)
    second = code_for(cast.learner, cast.hr)
    assert WRONG in use("hanh", first)[1]
    assert use("hanh", second)[0] == 302


def test_a_code_needs_the_birth_year_on_record(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    assert WRONG in use("hanh", code, birth="1980")[1]
    assert WRONG in use("hanh", code, birth="")[1]
    assert use("hanh", code, birth="02/9/1981")[0] == 302


def test_a_known_birth_date_must_be_given_in_full(cast: Cast) -> None:
    User.objects.filter(pk=cast.learner.pk).update(birth_date=dt.date(1981, 9, 2))
    code = code_for(cast.learner, cast.hr)
    assert WRONG in use("hanh", code, birth="1981")[1]
    assert use("hanh", code, birth="2.9.1981")[0] == 302


def test_a_weak_password_does_not_use_the_code_up(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    assert use("hanh", code, password="short")[0] == 422
    assert use("hanh", code, password="password1234")[0] == 422
    assert use("hanh", code)[0] == 302


def test_a_code_opens_nothing_for_somebody_else(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    assert WRONG in use("la", code, birth="")[1]


def test_wrong_codes_are_limited_and_then_the_code_dies(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            use("hanh", "AAAAA-AAAAA")
        assert "Too many wrong tries" in use("hanh", code)[1]
        for _ in range(MOST_FAILURES):
            clock.shift(301)
            use("hanh", "AAAAA-AAAAA")
        clock.shift(301)
        assert WRONG in use("hanh", code)[1]


def test_an_unknown_sign_in_code_gets_the_same_answer(cast: Cast) -> None:
    assert WRONG in use("nobody", "AAAAA-AAAAA")[1]


def test_only_the_hash_of_a_code_is_kept(cast: Cast) -> None:
    code = code_for(cast.learner, cast.hr)
    row = ActivationCode.objects.get()
    assert code not in row.code_hash
    assert len(row.code_hash) == 64
    written = str(list(AuditEvent.objects.values()))
    assert code not in written
    assert AuditEvent.objects.filter(action="issue_activation_code", actor_id=cast.hr.pk).exists()


@pytest.mark.parametrize("part", ["hr", "manager", "stranger", "trainer", "administrator"])
def test_a_ward_officer_issues_no_code_to_staff_strangers_or_herself(cast: Cast, part: str) -> None:
    person = cast.everyone()[part]
    issue = issue_codes(people=[person], by=cast.hr)
    assert not issue.codes
    assert [one.pk for one, _why in issue.refused] == [person.pk]


def test_an_administrator_invites_staff_and_outside_lecturers_but_not_herself(cast: Cast) -> None:
    issue = issue_codes(people=[cast.hr, cast.trainer, cast.administrator], by=cast.administrator)
    assert {one.person.pk for one in issue.codes} == {cast.hr.pk, cast.trainer.pk}


def test_slips_show_each_code_once_with_its_square(cast: Cast, browser: Browser) -> None:
    client = browser(cast.hr)
    page = client.post(SLIPS, {"ids": [cast.learner.pk, cast.stranger.pk]}).content.decode()
    codes = re.findall(r"[A-Z0-9]{5}-[A-Z0-9]{5}", page)
    assert len(codes) == 1
    assert page.count("<svg") >= 1
    assert cast.stranger.full_name not in page
    assert client.get(SLIPS).status_code == 405
    assert codes[0] not in client.get(f"/nhan-su/{cast.learner.pk}/").content.decode()
    assert use("hanh", codes[0])[0] == 302


def test_slips_are_for_officers_only(cast: Cast, browser: Browser) -> None:
    for person in (cast.learner, cast.manager, cast.auditor, cast.support):
        answer = browser(person).post(SLIPS, {"ids": [cast.learner.pk]})
        assert answer.status_code == 404
    assert not ActivationCode.objects.exists()


def test_a_slip_for_a_forgotten_password_is_told_to_whoever_signs_in_next(cast: Cast) -> None:
    cast.learner.set_password(PASSWORD)
    cast.learner.save()
    activate(person=cast.learner, code=code_for(cast.learner, cast.hr), password=NEW)
    client = Client()
    client.post("/dang-nhap/", {"login": "hanh", "password": NEW})
    assert cast.hr.full_name in client.get("/ho-so/").content.decode()


def test_a_first_activation_is_no_reset(cast: Cast) -> None:
    use("hanh", code_for(cast.learner, cast.hr))
    assert not PasswordReset.objects.exists()


def test_a_reset_goes_to_a_verified_personal_address_only(cast: Cast) -> None:
    learner = cast.learner
    User.objects.filter(pk=learner.pk).update(email="hanh@mail.example")
    first = Client().post("/quen-mat-khau/", {"email": "hanh@mail.example"})
    assert not Outbox.objects.exists()
    EmailAddress.objects.create(user=learner, email="hanh@mail.example", verified=True)
    second = Client().post("/quen-mat-khau/", {"email": "HANH@mail.example"})
    assert Outbox.objects.get().task == "accounts.send_reset_link"
    sentence = "If this is a confirmed personal address"
    assert sentence in first.content.decode()
    assert sentence in second.content.decode()


def test_the_letter_leads_to_our_own_host_and_resets_once(cast: Cast) -> None:
    learner = cast.learner
    EmailAddress.objects.create(user=learner, email="hanh@mail.example", verified=True)
    Client(headers={"host": "localhost"}).post("/quen-mat-khau/", {"email": "hanh@mail.example"})
    row = Outbox.objects.get()
    send_reset_link(row.pk)
    send_reset_link(row.pk)
    assert len(mail.outbox) == 1
    link = re.search(r"http://localhost:8000(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert Client().get(link[1]).status_code == 200
    assert Client().post(link[1], {"password": NEW, "again": NEW}).status_code == 302
    assert Client().get(link[1]).status_code == 404
    learner.refresh_from_db()
    assert learner.check_password(NEW)


def test_a_made_up_reset_link_is_not_there(cast: Cast) -> None:
    real = reset_link(cast.learner).removeprefix("http://localhost:8000")
    assert Client().get(real[:-3] + "xx/").status_code == 404
    assert Client().get("/dat-lai-mat-khau/%F0/abc/").status_code == 404


def test_reset_letters_to_one_address_are_limited(cast: Cast) -> None:
    EmailAddress.objects.create(user=cast.learner, email="hanh@mail.example", verified=True)
    for _ in range(6):
        Client().post("/quen-mat-khau/", {"email": "hanh@mail.example"})
    assert Outbox.objects.count() == 3
