"""Correcting, moving and ending many records at once, and taking that back untouched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.actions.people import end_posting
from accounts.models import Posting, User
from accounts.signals import person_moved, posting_reopened
from audit.actions import event, record, record_many

if TYPE_CHECKING:
    from reference.models import Code

WRITTEN: Final = (
    "full_name", "family_name", "middle_name", "given_name", "sort_key", "search_key",
    "birth_date", "birth_year", "gender", "mobile", "email", "staff_code",
    "identity_cipher", "identity_index",
)  # fmt: skip
SECRET: Final = ("identity_cipher", "identity_index")
BATCH: Final = 500


@dataclass(frozen=True)
class Move:
    """Where a person goes; a post in the same unit is a change of position."""

    unit_id: int
    category_id: int
    title: str


@transaction.atomic
def correct_people(
    *, people: Sequence[User], changes: Mapping[int, Mapping[str, str]], by: User, reason: str
) -> None:
    """Write what a file says of people, with few statements. Fields stay open to later files."""
    before = {person.pk: {name: str(getattr(person, name) or "") for name in changes[person.pk]}
              for person in people}  # fmt: skip
    for person in people:
        _take(person, changes[person.pk])
    # An upsert: several times as fast as `bulk_update` with its CASE for each field and row.
    User.objects.bulk_create(
        people, batch_size=BATCH, update_conflicts=True, unique_fields=["id"],
        update_fields=WRITTEN,
    )  # fmt: skip
    record_many(
        event(
            by=by,
            action="update_person",
            target=person,
            before=_without_secrets(before[person.pk]),
            after=_without_secrets(changes[person.pk]),
            reason=reason,
        )
        for person in people
    )


def _take(person: User, fields: Mapping[str, str]) -> None:
    """Write the fields of one record; empty text is nothing known."""
    for name in ("gender", "mobile", "email", "identity_cipher"):
        if name in fields:
            setattr(person, name, fields[name])
    for name in ("staff_code", "identity_index"):
        if name in fields:
            setattr(person, name, fields[name] or None)
    if "full_name" in fields:
        person.take_name(fields["full_name"])
    _take_birth(person, fields)


def _take_birth(person: User, fields: Mapping[str, str]) -> None:
    """Write what is known of the birth; the year of a date follows from it."""
    if "birth_year" in fields:
        person.birth_year = int(fields["birth_year"]) if fields["birth_year"] else None
    if "birth_date" in fields:
        day = fields["birth_date"]
        person.birth_date = dt.date.fromisoformat(day) if day else None
    if person.birth_date:
        person.birth_year = person.birth_date.year


def _without_secrets(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: "***" if name in SECRET else value for name, value in fields.items()}


@transaction.atomic
def place_person(
    *, person: User, move: Move, since: dt.date, by: User, reason: str
) -> tuple[Posting, dict[str, Any] | None]:
    """Give a person another primary post from a day.

    Return it, and what stood before where a post that begins that day or later is corrected.
    """
    User.objects.select_for_update().get(pk=person.pk)
    old = person.postings.primary().filter(until=None).select_related("unit").first()
    facts = {"unit_id": move.unit_id, "category_id": move.category_id, "title": move.title}
    stood = {name: getattr(old, name) for name in facts} if old else {}
    if old is not None and old.since >= since:
        Posting.objects.filter(pk=old.pk).update(**facts)
        new, corrected = old, stood
    else:
        if old is not None:
            Posting.objects.filter(pk=old.pk).update(until=since)
        new, corrected = Posting.objects.create(user=person, since=since, **facts), None
    after = {"unit": move.unit_id, "title": move.title, "since": since.isoformat()}
    record(
        by=by,
        action="move_person",
        target=person,
        unit_id=move.unit_id,
        before={"unit": stood.get("unit_id"), "title": stood.get("title", "")},
        after=after,
        reason=reason,
    )
    if old is None or stood["unit_id"] != move.unit_id:
        new.refresh_from_db()
        person_moved.send(sender=User, person=person, old=old, new=new, by=by)
    return new, corrected


@transaction.atomic
def take_place_back(
    *, post: Posting, corrected: Mapping[str, Any] | None, by: User, reason: str
) -> None:
    """Take back what `place_person` did: the post of before is in force again."""
    if corrected is not None:
        Posting.objects.filter(pk=post.pk).update(**corrected)
    else:
        Posting.objects.filter(pk=post.pk).update(until=post.since)
        before = post.user.postings.primary().filter(until=post.since).exclude(pk=post.pk)
        last = before.order_by("-since", "-pk").first()
        if last is not None:
            Posting.objects.filter(pk=last.pk).update(until=None, end_reason=None)
    record(by=by, action="move_undone", target=post.user, unit_id=post.unit_id, reason=reason)


def end_post(*, post: Posting, on: dt.date, reason: Code, by: User) -> None:
    """End the post of somebody a complete list no longer names."""
    end_posting(posting=post, on=max(on, post.since), reason=reason, by=by)


@transaction.atomic
def reopen_post(*, post: Posting, by: User, reason: str) -> None:
    """Take back the end of a post; what ended with it comes back."""
    Posting.objects.filter(pk=post.pk).update(until=None, end_reason=None)
    record(by=by, action="end_undone", target=post.user, unit_id=post.unit_id, reason=reason)
    posting_reopened.send(sender=Posting, posting=post, by=by)
