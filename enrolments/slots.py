"""Places of this app's pages that higher apps fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from courses.models import Course
from enrolments.models import Cohort, Enrolment, Obligation
from lms.registries import Registry


@dataclass(frozen=True)
class ClassAction:
    """A button on the page of a class."""

    label: str
    url: str
    icon: str


# What else one may do with a class; a maker offers only what the person holds on this class.
class_page_actions: Registry[Callable[[HttpRequest, Cohort], list[ClassAction]]] = Registry(
    "class page actions"
)


# What else learners may look at about their own place.
own_place_actions: Registry[Callable[[Enrolment], list[ClassAction]]] = Registry(
    "own place actions"
)


def actions_on(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Return what higher apps offer this person on the class."""
    return [action for make in class_page_actions for action in make(request, cohort)]


def actions_of_learner(enrolment: Enrolment) -> list[ClassAction]:
    """Return what higher apps offer learners about their own place."""
    return [action for make in own_place_actions for action in make(enrolment)]


# What the page of one's own duty tells of where it comes from: safe HTML, or nothing.
duty_panels: Registry[Callable[[Obligation], str]] = Registry("duty panels")


def panels_of(duty: Obligation) -> list[str]:
    """Return what higher apps tell of a duty."""
    return [panel for make in duty_panels if (panel := make(duty))]


@dataclass(frozen=True)
class QuotaSource:
    """Quotas of units that stand somewhere already, such as in a line of the plan."""

    key: str
    label: str
    quotas: Mapping[int, int]


# From an officer and a course to the quotas they may copy into a round.
quota_sources: Registry[Callable[[User, Course], list[QuotaSource]]] = Registry("quota sources")


def quotas_for(user: User, course: Course) -> list[QuotaSource]:
    """Return what higher apps offer to copy."""
    return [source for make in quota_sources for source in make(user, course)]
