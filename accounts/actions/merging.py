"""A record ends for another of the same person, and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.merging import answered_for, is_bound, twins_of
from accounts.models import PersonMerge, Posting, User
from accounts.signals import posting_ended, posting_reopened
from audit.actions import record
from lms.clock import today

# What is chosen together: one line of the page each.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "sign_in": ("username",),
    "staff_code": ("staff_code",),
    "name": ("full_name", "family_name", "middle_name", "given_name", "sort_key", "search_key"),
    "birth": ("birth_date", "birth_year"),
    "gender": ("gender",),
    "mobile": ("mobile",),
    "email": ("email",),
    "identity": ("identity_cipher", "identity_index"),
}
COLUMNS: Final = tuple(name for names in GROUPS.values() for name in names)
STATE: Final = ("is_active", "archived_at")


@transaction.atomic
def merge_people(*, kept: User, ended: User, take: Mapping[str, bool], by: User) -> PersonMerge:
    """End a record that has nothing of its own; `take` names what the other takes from it."""
    people = {
        one.pk: one
        for one in User.objects.select_for_update()
        .order_by("pk")
        .filter(pk__in=[kept.pk, ended.pk])
    }
    kept, ended = people[kept.pk], people[ended.pk]
    _refuse_wrong(kept, ended, by)
    journal: dict[str, Any] = {"kept": _stood(kept), "ended": _stood(ended)}
    taken = {name: getattr(ended, name) for key in GROUPS if take.get(key) for name in GROUPS[key]}
    ended.username, ended.staff_code = f"x{ended.pk}", None
    ended.identity_cipher, ended.identity_index = "", None
    ended.is_active, ended.archived_at = False, timezone.now()
    ended.save()
    for name, value in taken.items():
        setattr(kept, name, value)
    kept.save()
    journal |= {"after": _stood(kept), "posts": _end_posts(ended, by)}
    journal["addresses"] = _move_addresses(ended, kept)
    made = PersonMerge.objects.create(kept=kept, ended=ended, merged_by=by, journal=journal)
    record(
        by=by,
        action="merge_people",
        target=kept,
        before={"ended": ended.pk, "sign_in_code": journal["ended"]["username"]},
        after={"taken": sorted(key for key in GROUPS if take.get(key))},
    )
    return made


@transaction.atomic
def undo_merge(*, merge: PersonMerge, by: User) -> None:
    """Let both records stand as they stood, while nothing has happened since. Safe to repeat."""
    merge = PersonMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        return
    journal = merge.journal
    people = User.objects.select_for_update().order_by("pk")
    both = {one.pk: one for one in people.filter(pk__in=[merge.kept_id, merge.ended_id])}
    kept, ended = both[merge.kept_id], both[merge.ended_id]
    if by.pk in both:
        raise Refused(_("Nobody decides on their own record."))
    changed = _shown(_stood(kept)) != _shown(journal["after"])
    if changed or ended.is_active or is_bound_again(ended):
        raise Refused(_("The record has changed since: it stays merged."))
    try:
        with transaction.atomic():
            _write(kept, journal["kept"])
            _write(ended, journal["ended"])
    except IntegrityError as error:
        raise Refused(_("A code of the record has been given to somebody else.")) from error
    for post in Posting.objects.filter(pk__in=journal["posts"]).select_related("user", "unit"):
        post.until = None
        post.save(update_fields=["until"])
        posting_reopened.send(sender=Posting, posting=post, by=by)
    EmailAddress.objects.filter(pk__in=journal["addresses"]).update(user=ended)
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    record(by=by, action="undo_merge", target=kept, after={"ended": ended.pk})


def is_bound_again(ended: User) -> bool:
    """Return whether the record has got something of its own beside its merge."""
    return PersonMerge.objects.filter(kept=ended, undone_at=None).exists()


def _refuse_wrong(kept: User, ended: User, by: User) -> None:
    if by.pk in (kept.pk, ended.pk):
        raise Refused(_("Nobody decides on their own record."))
    mine = answered_for(by).filter(pk__in=[kept.pk, ended.pk]).count()
    if mine != len({kept.pk, ended.pk}) or not twins_of(kept, by).filter(pk=ended.pk).exists():
        raise Refused(_("These two records do not look like one person."))
    if is_bound(ended):
        raise Refused(
            _(
                "The record that is to end has places, duties, hours, papers, roles or acts of its "
                "own; these are never rewritten. Let it be the one that stays."
            )
        )


def _stood(person: User) -> dict[str, Any]:
    return {name: getattr(person, name) for name in (*COLUMNS, *STATE)}


def _shown(stood: Mapping[str, Any]) -> dict[str, str]:
    # A rotation of keys changes the cipher; the index tells whether the number is another one.
    return {name: str(stood[name] or "") for name in COLUMNS if name != "identity_cipher"}


def _write(person: User, stood: Mapping[str, Any]) -> None:
    User.objects.filter(pk=person.pk).update(**stood)


def _end_posts(ended: User, by: User) -> list[int]:
    posts = list(ended.postings.filter(until=None).select_related("unit"))
    for post in posts:
        post.until = max(today(), post.since)
        post.save(update_fields=["until"])
        posting_ended.send(sender=Posting, posting=post, by=by)
    return [post.pk for post in posts]


def _move_addresses(ended: User, kept: User) -> list[int]:
    if EmailAddress.objects.filter(user=kept).exists():
        return []
    found = EmailAddress.objects.filter(user=ended)
    keys = list(found.values_list("pk", flat=True))
    found.update(user=kept)
    return keys
