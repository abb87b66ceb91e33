"""Writing the plan of a file of people, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.from_files import (
    Move,
    correct_people,
    end_post,
    place_person,
    reopen_post,
    take_place_back,
)
from accounts.actions.many import NewPerson, archive_unused, create_people
from accounts.actions.people import PersonData
from accounts.imports.rows import NEW, PERSON
from accounts.imports.source import Settings
from accounts.imports.standing import said
from accounts.models import ActivationCode, Posting, RoleGrant, Unit, User
from jobs.models import BulkChange, BulkRow
from lms.registries import Registry
from reference.models import Code

# By person: what a record made by a file has been used for since, in words. A query or two.
record_uses: Registry[Callable[[Sequence[int]], dict[int, str]]] = Registry("uses of a record")


def write(change: BulkChange, rows: Sequence[BulkRow], by: User) -> dict[int, str]:
    """Write some rows; none is refused, since each was looked at just before."""
    chosen = Settings.of(change)
    _make([row for row in rows if row.target_type == NEW], chosen, by)
    known = [row for row in rows if row.target_type == PERSON and row.state == "planned"]
    corrected = [row for row in known if _after(row).get("fields")]
    # Locked: all columns are written back, those somebody changes at this moment too.
    ids = [row.target_id for row in known if row.target_id]
    people = User.objects.select_for_update().order_by("pk").in_bulk(ids)
    changes = {row.target_id or 0: _after(row)["fields"] for row in corrected}
    if changes:
        correct_people(
            people=[people[pk] for pk in changes], changes=changes, by=by, reason=change.title
        )
    for row in known:
        if _after(row).get("post"):
            _place(row, people[row.target_id or 0], chosen, by, change.title)
    _end([row for row in known if "end" in _after(row)], chosen, by)
    return {}


def _after(row: BulkRow) -> dict[str, Any]:
    return row.after or {}


def _make(rows: Sequence[BulkRow], chosen: Settings, by: User) -> None:
    """Make records, and point their rows at them."""
    plans = [_after(row)["new"] for row in rows]
    units = Unit.objects.in_bulk({one["unit"] for one in plans})
    categories = Code.objects.in_bulk({one["category"] for one in plans})
    records = [
        NewPerson(
            data=_data(one),
            unit=units[one["unit"]],
            category=categories[one["category"]],
            title=one["title"],
            identity_cipher=one["identity_cipher"],
            identity_index=one["identity_index"],
        )
        for one in plans
    ]
    made = create_people(people=records, since=chosen.day, by=by) if records else []
    for row, person in zip(rows, made, strict=True):
        row.target_type, row.target_id = PERSON, person.pk
        row.after = {"created": True}  # what was said stands in the record now


def _data(new: dict[str, Any]) -> PersonData:
    family, _blank, middle = new["family_name"].partition(" ")
    return PersonData(
        full_name=new["full_name"],
        family_name=family,
        middle_name=middle,
        given_name=new["given_name"],
        staff_code=new["staff_code"],
        birth_date=dt.date.fromisoformat(new["birth_date"]) if new["birth_date"] else None,
        birth_year=int(new["birth_year"]) if new["birth_year"] else None,
        gender=new["gender"],
        mobile=new["mobile"],
        email=new["email"],
    )


def _place(row: BulkRow, person: User, chosen: Settings, by: User, reason: str) -> None:
    plan = _after(row)["post"]
    move = Move(unit_id=plan["unit"], category_id=plan["category"], title=plan["title"])
    placed = place_person(person=person, move=move, since=chosen.day, by=by, reason=reason)
    row.after = {**_after(row), "placed": placed}


def _end(rows: Sequence[BulkRow], chosen: Settings, by: User) -> None:
    posts = Posting.objects.in_bulk([_after(row)["end"] for row in rows])
    reason = Code.objects.filter(pk=chosen.reason_id or 0).first()
    for row in rows:
        if reason is not None:
            end_post(post=posts[_after(row)["end"]], on=chosen.day, reason=reason, by=by)


def reasons_to_keep(rows: Sequence[BulkRow]) -> dict[int, str]:
    """Return why rows cannot be taken back: worked on, or used, since."""
    people = User.objects.in_bulk([row.target_id for row in rows if row.target_id])
    made = [row.target_id for row in rows if row.target_id and _after(row).get("created")]
    used = _used(made)
    posts = Posting.objects.primary().filter(user__in=people).order_by("since", "pk")
    last = {post.user_id: post for post in posts}
    reasons = {}
    for row in rows:
        person = people.get(row.target_id or 0)
        if person is None:
            reasons[row.pk] = _("The record is gone.")
        elif _after(row).get("created"):
            reasons |= {row.pk: used[person.pk]} if person.pk in used else {}
        elif _was_touched(row, person, last.get(person.pk)):
            reasons[row.pk] = _("The record was changed since.")
    return reasons


def _was_touched(row: BulkRow, person: User, post: Posting | None) -> bool:
    """Tell whether the record no longer says what the row wrote."""
    after, now = _after(row), said(person) | {"identity_index": person.identity_index or ""}
    fields = {name: value for name, value in after.get("fields", {}).items() if name in now}
    if any(now[name] != value for name, value in fields.items()):
        return True
    if "end" in after:
        return post is None or post.pk != after["end"] or post.until is None
    placed = after.get("placed")
    if placed is None:
        return False
    plan = after["post"]
    until = post.until.isoformat() if post and post.until else None
    same = post is not None and (post.pk, until) == (placed["post"], placed["until"])
    stands = post and (post.unit_id, post.title) == (plan["unit"], plan["title"])
    return not (same and stands)


def take_back(change: BulkChange, rows: Sequence[BulkRow], by: User) -> None:
    """Reverse rows that nobody touched since: fields, posts, ends; archive unused records."""
    reason = _("Import undone: %(title)s") % {"title": change.title}
    ids = [row.target_id for row in rows if row.target_id]
    people = User.objects.select_for_update().order_by("pk").in_bulk(ids)
    made = [people[row.target_id or 0] for row in rows if _after(row).get("created")]
    archive_unused(people=made, by=by, reason=reason)
    back = {
        row.target_id or 0: _restored(row) for row in rows if _after(row).get("fields")
    }  # fmt: skip
    if back:
        correct_people(people=[people[pk] for pk in back], changes=back, by=by, reason=reason)
    for row in rows:
        placed, ended = _after(row).get("placed"), _after(row).get("end")
        if placed:
            take_place_back(undo=placed, by=by, reason=reason)
        if ended:
            post = Posting.objects.select_related("user").get(pk=ended)
            reopen_post(post=post, by=by, reason=reason)


def _restored(row: BulkRow) -> dict[str, str]:
    before = (row.before or {}).get("fields", {})
    return {name: before.get(name, "") for name in _after(row)["fields"]}


def _used(ids: Sequence[int]) -> dict[int, str]:
    """Return who of these people did something, or had something done, since they were made."""
    people = User.objects.filter(pk__in=ids)
    codes = ActivationCode.objects.filter(person__in=ids).exclude(used_at=None)
    came = {*people.exclude(last_login=None).values_list("pk", flat=True)}
    corrected = {*people.exclude(held_fields=[]).values_list("pk", flat=True)}
    moved = Posting.objects.filter(user__in=ids).exclude(until=None)
    roles = RoleGrant.objects.filter(user__in=ids)
    found = {
        _("has signed in"): {*came, *codes.values_list("person", flat=True)},
        _("the record was changed"): {*corrected, *moved.values_list("user", flat=True)},
        _("holds a role"): {*roles.values_list("user", flat=True)},
    }
    used = {pk: why for why, who in found.items() for pk in who}
    for look in record_uses:
        used |= look(ids)
    return used
