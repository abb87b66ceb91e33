"""Which records may be of one person, and what keeps a record from ending for another.

Ledgers cannot be rewritten, so a record with anything of its own does not end: whatever row
names it binds it, in every app, except what is declared loose here or by a `registry.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import Exists, ManyToOneRel, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.models.people import UserQuerySet
from accounts.permissions import Permission
from lms.registries import Registry

AT_MOST: Final = 500  # records of the same names that one page compares

# By model and field: of the rows that name a record, those that bind it.
Binding = Callable[[QuerySet[Any]], QuerySet[Any]]
loose_ends: Registry[Binding] = Registry("what does not bind a record")


def nothing(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Say that none of these rows binds."""
    return rows.none()


for key in (
    "account.emailaddress.user",
    "accounts.activationcode.person",
    "accounts.correctionrequest.person",
    "accounts.passwordreset.person",
    "accounts.posting.user",
    "notifications.inboxitem.person",
    "notifications.message.person",
    "notifications.notice.person",
    "notifications.preference.person",
):
    loose_ends.register(key, nothing)
loose_ends.register("accounts.personmerge.ended", lambda rows: rows.filter(undone_at=None))
loose_ends.register("accounts.personmerge.kept", lambda rows: rows.filter(undone_at=None))


def is_bound(person: User) -> bool:
    """Return whether anything of the record's own must stay with it."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        model, name = relation.field.model, relation.field.name
        rows = model._base_manager.filter(**{name: person})  # noqa: SLF001
        key = f"{model._meta.label_lower}.{name}"
        if (loose_ends[key](rows) if key in loose_ends else rows).exists():
            return True
    return False


def answered_for(by: User) -> UserQuerySet:
    """Return the records one may merge: never one's own."""
    people: UserQuerySet = User.objects.allowing(by, Permission.MANAGE_PEOPLE).active()
    return people.exclude(pk=by.pk)


def twins_of(person: User, by: User) -> UserQuerySet:
    """Return the other records that may be of the same person."""
    same = answered_for(by).filter(search_key=person.search_key).exclude(pk=person.pk)
    if person.birth_year is None:
        return same.by_given_name()
    born = Q(birth_year=None) | Q(birth_year=person.birth_year)
    if person.birth_date:
        born &= Q(birth_date=None) | Q(birth_date=person.birth_date)
    return same.filter(born).by_given_name()


def doubtful(by: User) -> UserQuerySet:
    """Return the records that have a twin among those one answers for; the older of each pair."""
    born = Q(birth_year=None) | Q(birth_year=OuterRef("birth_year"))
    twins = answered_for(by).filter(search_key=OuterRef("search_key"), pk__gt=OuterRef("pk"))
    dated = Q(birth_date=None) | Q(birth_date=OuterRef("birth_date"))
    day = Exists(twins.filter(born & dated))
    year = Exists(twins.filter(born))
    anyhow = Exists(twins)
    return answered_for(by).filter(
        Q(Q(birth_date__isnull=False), day)
        | Q(Q(birth_date=None, birth_year__isnull=False), year)
        | Q(Q(birth_year=None), anyhow)
    )


def pairs_among(people: Sequence[User], by: User) -> list[tuple[User, User]]:
    """Return each record with its younger twins; one query."""
    keys = {one.search_key for one in people}
    same: dict[str, list[User]] = defaultdict(list)
    for other in answered_for(by).filter(search_key__in=keys).order_by("pk")[:AT_MOST]:
        same[other.search_key].append(other)
    return [
        (one, other)
        for one in people
        for other in same[one.search_key]
        if other.pk > one.pk and _may_be_one(one, other)
    ]


def _may_be_one(one: User, other: User) -> bool:
    if one.birth_date and other.birth_date:
        return one.birth_date == other.birth_date
    return None in (one.birth_year, other.birth_year) or one.birth_year == other.birth_year
