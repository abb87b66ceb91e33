"""Two records of one person: found, compared, merged where nothing is rewritten, taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import identity
from accounts.actions.merging import merge_people, undo_merge
from accounts.actions.people import update_person
from accounts.forms.people import PersonForm
from accounts.models import PersonMerge, User
from audit.models import AuditEvent
from enrolments.actions.absences import work_out
from enrolments.models import Obligation
from lms.clock import end_of_day, today
from tests.make import make_cohort, make_enrolment, make_user, make_version, mark_published
from tests.people import Cast

Browser = Callable[[User], Client]
NUMBER = "079081000123"
ROOT = "/nhan-su/trung/"
FIELDS = ("username", "staff_code", "full_name", "birth_year", "mobile", "email", "is_active")


@pytest.fixture
def twin(cast: Cast) -> User:
    """Return a second record of the learner, with a duty of its own by rule."""
    person = make_user(
        "Nguyễn Thị Hồng Hạnh", unit=cast.ward, username="cb777", staff_code="CB777",
        mobile="0901234567", language="en",
    )  # fmt: skip
    Obligation.objects.create(
        person=person,
        unit=cast.ward,
        title_vi="An toàn thông tin",
        due_on=today(),
        due_at=end_of_day(today()),
    )
    return person


def stood(*people: User) -> list[dict[str, Any]]:
    keys = [one.pk for one in people]
    rows = User.objects.filter(pk__in=keys).order_by("pk")
    return [
        {name: getattr(row, name) for name in FIELDS}
        | {"posts": sorted(row.postings.in_force().values_list("unit", "since"))}
        | {"duties": sorted(row.obligations.values_list("title_vi", "status"))}
        for row in rows
    ]


def merge(client: Client, kept: User, ended: User, **take: str) -> Any:
    return client.post(f"{ROOT}{kept.pk}/{ended.pk}/", take)


def test_an_officer_finds_compares_merges_and_takes_apart(
    cast: Cast, twin: User, browser: Browser
) -> None:
    client, ended_client = browser(cast.hr), browser(twin)
    work_out(person=twin, year=today().year)  # what is worked out by itself binds nobody
    assert ended_client.get("/ho-so/").status_code == 200
    before = stood(cast.learner, twin)
    assert f"{ROOT}{cast.learner.pk}/{twin.pk}/" in client.get(ROOT).content.decode()
    page = client.get(f"{ROOT}{cast.learner.pk}/{twin.pk}/").content.decode()
    for words in ("0901234567", "CB777", "Record that ends"):
        assert words in page
    for _click in range(2):
        merge(client, cast.learner, twin, staff_code="ended", mobile="ended")
    cast.learner.refresh_from_db()
    assert (cast.learner.username, cast.learner.staff_code) == ("hanh", "CB777")
    assert (cast.learner.mobile, cast.learner.birth_year) == ("0901234567", 1981)
    assert PersonMerge.objects.get().ended == twin
    assert not twin.postings.in_force().exists()
    assert twin.obligations.get().status == "cancelled"
    assert ended_client.get("/ho-so/").status_code == 302
    assert AuditEvent.objects.get(action="merge_people").actor_id == cast.hr.pk
    assert client.get(f"{ROOT}{cast.learner.pk}/{twin.pk}/").status_code == 404
    client.post(f"{ROOT}{PersonMerge.objects.get().pk}/hoan-tac/")
    assert stood(cast.learner, twin) == before


def test_a_record_with_anything_of_its_own_does_not_end(
    cast: Cast, twin: User, browser: Browser
) -> None:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department)
    make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    client = browser(cast.hr)
    page = client.get(f"{ROOT}{twin.pk}/{cast.learner.pk}/").content.decode()
    assert "never rewritten" in page
    merge(client, twin, cast.learner)
    assert not PersonMerge.objects.exists()
    assert User.objects.get(pk=cast.learner.pk).is_active
    merge(client, cast.learner, twin)
    assert PersonMerge.objects.get().kept == cast.learner


def test_nobody_merges_their_own_record_nor_one_outside_the_scope_nor_two_people(
    cast: Cast, twin: User, browser: Browser
) -> None:
    own = make_user("Lê Thị Thu", unit=cast.ward)
    far = make_user("Nguyễn Thị Hồng Hạnh", unit=cast.other_ward)
    other = make_user("Nguyễn Thị Hồng Hạnh", unit=cast.ward, birth_year=1990)
    client = browser(cast.hr)
    pairs = [(cast.hr, own), (own, cast.hr), (cast.learner, far), (cast.learner, other)]
    for kept, ended in [*pairs, (cast.learner, cast.manager)]:
        assert merge(client, kept, ended).status_code == 404
    assert browser(cast.other_hr).get(f"{ROOT}{cast.learner.pk}/{twin.pk}/").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonMerge.objects.create(kept=cast.hr, ended=own, merged_by=cast.hr)
    assert not PersonMerge.objects.exists()


def test_what_has_changed_since_stays_merged(cast: Cast, twin: User, browser: Browser) -> None:
    client = browser(cast.hr)
    merge(client, cast.learner, twin)
    typed = {"family_name": "Nguyễn", "given_name": "Hạnh Mới", "email": "", "birth": "1981"}
    form = PersonForm(typed)
    assert form.is_valid()
    update_person(person=cast.learner, data=form.data_of_person(), by=cast.hr)
    page = client.post(f"{ROOT}{PersonMerge.objects.get().pk}/hoan-tac/", follow=True)
    assert "it stays merged" in page.content.decode()
    assert not User.objects.get(pk=twin.pk).is_active


def test_a_merge_is_taken_apart_after_the_keys_have_changed(
    cast: Cast, twin: User, settings: Settings
) -> None:
    sealed = {
        "identity_cipher": identity.encrypt(NUMBER),
        "identity_index": identity.blind_index(NUMBER),
    }
    User.objects.filter(pk=twin.pk).update(**sealed)
    merge = merge_people(kept=cast.learner, ended=twin, take={"identity": True}, by=cast.hr)
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]
    undo_merge(merge=merge, by=cast.hr)
    twin.refresh_from_db()
    assert identity.decrypt(twin.identity_cipher) == NUMBER
