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
        person.take_name(
            fields["full_name"],
            family=fields.get("family_name", ""),
            middle=fields.get("middle_name", ""),
            given=fields.get("given_name", ""),
        )
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
) -> dict[str, Any]:
    """Give a person another primary post from a day; return what `take_place_back` needs.

    A post that begins on that day or later is corrected in place; an earlier one ends.
    """
    User.objects.select_for_update().get(pk=person.pk)
    posts = person.postings.primary().standing().select_related("unit")
    old = posts.order_by("since", "pk").last()
    facts = {"unit_id": move.unit_id, "category_id": move.category_id, "title": move.title}
    if old is not None and old.since >= since:
        undo = {"post": old.pk, "corrected": {name: getattr(old, name) for name in facts}}
        Posting.objects.filter(pk=old.pk).update(**facts)
        new = Posting.objects.get(pk=old.pk)
    else:
        undo = {"ended": _ended(old, since)} if old else {}
        # An end that is planned (retirement) holds for another position in the same unit too.
        stays = old is not None and old.unit_id == move.unit_id
        kept = _kept(old, stays=stays) if old else {}
        new = Posting.objects.create(user=person, since=since, **facts, **kept)
        undo["post"] = new.pk
    undo["until"] = new.until.isoformat() if new.until else None
    after = {"unit": move.unit_id, "title": move.title, "since": since.isoformat()}
    before = {"unit": old.unit_id, "title": old.title} if old else {}
    record(
        by=by,
        action="move_person",
        target=person,
        unit_id=move.unit_id,
        before=before,
        after=after,
        reason=reason,
    )
    if old is None or old.unit_id != move.unit_id:
        person_moved.send(sender=User, person=person, old=old, new=new, by=by)
    return undo


def _kept(old: Posting, *, stays: bool) -> dict[str, Any]:
    """Return what goes along into the next post: the rank; in the same unit being its head too."""
    names = ("rank_id", "position_id", "is_head", "until", "end_reason_id")
    return {name: getattr(old, name) for name in (names if stays else names[:1])}


def _ended(post: Posting, on: dt.date) -> dict[str, Any]:
    """End a post on a day; return how it stood: an end may have been planned already."""
    stood = {"until": post.until.isoformat() if post.until else None, "reason": post.end_reason_id}
    Posting.objects.filter(pk=post.pk).update(until=on)
    return {"post": post.pk, **stood}


@transaction.atomic
def take_place_back(*, undo: Mapping[str, Any], by: User, reason: str) -> None:
    """Take back what `place_person` did: the post of before stands as it stood."""
    post = Posting.objects.select_related("user").get(pk=undo["post"])
    if "corrected" in undo:
        Posting.objects.filter(pk=post.pk).update(**undo["corrected"])
    else:
        Posting.objects.filter(pk=post.pk).update(until=post.since)
    if ended := undo.get("ended"):
        until = dt.date.fromisoformat(ended["until"]) if ended["until"] else None
        Posting.objects.filter(pk=ended["post"]).update(until=until, end_reason=ended["reason"])
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
