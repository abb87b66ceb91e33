"""People enter the record, are corrected, move from post to post and leave."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import identity
from accounts.errors import Refused
from accounts.models import Posting, Unit, User
from accounts.permissions import Permission
from accounts.signals import person_moved, posting_ended
from audit.actions import record
from lms.text import nfc

if TYPE_CHECKING:
    from reference.models import Code

# Without letters that read like others (0 O, 1 I L, 2 Z, 5 S, 8 B, U V).
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
CODE_LENGTH = 7


@dataclass(frozen=True)
class PersonData:
    """What is known of a person when the record is made; empty means not known."""

    full_name: str
    family_name: str = ""
    middle_name: str = ""
    given_name: str = ""
    staff_code: str = ""
    birth_date: dt.date | None = None
    birth_year: int | None = None
    gender: str = ""
    mobile: str = ""
    email: str = ""
    identity_number: str = ""


@transaction.atomic
def create_person(
    *,
    data: PersonData,
    unit: Unit,
    category: Code,
    since: dt.date,
    by: User,
    title: str = "",
    is_head: bool = False,
) -> User:
    """Make the record of a person with a first post. No password: a code lets the person in."""
    staff_code = data.staff_code.strip()
    person = User(username=staff_code or new_sign_in_code(), staff_code=staff_code or None)
    take(person, data)
    _take_identity(person, data.identity_number)
    person.set_unusable_password()
    person.save()
    Posting.objects.create(
        user=person, unit=unit, category=category, title=title, since=since, is_head=is_head
    )
    record(
        by=by,
        action="create_person",
        target=person,
        unit_id=unit.pk,
        after={"name": person.full_name, "sign_in_code": person.username},
    )
    return person


def new_sign_in_code() -> str:
    """Return a short sign-in code nobody has yet."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))
        if not User.objects.filter(username=code).exists():
            return code


@transaction.atomic
def update_person(*, person: User, data: PersonData, by: User) -> None:
    """Correct the record; fields changed by hand are held against later imports."""
    person = User.objects.select_for_update().get(pk=person.pk)
    before = _shown(person)
    take(person, data)
    if data.identity_number:
        _take_identity(person, data.identity_number)
    after = _shown(person)
    changed = [name for name in after if after[name] != before[name]]
    if not changed and not data.identity_number:
        return
    person.held_fields = sorted({*person.held_fields, *changed})
    person.save()
    record(
        by=by,
        action="update_person",
        target=person,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


@transaction.atomic
def move_person(
    *,
    person: User,
    unit: Unit,
    category: Code,
    since: dt.date,
    by: User,
    title: str = "",
    is_head: bool = False,
    reason: Code | None = None,
) -> Posting:
    """End the primary post and begin the next one on the same day. Safe to call twice."""
    User.objects.select_for_update().get(pk=person.pk)
    old = person.postings.primary().filter(until=None).select_related("unit").first()
    if old is not None and (old.unit_id, old.since) == (unit.pk, since):
        return old
    if old is not None:
        _close(old, since, reason)
    new = Posting.objects.create(
        user=person, unit=unit, category=category, title=title, since=since, is_head=is_head
    )
    record(
        by=by,
        action="move_person",
        target=person,
        unit_id=unit.pk,
        before={"unit": old.unit_id if old else None},
        after={"unit": unit.pk, "since": since.isoformat()},
    )
    person_moved.send(sender=User, person=person, old=old, new=new, by=by)
    return new


@transaction.atomic
def end_posting(*, posting: Posting, on: dt.date, reason: Code, by: User) -> None:
    """End a post; `on` is the first day without it. Safe to call twice."""
    if by.pk == posting.user_id:
        raise Refused(_("Nobody decides on their own record."))
    posting = Posting.objects.select_for_update().get(pk=posting.pk)
    if posting.until is not None:
        return
    _close(posting, on, reason)
    record(
        by=by,
        action="end_posting",
        target=posting.user,
        unit_id=posting.unit_id,
        after={"until": on.isoformat(), "reason": reason.code},
    )
    posting_ended.send(sender=Posting, posting=posting, by=by)


@transaction.atomic
def reveal_identity(*, person: User, by: User, reason: str) -> str:
    """Return the identity number in clear, and write down who asked and why."""
    held = User.objects.allowing(by, Permission.REVEAL_IDENTITY).filter(pk=person.pk)
    if by.pk == person.pk or not held.exists():
        raise Refused(_("Nobody decides on their own record."))
    record(by=by, action="reveal_identity", target=person, reason=reason)
    return identity.decrypt(person.identity_cipher) if person.identity_cipher else ""


def take(person: User, data: PersonData) -> None:
    """Write what is known into a record that is not saved yet."""
    person.take_name(
        data.full_name, family=data.family_name, middle=data.middle_name, given=data.given_name
    )
    person.birth_date = data.birth_date
    person.birth_year = data.birth_date.year if data.birth_date else data.birth_year
    person.gender = data.gender
    person.mobile = nfc(data.mobile)
    person.email = data.email.strip().lower()


def _take_identity(person: User, number: str) -> None:
    digits = identity.normalised(number)
    if number and not digits:
        raise Refused(_("An identity number has 12 digits."))
    if not digits:
        return
    index = identity.blind_index(digits)
    if User.objects.filter(identity_index=index).exclude(pk=person.pk).exists():
        raise Refused(_("Somebody else already has this identity number."))
    person.identity_cipher, person.identity_index = identity.encrypt(digits), index


def _shown(person: User) -> dict[str, str]:
    return {
        "full_name": person.full_name,
        "family_name": person.family_name,
        "middle_name": person.middle_name,
        "given_name": person.given_name,
        "birth": person.birth,
        "gender": person.gender,
        "mobile": person.mobile,
        "email": person.email,
    }


def _close(posting: Posting, day: dt.date, reason: Code | None) -> None:
    if day < posting.since:
        raise Refused(_("A post cannot end before it begins."))
    posting.until, posting.end_reason = day, reason
    posting.save(update_fields=["until", "end_reason"])
