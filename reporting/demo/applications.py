"""A class of the demo city that takes applications, and who has applied."""

from __future__ import annotations

from functools import partial
from typing import Any

from admissions.actions.applying import apply, decide
from admissions.actions.settings import set_admission
from admissions.models import Application
from reporting.demo.classes import City
from reporting.demo.clock import at
from reporting.demo.sources import read_yaml


def plan_applications(city: City) -> None:
    """Note in the diary when each class is opened to applications, and when they come in."""
    for row in read_yaml("requirements.yaml")["applications"]:
        city.diary.note(at(city.days.off(row["opened"]), 9), partial(_open, row, city))
        city.diary.note(at(city.days.off(row["applied"]), 10), partial(_apply, row, city))


def _open(row: dict[str, Any], city: City) -> None:
    cohort, by = city.cohorts[row["class"]], city.people[row["by"]]
    set_admission(cohort=cohort, is_open=True, steps=row["steps"], closes_on=None, by=by)


def _apply(row: dict[str, Any], city: City) -> None:
    for code, reason in row["people"].items():
        cohort = city.cohorts[row["class"]]
        apply(cohort=cohort, learner=city.people[code], reason=reason)
    for code in row["approved"]:
        made = Application.objects.get(learner=city.people[code], cohort=city.cohorts[row["class"]])
        decide(application=made, by=city.people[row["head"]], approve=True)
