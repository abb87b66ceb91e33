"""How the people of a plan stand today: the same look when planning and when writing.

Every look is a constant number of queries for 500 rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Posting, Unit, User, UserQuerySet
from accounts.models.units import UnitQuerySet
from accounts.permissions import Permission
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentState
from jobs.bulk import digest


def scope_of(by: User) -> UserQuerySet:
    """Return the people the officer may send."""
    people: UserQuerySet = User.objects.allowing(by, Permission.SEND_PEOPLE).active()
    return people


def sending_units(by: User) -> UnitQuerySet:
    """Return the units the officer sends from."""
    units: UnitQuerySet = Unit.objects.allowing(by, Permission.SEND_PEOPLE).open()
    return units


@dataclass
class People:
    """Some people of the officer's scope: their primary unit and their place in the class."""

    units: dict[int, int] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)

    @classmethod
    def look(cls, ids: Iterable[int], *, cohort: Cohort, by: User) -> People:
        """See how people stand; one who has left the scope has no unit."""
        wanted = set(ids)
        posts = Posting.objects.in_force().filter(user__in=scope_of(by).filter(pk__in=wanted))
        found = posts.order_by("is_primary", "-pk").values_list("user", "unit")
        places = Enrolment.objects.exclude(state=EnrolmentState.ENTERED_BY_MISTAKE)
        held = places.filter(cohort=cohort, learner__in=wanted).values_list("learner", "state")
        return cls(units=dict(found), places=dict(held))

    def is_in(self, person_id: int) -> bool:
        """Tell whether the person has a place in force."""
        state = self.places.get(person_id)
        return state is not None and state != EnrolmentState.WITHDRAWN

    def fingerprint(self, person_id: int) -> str:
        """Return what the plan rests on for one person."""
        return digest(person_id, self.units.get(person_id), self.places.get(person_id, ""))


@dataclass
class Newcomers:
    """What stands against making records: codes and numbers in use, people of the same name."""

    codes: set[str]
    indexes: set[str]
    namesakes: dict[str, int]
    units: set[int]

    @classmethod
    def look(cls, plans: Iterable[dict[str, str]], *, by: User) -> Newcomers:
        """See what is taken, anywhere; namesakes only within the officer's scope."""
        wanted = list(plans)
        codes = {one["staff_code"].lower() for one in wanted} - {""}
        indexes = {one["identity_index"] for one in wanted} - {""}
        names = {one["search_key"] for one in wanted}
        held = User.objects.annotate(code=Lower("username"), staff=Lower("staff_code")).filter(
            Q(code__in=codes) | Q(staff__in=codes) | Q(identity_index__in=indexes)
        )
        taken = list(held.values_list("code", "staff", "identity_index"))
        namesakes: dict[str, int] = defaultdict(int)
        for name in scope_of(by).filter(search_key__in=names).values_list("search_key", flat=True):
            namesakes[name] += 1
        units = Unit.objects.allowing(by, Permission.MANAGE_PEOPLE).open()
        wanted_units = {int(one["unit"]) for one in wanted if one["unit"]}
        return cls(
            codes={code for row in taken for code in row[:2] if code},
            indexes={row[2] for row in taken if row[2]},
            namesakes=namesakes,
            units=set(units.filter(pk__in=wanted_units).values_list("pk", flat=True)),
        )

    def is_taken(self, plan: dict[str, str]) -> bool:
        """Tell whether the code or the identity number is in use."""
        return plan["staff_code"].lower() in self.codes or plan["identity_index"] in self.indexes

    def fingerprint(self, plan: dict[str, str]) -> str:
        """Return what the plan rests on for one record to be made."""
        unit = int(plan["unit"]) if plan["unit"] else 0
        standing = [self.is_taken(plan), unit in self.units]
        return digest("new", self.namesakes.get(plan["search_key"], 0), *standing)
