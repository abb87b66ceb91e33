"""Who a row of a file is. A sure match needs something that is one person's alone.

Staff code, then identity number, then a verified personal address together with the name; a name
with a birth date or year in the row's unit is only a guess, which a person confirms.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts import identity
from accounts.models import Posting, User
from lms.text import fold
from lms.trigrams import by_whole_value


@dataclass(frozen=True)
class IncomingPerson:
    """What a row says of a person; empty means the row does not say."""

    full_name: str = ""
    staff_code: str = ""
    identity_number: str = ""
    email: str = ""
    birth_date: dt.date | None = None
    birth_year: int | None = None
    unit_id: int | None = None

    @property
    def year(self) -> int | None:
        """Return the year of birth, however it was given."""
        return self.birth_date.year if self.birth_date else self.birth_year


class Verdict(StrEnum):
    """How sure a match is."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Match:
    """The answer for one row: the person, or those it may be, and by what."""

    verdict: Verdict
    person: User | None = None
    candidates: list[User] = field(default_factory=list)
    by: str = ""


UNKNOWN = Match(Verdict.UNKNOWN)


def match_people(rows: list[IncomingPerson], scope: QuerySet[User]) -> list[Match]:
    """Answer for each row, with as many queries for 500 rows as for one."""
    people = _Known(rows, scope)
    return [people.match(row) for row in rows]


def named(scope: QuerySet[User], names: Iterable[str]) -> list[User]:
    """Return the people of these folded names; many at once, by the plain index."""
    wanted = set(names) - {""}
    with by_whole_value():
        return list(scope.filter(search_key__in=wanted).order_by("pk")) if wanted else []


class _Known:
    """The people of the scope that any of the rows may mean, in dictionaries."""

    def __init__(self, rows: list[IncomingPerson], scope: QuerySet[User]) -> None:
        sure = [*scope.filter(_sure(rows))]
        self.by_code: dict[str, User] = {}
        for person in sure:
            self.by_code[person.username.lower()] = person
            if person.staff_code:
                self.by_code[person.staff_code.lower()] = person
        self.by_identity = {
            person.identity_index: person for person in sure if person.identity_index
        }
        self.by_email = _by_personal_address(rows, scope)
        self.by_name = defaultdict(list)
        for person in named(scope, {fold(row.full_name) for row in rows}):
            self.by_name[person.search_key].append(person)
        self.units = _units_of([person for same in self.by_name.values() for person in same])

    def match(self, row: IncomingPerson) -> Match:
        """Try what is surest first."""
        if row.staff_code and (person := self.by_code.get(row.staff_code.strip().lower())):
            return Match(Verdict.MATCHED, person, by="staff_code")
        number = identity.normalised(row.identity_number)
        if number and (person := self.by_identity.get(identity.blind_index(number))):
            return Match(Verdict.MATCHED, person, by="identity_number")
        name = fold(row.full_name)
        person = self.by_email.get(row.email.strip().lower())
        if person is not None and person.search_key == name:
            return Match(Verdict.MATCHED, person, by="email")
        alike = [person for person in self.by_name.get(name, []) if self._may_be(person, row)]
        return Match(Verdict.AMBIGUOUS, candidates=alike, by="name") if alike else UNKNOWN

    def _may_be(self, person: User, row: IncomingPerson) -> bool:
        if row.unit_id is None or row.unit_id not in self.units[person.pk]:
            return False
        if row.birth_date and person.birth_date:
            return row.birth_date == person.birth_date
        return row.year is not None and row.year == person.birth_year


def _sure(rows: list[IncomingPerson]) -> Q:
    codes = {row.staff_code.strip() for row in rows} - {""}
    numbers = {identity.normalised(row.identity_number) for row in rows} - {""}
    spelled = {form for code in codes for form in (code, code.upper(), code.lower())}
    indexes = [identity.blind_index(number) for number in numbers]
    return Q(staff_code__in=spelled) | Q(username__in=spelled) | Q(identity_index__in=indexes)


def _by_personal_address(rows: list[IncomingPerson], scope: QuerySet[User]) -> dict[str, User]:
    addresses = {row.email.strip().lower() for row in rows} - {""}
    proved = dict(
        EmailAddress.objects.filter(email__in=addresses, verified=True).values_list("email", "user")
    )
    used = User.objects.annotate(mail=Lower("email")).filter(mail__in=proved)
    for address, pk in used.values_list("mail", "pk"):
        if proved.get(address) != pk:
            proved.pop(address, None)
    people = {person.pk: person for person in scope.filter(pk__in=proved.values())}
    return {address: people[pk] for address, pk in proved.items() if pk in people}


def _units_of(people: list[User]) -> dict[int, set[int]]:
    units: dict[int, set[int]] = defaultdict(set)
    posts = Posting.objects.in_force().filter(user__in=[person.pk for person in people])
    for pk, unit in posts.values_list("user", "unit"):
        units[pk].add(unit)
    return units
