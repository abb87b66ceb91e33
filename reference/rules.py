"""Rules as data: what holds on a day, and by which document."""

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from lms.clock import today
from reference.models import AnnualRequirement, Rule


def rule_row(key: str, day: dt.date | None = None) -> Rule | None:
    """Return the rule in force on the day, today by default, with its document."""
    at = day or today()
    in_force = Rule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=at), key=key, effective_from__lte=at
    )
    return in_force.select_related("basis").order_by("-effective_from").first()


def rule(key: str, day: dt.date | None = None, default: Any = None) -> Any:
    """Return the value of the rule in force on the day, else the default."""
    row = rule_row(key, day)
    return default if row is None else row.value


def rules(*keys: str, day: dt.date | None = None) -> dict[str, Any]:
    """Return the values of several rules in force on the day, by key: one query."""
    at = day or today()
    in_force = Rule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=at), key__in=keys, effective_from__lte=at
    )
    return dict(in_force.order_by("effective_from").values_list("key", "value"))


def annual_requirement(category: str, year: int) -> AnnualRequirement | None:
    """Return the yearly minimum of a staff category; None where nothing is decided."""
    rows = AnnualRequirement.objects.filter(category=category, year=year)
    return rows.select_related("basis").first()


def required_periods(category: str, year: int) -> Subquery:
    """Return the same figure as an expression, for a query whose rows know the category.

    `category` is the path to the code of the staff category.
    """
    rows = AnnualRequirement.objects.filter(category=OuterRef(category), year=year)
    return Subquery(rows.values("min_periods")[:1])
