"""How the people of a plan stand today: the same look when planning and when writing.

Every look is a constant number of queries for 500 rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Posting, Unit, User, UserQuerySet
from accounts.models.units import UnitQuerySet
from accounts.permissions import Permission
from jobs.bulk import digest

# What a file may say of a person; kept as text beside what it replaces.
FIELDS: Final = ("full_name", "birth_date", "birth_year", "gender", "mobile", "email", "staff_code")


def scope_of(by: User) -> UserQuerySet:
    """Return the people whose records the officer keeps; never the officer's own."""
    people: UserQuerySet = User.objects.allowing(by, Permission.MANAGE_PEOPLE).active()
    return people.exclude(pk=by.pk)


def units_of(by: User) -> UnitQuerySet:
    """Return the units whose people the officer keeps."""
    units: UnitQuerySet = Unit.objects.allowing(by, Permission.MANAGE_PEOPLE).open()
    return units


def said(person: User) -> dict[str, str]:
    """Return what is on record of a person, as text."""
    found = {name: getattr(person, name) for name in FIELDS}
    return {name: str(value) if value else "" for name, value in found.items()}


@dataclass
class Records:
    """Some people of the officer's scope, with the primary post of each."""

    people: dict[int, User] = field(default_factory=dict)
    posts: dict[int, Posting] = field(default_factory=dict)

    @classmethod
    def look(cls, ids: Iterable[int], *, by: User) -> Records:
        """See how people stand; one who has left the scope is not there."""
        people = scope_of(by).in_bulk(list(set(ids)))
        posts = Posting.objects.primary().standing().filter(user__in=people)
        in_order = posts.select_related("unit").order_by("since", "pk")
        return cls(people, {post.user_id: post for post in in_order})

    def fingerprint(self, person_id: int) -> str:
        """Return what the plan rests on for one person."""
        person, post = self.people.get(person_id), self.posts.get(person_id)
        if person is None:
            return digest("gone")
        where = (post.pk, post.unit_id, post.title, post.category_id, post.until) if post else ()
        return digest(said(person), person.identity_index, person.held_fields, where)


@dataclass
class Free:
    """Which codes and identity numbers are in use, anywhere, and which units are the officer's."""

    codes: set[str]
    indexes: set[str]
    units: set[int]

    @classmethod
    def look(cls, plans: Iterable[dict[str, Any]], *, by: User) -> Free:
        """See what is taken."""
        wanted = list(plans)
        codes = {one["staff_code"].lower() for one in wanted} - {""}
        indexes = {one["identity_index"] for one in wanted} - {""}
        held = User.objects.annotate(code=Lower("username"), staff=Lower("staff_code")).filter(
            Q(code__in=codes) | Q(staff__in=codes) | Q(identity_index__in=indexes)
        )
        taken = list(held.values_list("code", "staff", "identity_index"))
        wanted_units = {one["unit"] for one in wanted if one["unit"]}
        return cls(
            codes={code for row in taken for code in row[:2] if code},
            indexes={row[2] for row in taken if row[2]},
            units=set(units_of(by).filter(pk__in=wanted_units).values_list("pk", flat=True)),
        )

    def is_taken(self, plan: dict[str, Any]) -> bool:
        """Tell whether the code or the identity number is in use."""
        return plan["staff_code"].lower() in self.codes or plan["identity_index"] in self.indexes

    def fingerprint(self, plan: dict[str, Any]) -> str:
        """Return what the plan rests on for one record to be made."""
        return digest("new", self.is_taken(plan), plan["unit"] in self.units)
