"""Audiences of a whole city worked out, and what they require given to everybody."""

from __future__ import annotations

import time

from accounts.models import User
from bench.city import City
from bench.report import Line
from bench.web import BenchError
from enrolments.models import Obligation
from requirements.actions.assigning import assign
from requirements.actions.audiences import recompute
from requirements.actions.requirements import put_in_force
from requirements.models import Audience, AudienceMembership, Requirement
from tests.requirements.make import make_requirement

RULES, REQUIREMENTS, AT_ONCE = 50, 3, 500
SECONDS = 30


def required_lines(city: City) -> list[Line]:
    """Work out fifty rules, give the duties of three requirements; people are those there are."""
    top = city.wards[0].placements.get().parent
    audiences = [
        Audience.objects.create(
            name=f"Nhóm {n}", unit=top, sentences=_rule(city, n), version=1, state="in_force",
            created_by=city.officer,
        )
        for n in range(RULES)
    ]  # fmt: skip
    people = User.objects.filter(postings__isnull=False).distinct().count()
    began = time.perf_counter()
    joined = sum(recompute(audience=audience)[0] for audience in audiences)
    first = time.perf_counter() - began
    began = time.perf_counter()
    again = sum(sum(recompute(audience=audience)) for audience in audiences)
    nightly = time.perf_counter() - began
    if not joined or again:
        raise BenchError(f"The rules took {joined} people in, then moved {again}.")
    name = f"{RULES} rules over {people:,} people"
    return [
        Line(f"{name}: first, {joined:,} join", first, "s"),
        Line(f"{name}: each night", nightly, "s", goal=SECONDS, at_most=True),
        _duties(city, audiences[0], people),
    ]


def _rule(city: City, n: int) -> list[dict[str, object]]:
    """Return everybody, or the officials of one ward who have not completed the course."""
    if n == 0:
        return [{"kinds": ["ward"]}]
    ward = city.wards[n % len(city.wards)].pk
    return [
        {"units": [ward], "categories": ["cong_chuc"], "course": city.cohort.course_id},
        {"units": [ward], "heads": True},
    ]


def _duties(city: City, audience: Audience, people: int) -> Line:
    courses = [small.course for small in city.small[:REQUIREMENTS]]
    drafts = [make_requirement(audience, course, by=city.officer) for course in courses]
    rules = [put_in_force(requirement=draft, by=city.officer) for draft in drafts]
    keys = list(_members(audience))
    before, began = Obligation.objects.count(), time.perf_counter()
    for rule in rules:
        _give(rule, keys)
    took = time.perf_counter() - began
    given = Obligation.objects.count() - before
    if given != len(keys) * len(rules):
        raise BenchError(f"{given} duties for {len(keys)} people × {len(rules)}.")
    name = f"duties of {REQUIREMENTS} requirements for {len(keys):,} of {people:,} people"
    return Line(name, took, "s", goal=SECONDS, at_most=True)


def _members(audience: Audience) -> list[int]:
    rows = AudienceMembership.objects.filter(audience=audience, until=None)
    return list(rows.order_by("person").values_list("person_id", flat=True))


def _give(rule: Requirement, keys: list[int]) -> None:
    for start in range(0, len(keys), AT_ONCE):
        assign(requirement=rule, people=keys[start : start + AT_ONCE], by=None)
