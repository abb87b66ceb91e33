"""The posts of a unit's people: ended on the day, begun in the unit they go to, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Posting, Reorganisation, User
from accounts.models.people import PostingQuerySet
from accounts.reorganising.units import (
    place_of_person,
    reason_of,
    source_units,
    target_units,
)
from accounts.signals import person_moved
from audit.actions import event, record_many
from jobs.bulk import digest
from jobs.models import BulkRow

KEPT: Final = ("title", "position_id", "category_id", "rank_id", "is_head", "is_primary")


def posts_of(made: Reorganisation) -> PostingQuerySet:
    """Return the posts in the units that have not ended."""
    return Posting.objects.standing().filter(unit__in=source_units(made))


def print_of(post: Posting) -> str:
    """Return what a move of the post rests on."""
    return digest(post.user_id, post.unit_id, post.since, post.until, post.is_primary)


def move_posts(made: Reorganisation, rows: Sequence[BulkRow], by: User) -> None:
    """End each post and begin the same one where its holder goes."""
    found = Posting.objects.select_for_update(of=("self",)).select_related("user", "unit")
    old = {post.pk: post for post in found.filter(pk__in=[row.target_id for row in rows])}
    targets, new = target_units(made), {}
    for post in old.values():
        facts = {name: getattr(post, name) for name in KEPT}
        begun = Posting(user=post.user, unit=targets[place_of_person(made, post.user_id)], **facts)
        begun.since, begun.until = max(made.since, post.since), post.until
        begun.end_reason_id = post.end_reason_id
        new[post.pk] = begun
    stood = {post.pk: post.until for post in old.values()}
    for post in old.values():
        post.until, post.end_reason = new[post.pk].since, None
    Posting.objects.bulk_update(old.values(), ["until", "end_reason"])
    Posting.objects.bulk_create(new.values())
    for row in rows:
        post, begun = old[row.target_id or 0], new[row.target_id or 0]
        until = stood[post.pk]
        row.after = {
            **(row.after or {}),
            "post": begun.pk,
            "unit": begun.unit_id,
            "until": until.isoformat() if until else None,
            "end_reason": begun.end_reason_id,
        }
        if post.is_primary:
            person_moved.send(sender=User, person=post.user, old=post, new=begun, by=by)
    _tell(made, list(new.values()), by)


def reasons_to_keep(rows: Sequence[BulkRow]) -> Mapping[int, str]:
    """Return which posts have changed since: somebody has moved the person on."""
    keys = [(row.after or {}).get("post") for row in rows]
    posts = {post.pk: post for post in Posting.objects.filter(pk__in=[k for k in keys if k])}
    reasons = {}
    for row in rows:
        after = row.after or {}
        post = posts.get(after.get("post", 0))
        until = post.until.isoformat() if post and post.until else None
        if post is None or until != after["until"] or post.unit_id != after["unit"]:
            reasons[row.pk] = _("The post has changed since.")
    return reasons


def posts_back(made: Reorganisation, rows: Sequence[BulkRow], by: User) -> None:
    """Let each post go on; the one that came of it never held."""
    begun = Posting.objects.select_related("user").in_bulk([_after(row)["post"] for row in rows])
    old = Posting.objects.in_bulk([row.target_id for row in rows if row.target_id])
    for post in begun.values():
        post.until, post.end_reason = post.since, None
    Posting.objects.bulk_update(begun.values(), ["until", "end_reason"])
    for row in rows:
        after, post = _after(row), old[row.target_id or 0]
        post.until = dt.date.fromisoformat(after["until"]) if after["until"] else None
        post.end_reason_id = after["end_reason"]
    Posting.objects.bulk_update(old.values(), ["until", "end_reason"])
    record_many(
        event(
            by=by,
            action="move_undone",
            target=post.user,
            unit_id=post.unit_id,
            reason=_("Undone: %(title)s") % {"title": made.change},
        )
        for post in begun.values()
    )


def _after(row: BulkRow) -> dict[str, Any]:
    return row.after or {}


def _tell(made: Reorganisation, posts: Sequence[Posting], by: User) -> None:
    record_many(
        event(
            by=by,
            action="move_person",
            target=post.user,
            unit_id=post.unit_id,
            after={"unit": post.unit_id, "since": post.since.isoformat()},
            reason=reason_of(made),
        )
        for post in posts
    )
