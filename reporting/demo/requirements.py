"""What the demo city requires by rule: an audience, its requirement, the duties of its people."""

from __future__ import annotations

from functools import partial
from typing import Any

from accounts.models import User
from courses.models import Course
from reference.models import LegalBasis
from reporting.demo.classes import City
from reporting.demo.clock import at
from reporting.demo.sources import read_yaml
from requirements.actions.assigning import AT_MOST, assign
from requirements.actions.audiences import adopt, create_audience, recompute
from requirements.actions.requirements import CourseSet, put_in_force, save_requirement
from requirements.models import Audience, Requirement
from requirements.models.requirements import DueKind


def plan_requirements(city: City) -> None:
    """Note in the diary when each is put in force."""
    for row in read_yaml("requirements.yaml")["requirements"]:
        city.diary.note(at(city.days.off(row["called"]), 10), partial(_require, row, city))


def _require(row: dict[str, Any], city: City) -> None:
    by = city.people[row["by"]]
    audience = _audience(row, city, by)
    requirement = put_in_force(requirement=_draft(row, audience, city, by), by=by)
    rows = audience.memberships.filter(until=None).order_by("person")
    people = list(rows.values_list("person_id", flat=True))
    for start in range(0, len(people), AT_MOST):
        assign(requirement=requirement, people=people[start : start + AT_MOST], by=by)


def _audience(row: dict[str, Any], city: City, by: User) -> Audience:
    unit = city.people.units[row["unit"]]
    audience = create_audience(name=row["audience"], unit=unit, follows=True, by=by)
    audience = adopt(audience=audience, stored=row["rule"], by=by)
    recompute(audience=audience)
    return audience


def _draft(row: dict[str, Any], audience: Audience, city: City, by: User) -> Requirement:
    facts = {
        "title_vi": row["title_vi"],
        "title_en": row["title_en"],
        "legal_basis": LegalBasis.objects.get(symbol=row["basis"]),
        "due_kind": DueKind.FIXED,
        "due_on": city.days.off(row["due"]),
        "every_months": row.get("every_months"),
    }
    courses = Course.objects.filter(code__in=row["courses"]).values_list("pk", flat=True)
    sets = [CourseSet(row["needed"], tuple(courses))]
    return save_requirement(audience=audience, facts=facts, sets=sets, by=by)
