"""Making the records of many people with few statements, and taking them back unused."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.actions.people import CODE_ALPHABET, CODE_LENGTH, PersonData, take
from accounts.models import Posting, Unit, User
from audit.actions import event, record_many

if TYPE_CHECKING:
    from reference.models import Code

BATCH = 500


@dataclass(frozen=True)
class NewPerson:
    """A record to be made; the identity number comes sealed, never in clear."""

    data: PersonData
    unit: Unit
    category: Code
    title: str = ""
    identity_cipher: str = ""
    identity_index: str = ""


@transaction.atomic
def create_people(*, people: Sequence[NewPerson], since: dt.date, by: User) -> list[User]:
    """Make records with their first posts, all or none. No passwords: codes let people in."""
    codes = new_sign_in_codes(sum(not one.data.staff_code for one in people))
    records = [_record_of(one, codes) for one in people]
    User.objects.bulk_create(records, batch_size=BATCH)
    posts = [
        Posting(user=person, unit=one.unit, category=one.category, title=one.title, since=since)
        for one, person in zip(people, records, strict=True)
    ]
    Posting.objects.bulk_create(posts, batch_size=BATCH)
    record_many(
        event(
            by=by,
            action="create_person",
            target=person,
            unit_id=one.unit.pk,
            after={"name": person.full_name, "sign_in_code": person.username},
        )
        for one, person in zip(people, records, strict=True)
    )
    return records


def new_sign_in_codes(number: int) -> list[str]:
    """Return short sign-in codes that nobody has yet."""
    codes: set[str] = set()
    while len(codes) < number:
        fresh = {_code() for _n in range(number - len(codes))}
        lower = {code.lower() for code in fresh}
        taken = User.objects.annotate(code=Lower("username")).filter(code__in=lower)
        codes |= fresh - {code.upper() for code in taken.values_list("code", flat=True)}
    return sorted(codes)


def _code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))


def _record_of(one: NewPerson, codes: list[str]) -> User:
    code = one.data.staff_code.strip()
    person = User(username=code or codes.pop(), staff_code=code or None)
    take(person, one.data)
    person.identity_cipher = one.identity_cipher
    person.identity_index = one.identity_index or None
    person.set_unusable_password()
    return person


@transaction.atomic
def archive_unused(*, people: Sequence[User], by: User, reason: str) -> None:
    """Archive records that were made by mistake and never used; their codes become free again."""
    now, today = timezone.now(), timezone.localdate()
    before = {person.pk: person.username for person in people}
    for person in people:
        person.username, person.staff_code = f"x{person.pk}", None
        person.identity_cipher, person.identity_index = "", None
        person.is_active, person.archived_at = False, now
    fields = ["username", "staff_code", "identity_cipher", "identity_index"]
    User.objects.bulk_update(people, [*fields, "is_active", "archived_at"], batch_size=BATCH)
    Posting.objects.filter(user__in=people, until=None).update(until=today)
    record_many(
        event(
            by=by,
            action="archive_person",
            target=person,
            before={"sign_in_code": before[person.pk]},
            after={"sign_in_code": person.username},
            reason=reason,
        )
        for person in people
    )
