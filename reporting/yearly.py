"""The report of a year: turns and persons by content group, staff category and unit.

Counted from the ledger of hours as `figures` does; age is that on 31 December, which the year of
birth alone decides. Whose year of birth or gender is not known is counted apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Gender, Posting, User
from accounts.permissions import Permission
from enrolments.models import HoursEntry
from reporting.figures import PERSONS, TURNS
from reporting.models import Plan, PlanLine
from reporting.models.plans import PlanState
from reporting.scope import Rows

YOUNG = 40
LEADING = "lanh_dao_quan_ly"


@dataclass(frozen=True)
class Figures:
    """Turns, distinct persons, and of these persons how many are what."""

    turns: int = 0
    persons: int = 0
    leaders: int = 0
    women: int = 0
    young: int = 0
    no_gender: int = 0
    no_birth: int = 0


@dataclass(frozen=True)
class GroupRow:
    """A content group, with its figures by staff category."""

    name: str
    figures: Figures
    categories: list[tuple[str, Figures]]


def entries_of(rows: Rows, year: int, day: dt.date) -> QuerySet[HoursEntry]:
    """Return the standing entries of classes of the year closed by the day."""
    entries = HoursEntry.objects.of_year(year).filter(reverses=None, reversed_by=None)
    return entries.filter(rows.within("unit"), closing_on__lte=day)


def whole(rows: Rows, year: int, day: dt.date) -> Figures:
    """Return the figures of all rows; nobody is counted twice as a person."""
    return _figures(entries_of(rows, year, day).order_by().aggregate(**_counts(year)))


def by_group(rows: Rows, year: int, day: dt.date) -> list[GroupRow]:
    """Return the content groups in order, each by staff category; two queries."""
    entries = entries_of(rows, year, day)
    group, category = _named("content_group"), _named("category")
    groups = _grouped(entries, year, group)
    parts = _grouped(entries, year, group | category)
    return [
        GroupRow(
            one["content_group_name"],
            _figures(one),
            [
                (part["category_name"] or "–", _figures(part))
                for part in parts
                if part["content_group_key"] == one["content_group_key"]
            ],
        )
        for one in groups
    ]


def by_unit(rows: Rows, year: int, day: dt.date) -> dict[int, Figures]:
    """Return the figures of each row; one query."""
    found = _grouped(entries_of(rows, year, day), year, {"row": Rows.key("unit")})
    return {one["row"]: _figures(one) for one in found}


def flat(rows: Rows, year: int, day: dt.date) -> list[dict[str, Any]]:
    """Return content group × staff category × unit, with the figures of each; one query."""
    keys = _named("content_group") | _named("category") | {"row": Rows.key("unit")}
    found = _grouped(entries_of(rows, year, day), year, keys)
    return [one | {"figures": _figures(one)} for one in found]


def sourced(user: User, rows: Rows, year: int) -> QuerySet[PlanLine]:
    """Return the figures from before the system that plans of these units name, by source."""
    plans = Plan.objects.allowing(user, Permission.SEE_PLANS).exclude(state=PlanState.DRAFT)
    plans = plans.filter(rows.within("unit"), year=year)
    lines = PlanLine.objects.filter(plan__in=plans.values("pk"), reported_turns__gt=0)
    return lines.select_related("plan__unit", "content_group").order_by("plan", "position", "pk")


def _named(name: str) -> dict[str, F]:
    return {
        f"{name}_order": F(f"{name}__order"),
        f"{name}_key": F(name),
        f"{name}_name": F(f"{name}__name_vi"),
    }


def _grouped(entries: QuerySet[HoursEntry], year: int, keys: dict[str, F]) -> list[dict[str, Any]]:
    found: Iterable[Any] = entries.order_by().values(**keys).annotate(**_counts(year))
    return sorted(
        found, key=lambda one: [one[key] or 0 for key in keys if not key.endswith("name")]
    )


def _counts(year: int) -> dict[str, Any]:
    posts = Posting.objects.primary().filter(
        Q(until=None) | Q(until__gt=OuterRef("closing_on")),
        Q(is_head=True) | Q(position__code=LEADING),
        user=OuterRef("person"),
        since__lte=OuterRef("closing_on"),
    )
    return {
        "turns": TURNS,
        "persons": PERSONS,
        "leaders": _people(Q(Exists(posts))),
        "women": _people(Q(person__gender=Gender.FEMALE)),
        "young": _people(Q(person__birth_year__gt=year - YOUNG)),
        "no_gender": _people(Q(person__gender="")),
        "no_birth": _people(Q(person__birth_year=None)),
    }


def _people(which: Q) -> Count:
    return Count("person", distinct=True, filter=which)


def _figures(row: dict[str, Any]) -> Figures:
    return Figures(**{one.name: row[one.name] for one in fields(Figures)})
