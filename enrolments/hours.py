"""Figures of the hours ledger. No other sum of hours exists."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrolments.models import HoursEntry
from reference.models import Code

ZERO = Decimal(0)
RULES: dict[str, Promise] = {
    "on_completion": _("On completion, in the year of the closing date"),
    "opening_balance": _("Opening balance"),
    "outside_declared": _("Held outside, declared and accepted"),
    "outside_paper": _("Held outside, from paper records"),
    "per_module": _("Per finished module, in the year of the session"),
}


def rule_words(entry: HoursEntry) -> str:
    """Return in words the rule by which an entry was credited."""
    return str(RULES.get(entry.rule, entry.rule))


@dataclass(frozen=True)
class YearOfHours:
    """The periods credited in a year, against what is required of the person, if anything is."""

    year: int
    credited: Decimal
    required: Decimal | None
    groups: list[tuple[str, Decimal]]

    @property
    def missing(self) -> Decimal:
        """Return the periods still to come."""
        return max((self.required or ZERO) - self.credited, ZERO)


def year_of_hours(person: User, year: int, *, required: Decimal | None) -> YearOfHours:
    """Return the year of a person from the ledger, by content group; one query."""
    sums = _by_group(HoursEntry.objects.of_year(year).filter(person=person))
    groups = [(group.name, total) for group, total in sums.get(year, {}).items() if total]
    return YearOfHours(year, sum((total for _name, total in groups), ZERO), required, groups)


@dataclass(frozen=True)
class HoursTable:
    """Years down, content groups across."""

    groups: list[str]
    rows: list[tuple[int, list[Decimal], Decimal]] = field(default_factory=list)


def hours_table(person: User) -> HoursTable:
    """Return all years of a person by content group; one query."""
    years = _by_group(HoursEntry.objects.filter(person=person))
    found = {group.pk: group for sums in years.values() for group in sums}
    groups = sorted(found.values(), key=lambda group: (group.order, group.pk))
    return HoursTable(
        [group.name for group in groups],
        [
            (year, [sums.get(group, ZERO) for group in groups], sum(sums.values(), ZERO))
            for year, sums in sorted(years.items(), reverse=True)
        ],
    )


def _by_group(entries: QuerySet[HoursEntry]) -> dict[int, dict[Code, Decimal]]:
    names = ("pk", "name_vi", "name_en", "order")
    columns = [f"content_group__{name}" for name in names]
    rows = entries.order_by("content_group__order", "content_group").values_list("year", *columns)
    years: dict[int, dict[Code, Decimal]] = defaultdict(dict)
    for year, *facts, total in rows.annotate(total=Sum("credited")):
        group = Code(**dict(zip(names, facts, strict=True)))
        years[year][group] = total
    return years
