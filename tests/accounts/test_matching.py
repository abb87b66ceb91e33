"""Which person a row of a file means."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import identity
from accounts.matching import IncomingPerson, Match, Verdict, match_people
from accounts.models import Unit, User
from accounts.permissions import Permission
from tests.make import make_unit, make_user
from tests.people import Cast

NUMBER = "099181001234"


@pytest.fixture
def ward(db: None) -> Unit:
    """A ward."""
    return make_unit("Phường Bến Thành")


@pytest.fixture
def hanh(ward: Unit) -> User:
    """A person with everything that could identify her."""
    person = make_user(
        "Nguyễn Thị Hạnh",
        unit=ward,
        staff_code="CB-001",
        birth_date=dt.date(1981, 9, 2),
        birth_year=1981,
        identity_index=identity.blind_index(NUMBER),
    )
    EmailAddress.objects.create(user=person, email="hanh@mail.example", verified=True)
    return person


def match(row: IncomingPerson) -> Match:
    """Match one row against everybody."""
    return match_people([row], User.objects.all())[0]


@pytest.mark.parametrize(
    ("row", "by"),
    [
        (IncomingPerson(staff_code=" cb-001 ", full_name="Ai Đó Khác"), "staff_code"),
        (IncomingPerson(identity_number="099 181 001 234"), "identity_number"),
        (IncomingPerson(email="Hanh@mail.example", full_name="NGUYEN THI HANH"), "email"),
    ],
)
def test_what_is_one_persons_alone_matches(hanh: User, row: IncomingPerson, by: str) -> None:
    found = match(row)
    assert (found.verdict, found.person, found.by) == (Verdict.MATCHED, hanh, by)


def test_an_address_with_another_name_matches_nobody(hanh: User) -> None:
    row = IncomingPerson(email="hanh@mail.example", full_name="Trần Văn Bình")
    assert match(row).verdict == Verdict.UNKNOWN


def test_an_unverified_or_shared_address_matches_nobody(hanh: User) -> None:
    row = IncomingPerson(email="hanh@mail.example", full_name="Nguyễn Thị Hạnh")
    make_user("Trần Văn Bình", email="hanh@mail.example")
    assert match(row).verdict == Verdict.UNKNOWN
    User.objects.filter(email="hanh@mail.example").update(email="")
    assert match(row).verdict == Verdict.MATCHED
    EmailAddress.objects.update(verified=False)
    assert match(row).verdict == Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("birth_date", "birth_year", "verdict"),
    [
        (dt.date(1981, 9, 2), None, Verdict.AMBIGUOUS),
        (None, 1981, Verdict.AMBIGUOUS),
        (dt.date(1981, 2, 9), None, Verdict.UNKNOWN),
        (None, 1980, Verdict.UNKNOWN),
        (None, None, Verdict.UNKNOWN),
    ],
)
def test_a_name_with_a_birth_year_in_the_unit_is_only_a_guess(
    hanh: User, ward: Unit, birth_date: dt.date | None, birth_year: int | None, verdict: Verdict
) -> None:
    row = IncomingPerson(
        full_name=unicodedata.normalize("NFD", "NGUYỄN THỊ HẠNH"),
        birth_date=birth_date,
        birth_year=birth_year,
        unit_id=ward.pk,
    )
    found = match(row)
    assert found.verdict == verdict
    assert found.person is None
    assert found.candidates == ([hanh] if verdict == Verdict.AMBIGUOUS else [])


def test_the_same_name_in_another_unit_is_unknown(hanh: User) -> None:
    row = IncomingPerson(full_name="Nguyễn Thị Hạnh", birth_year=1981, unit_id=make_unit().pk)
    assert match(row).verdict == Verdict.UNKNOWN


def test_two_alike_in_one_ward_are_both_shown(hanh: User, ward: Unit) -> None:
    twin = make_user("Nguyễn Thị Hạnh", unit=ward, birth_year=1981)
    row = IncomingPerson(full_name="Nguyễn Thị Hạnh", birth_year=1981, unit_id=ward.pk)
    assert {person.pk for person in match(row).candidates} == {hanh.pk, twin.pk}


def test_people_outside_the_scope_read_as_unknown(cast: Cast) -> None:
    User.objects.filter(pk=cast.stranger.pk).update(staff_code="X-9")
    scope = User.objects.allowing(cast.hr, Permission.MANAGE_PEOPLE)
    rows = [IncomingPerson(staff_code="X-9"), IncomingPerson(staff_code="hanh")]
    verdicts = [found.verdict for found in match_people(rows, scope)]
    assert verdicts == [Verdict.UNKNOWN, Verdict.MATCHED]


def test_500_rows_cost_as_many_queries_as_one(hanh: User, ward: Unit) -> None:
    def cost(count: int) -> int:
        rows = [
            IncomingPerson(
                full_name=f"Nguyễn Thị Hạnh {n}" if n else "Nguyễn Thị Hạnh",
                staff_code=f"CB-{n:03d}",
                identity_number=f"{99181000000 + n:012d}",
                email=f"p{n}@mail.example",
                birth_year=1981,
                unit_id=ward.pk,
            )
            for n in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            match_people(rows, User.objects.all())
        return len(queries)

    around = 4 if connection.vendor == "postgresql" else 0  # a setting around the look for names
    assert cost(500) <= cost(1) <= 6 + around


def test_equal_numbers_share_an_index_that_does_not_show_them() -> None:
    assert identity.blind_index(NUMBER) == identity.blind_index(NUMBER)
    assert NUMBER not in identity.blind_index(NUMBER)
    sealed = identity.encrypt(NUMBER)
    assert NUMBER not in sealed
    assert identity.decrypt(sealed) == NUMBER
    assert sealed != identity.encrypt(NUMBER)


@pytest.mark.parametrize(
    "text", ["", "123", "0991810012345", "09918100123x", "０９９１８１００１２３４"]
)
def test_what_is_not_twelve_digits_is_no_identity_number(text: str) -> None:
    assert identity.normalised(text) == ""
