"""The home page of everybody: what waits for a person at work, and panels other apps add to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Func, IntegerField, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise

from lms.navigation import GROUPS
from lms.registries import Registry


@dataclass(frozen=True)
class HomeLine:
    """Work that waits: the rows it is about, words for their number, and the one thing to do.

    A maker does not read its rows: those of all lines are counted in one statement. `group` is
    one of the menu.
    """

    group: str
    rows: QuerySet[Any]
    words: Callable[[int], str]
    # A function where the address is to be looked up, which happens only if something waits.
    url: str | Callable[[], str]
    action: str
    tone: str = "amber"


@dataclass(frozen=True)
class Waiting:
    """A line with its number, as the page draws it."""

    line: HomeLine
    count: int

    @property
    def text(self) -> str:
        """Return the words for this number."""
        return self.line.words(self.count)

    @property
    def url(self) -> str:
        """Return where the one thing is done."""
        return self.line.url if isinstance(self.line.url, str) else self.line.url()


@dataclass(frozen=True)
class LineGroup:
    """The lines of one part of the work."""

    label: Promise
    lines: list[Waiting]


# The weight ranks a line among all. A maker asks the cached rights first and returns no line
# to whom it does not concern.
home_lines: Registry[Callable[[HttpRequest], HomeLine | None]] = Registry("home lines")
# Safe HTML of a panel on the home page of a learner, or nothing.
home_panels: Registry[Callable[[HttpRequest], str]] = Registry("home panels")

# The same for staff: it stands right below the work that waits.
work_panels: Registry[Callable[[HttpRequest], str]] = Registry("work panels")


def waiting_work(request: HttpRequest) -> list[LineGroup]:
    """Return what waits for this person, ranked, under the headings of the menu."""
    lines = [line for make in home_lines if (line := make(request)) is not None]
    counts = _counted(request, [line.rows for line in lines])
    waiting = [Waiting(line, n) for line, n in zip(lines, counts, strict=True) if n]
    return [
        LineGroup(label, of_group)
        for key, label in GROUPS.items()
        if (of_group := [row for row in waiting if row.line.group == key])
    ]


class _CountRows(Func):
    """COUNT as a plain function: an aggregate would group the rows by their own columns."""

    template = "COUNT(DISTINCT %(expressions)s)"
    output_field = IntegerField()


def _counted(request: HttpRequest, sets: Sequence[QuerySet[Any]]) -> Sequence[int]:
    """Return how many rows each set has, in one statement, asked beside the person's own row."""
    if not sets:
        return []
    numbered = [rows.order_by().annotate(n=_CountRows(F("pk"))) for rows in sets]
    me = get_user_model().objects.filter(pk=request.user.pk)
    found: Sequence[int] = me.values_list(*(Subquery(rows.values("n")) for rows in numbered))[0]
    return found


def extra_panels(request: HttpRequest) -> list[str]:
    """Return the panels of a learner that have something to show."""
    return [html for render in home_panels if (html := render(request))]


def extra_work_panels(request: HttpRequest) -> list[str]:
    """Return the panels of staff that have something to show."""
    return [html for render in work_panels if (html := render(request))]
