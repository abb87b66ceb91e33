"""The home page of everybody: what waits for a person at work, and panels other apps add to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

from lms.navigation import GROUPS
from lms.registries import Registry


@dataclass(frozen=True)
class HomeLine:
    """Work that waits: how many, of what, and the one thing to do. `group` is one of the menu."""

    group: str
    count: int
    text: str
    url: str
    action: str
    tone: str = "amber"


@dataclass(frozen=True)
class LineGroup:
    """The lines of one part of the work."""

    label: Promise
    lines: list[HomeLine]


# The weight ranks a line among all. A maker asks the cached rights first, then one query.
home_lines: Registry[Callable[[HttpRequest], HomeLine | None]] = Registry("home lines")
# Safe HTML of a panel on the home page of a learner, or nothing.
home_panels: Registry[Callable[[HttpRequest], str]] = Registry("home panels")

# The same for staff: it stands right below the work that waits.
work_panels: Registry[Callable[[HttpRequest], str]] = Registry("work panels")


def waiting_work(request: HttpRequest) -> list[LineGroup]:
    """Return what waits for this person, ranked, under the headings of the menu."""
    lines = [line for make in home_lines if (line := make(request)) is not None and line.count]
    return [
        LineGroup(label, of_group)
        for key, label in GROUPS.items()
        if (of_group := [line for line in lines if line.group == key])
    ]


def extra_panels(request: HttpRequest) -> list[str]:
    """Return the panels of a learner that have something to show."""
    return [html for render in home_panels if (html := render(request))]


def extra_work_panels(request: HttpRequest) -> list[str]:
    """Return the panels of staff that have something to show."""
    return [html for render in work_panels if (html := render(request))]
