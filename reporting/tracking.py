"""Required training by unit: who must, who has, who is late, on any day.

The denominator is the people whose primary post on that day lies in the unit and whose duty was
in force then: cancelled duties are out, exempted people stand apart. All is added up in SQL.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractMonth
from django.utils.translation import get_language

from accounts.models import Posting
from enrolments.models import HoursEntry, Obligation, ObligationChange
from enrolments.models.duties import ObligationQuerySet, ObligationStatus
from enrolments.norms import owed
from lms.clock import end_of_day, today
from reference.models import AnnualRequirement
from reporting.scope import Rows

POST = "person__postings"
COURSE = "course"
# Of a duty that several courses fulfil; class duties and those of one course go by the course.
PROGRAMME = "requirement_duty__requirement"
WHOLE, GOOD = 100, 80


@dataclass(frozen=True)
class Moment:
    """The day a table speaks of, and the year whose duties it holds."""

    year: int
    day: dt.date

    @property
    def is_today(self) -> bool:
        """Return whether the table shows how things stand now."""
        return self.day >= today()

    @property
    def end(self) -> dt.datetime:
        """Return the last instant that counts."""
        return end_of_day(self.day)

    @property
    def done(self) -> Q:
        """Return the duties that had been fulfilled."""
        return Q(done_at__lte=self.end)

    @property
    def waived(self) -> Q:
        """Return the duties from which the person had been exempted."""
        return Q(stood=ObligationStatus.WAIVED)

    @property
    def late(self) -> Q:
        """Return the duties that were overdue."""
        undone = Q(done_at=None) | Q(done_at__gt=self.end)
        return undone & ~self.waived & Q(due__lt=self.day.isoformat())


@dataclass(frozen=True)
class Cell:
    """How many people must, have, are late, are exempted."""

    required: int = 0
    done: int = 0
    late: int = 0
    waived: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.required + other.required,
            self.done + other.done,
            self.late + other.late,
            self.waived + other.waived,
        )

    @property
    def percent(self) -> int:
        """Return the share that has done it, rounded down: 100 means everybody."""
        return WHOLE * self.done // self.required if self.required else 0

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """Return class, left edge and width of each part of the bar, of 100."""
        whole = self.required or 1
        done, late = WHOLE * self.done / whole, WHOLE * self.late / whole
        kinds = [("done", 0.0, done), ("late", done, late), ("new", done + late, 100 - done - late)]
        return [(kind, f"{left:.2f}", f"{max(wide, 0):.2f}") for kind, left, wide in kinds]

    @property
    def tone(self) -> str:
        """Return the colour that goes with the words."""
        if self.done == self.required:
            return "green"
        return "red" if self.late else "blue" if self.percent >= GOOD else "amber"

    @property
    def icon(self) -> str:
        """Return the sign that goes with the words."""
        if self.done == self.required:
            return "circle-check"
        return "alert-circle" if self.late else "clock"


@dataclass(frozen=True)
class Duty:
    """A column: a course that somebody must finish; a programme has the negative of its key."""

    pk: int
    code: str
    title: str

    @property
    def key(self) -> str:
        """Return the key as an address holds it."""
        return str(self.pk)


@dataclass
class Table:
    """Units down, duties across."""

    duties: list[Duty] = field(default_factory=list)
    cells: dict[int, dict[int, Cell]] = field(default_factory=lambda: defaultdict(dict))

    def row(self, unit_id: int) -> list[Cell]:
        """Return the cells of a unit in the order of the columns."""
        found = self.cells.get(unit_id, {})
        return [found.get(duty.pk, Cell()) for duty in self.duties]

    def whole(self, unit_id: int) -> Cell:
        """Return the sum of a unit over all columns: people counted once per duty."""
        return sum(self.row(unit_id), Cell())

    def total(self) -> list[Cell]:
        """Return the sum of each column over the units; nobody stands in two."""
        rows = [self.row(unit_id) for unit_id in self.cells]
        return [sum(column, Cell()) for column in zip(*rows, strict=True)]


def on_day(at: Moment) -> ObligationQuerySet:
    """Return the duties of the year that were in force, with `stood` and `due` as they were.

    Of the year are those due in it, and older ones not fulfilled when it began.
    """
    stood, due = (F("status"), _text("due_on")) if at.is_today else _then(at.end)
    first, last = f"{at.year}-01-01", f"{at.year}-12-31"
    unfulfilled = Q(done_at=None) | Q(done_at__year__gte=at.year)
    of_year = Q(due__lte=last) & (Q(due__gte=first) | unfulfilled)
    standing = of_year & ~Q(stood=ObligationStatus.CANCELLED)
    rows = Obligation.objects.filter(created_at__lte=at.end)
    found: ObligationQuerySet = rows.annotate(stood=stood, due=due).filter(standing)
    return found


def _then(moment: dt.datetime) -> tuple[Expression, Expression]:
    """Return how a duty stood and when it was due, read back from its history."""
    changes = ObligationChange.objects.filter(obligation=OuterRef("pk"))
    before = changes.filter(changed_at__lte=moment).order_by("-pk")
    after = changes.filter(changed_at__gt=moment).order_by("pk")
    stood = before.filter(field="status").values("after")[:1]
    moved = before.filter(field="due_on").values("after")[:1]
    to_move = after.filter(field="due_on").values("before")[:1]
    open_ = Value(ObligationStatus.OPEN.value, output_field=CharField())
    return (
        Coalesce(Subquery(stood), open_),
        Coalesce(Subquery(moved), Subquery(to_move), _text("due_on")),
    )


def _text(name: str) -> Expression:
    return Cast(name, CharField(max_length=10))


def posted(path: str, day: dt.date) -> Q:
    """Return whose primary post was held on the day; one condition, so one join."""
    open_ended = Q(**{f"{path}__until": None}) | Q(**{f"{path}__until__gt": day})
    return open_ended & Q(**{f"{path}__since__lte": day, f"{path}__is_primary": True})


def table_of(rows: Rows, at: Moment) -> Table:
    """Return the table of the courses; one query, whatever the number of people."""
    unit = f"{POST}__unit"
    duties = on_day(at).filter(posted(POST, at.day) & rows.within(unit))
    named = "title_en" if get_language() == "en" else "title_vi"
    keys: dict[str, Any] = {
        "of_course": F(COURSE),
        "code": F(f"{COURSE}__code"),
        "name": F(f"{COURSE}__{named}"),
    }
    keys["name_vi"] = F(f"{COURSE}__title_vi")
    keys["programme"] = programme_of()
    keys["programme_name"] = Case(When(course=None, then=F(named)))
    keys["programme_name_vi"] = Case(When(course=None, then=F("title_vi")))
    keys["row"] = Rows.key(unit)
    found: Any = duties.order_by().values(**keys).annotate(**_counts(at))
    table, columns = Table(), {}
    for one in found:
        pk = one["of_course"] or -(one["programme"] or 0)
        name = one["name"] or one["name_vi"] or one["programme_name"] or one["programme_name_vi"]
        columns[pk] = Duty(pk, one["code"] or "", name)
        counts = {name: one[f"n_{name}"] for name in ("required", "done", "late", "waived")}
        table.cells[one["row"]][pk] = Cell(**counts)
    table.duties = sorted(columns.values(), key=lambda duty: (duty.code, duty.pk))
    return table


def programme_of() -> Expression:
    """Return the requirement of a duty that several courses fulfil, else nothing."""
    return Case(When(course=None, then=F(PROGRAMME)), output_field=IntegerField())


def _counts(at: Moment) -> dict[str, Count]:
    """Return the counts of people. Who has done a course once is not late with it."""
    same = Obligation.objects.filter(person=OuterRef("person"), done_at__lte=at.end)
    did = Exists(same.filter(course=OuterRef(COURSE)))
    return {
        "n_required": Count("person", distinct=True, filter=~at.waived),
        "n_done": Count("person", distinct=True, filter=at.done & ~at.waived),
        "n_late": Count("person", distinct=True, filter=at.late & ~Q(did)),
        "n_waived": Count("person", distinct=True, filter=at.waived),
    }


def requirements(year: int) -> dict[str, int]:
    """Return the periods of the year by staff category; a category without a figure is absent."""
    rows = AnnualRequirement.objects.filter(year=year)
    return dict(rows.values_list("category", "min_periods"))


def required_of(required: dict[str, int], path: str = "category__code") -> Expression:
    """Return the periods a post asks for, or nothing."""
    whens = [When(**{path: code}, then=Value(n)) for code, n in required.items()]
    return Case(*whens, default=None, output_field=IntegerField())


def asked_of(required: dict[str, int], at: Moment) -> Expression:
    """Return the periods the person of a post owes: fewer where months do not count."""
    return Coalesce(owed("user", at.year), required_of(required), output_field=DecimalField())


def credited_in(at: Moment) -> Expression:
    """Return the periods of the person of a post, of classes closed by the day."""
    entries = HoursEntry.objects.of_year(at.year).filter(
        person=OuterRef("user"), closing_on__lte=at.day
    )
    total = entries.order_by().values("person").annotate(total=Sum("credited")).values("total")
    return Coalesce(Subquery(total), Value(Decimal(0)))


def hours_of(rows: Rows, at: Moment) -> dict[int, Cell]:
    """Return, by unit, how many people have reached the periods of their staff category."""
    required = requirements(at.year)
    if not required:
        return {}
    posts = Posting.objects.in_force(at.day).primary().filter(category__code__in=required)
    posts = posts.filter(rows.within("unit"))
    posts = posts.annotate(asked=asked_of(required, at), credited=credited_in(at))
    reached = Count("user", distinct=True, filter=Q(credited__gte=F("asked")))
    found = posts.order_by().values(row=Rows.key("unit"))
    found = found.annotate(n=Count("user", distinct=True), reached=reached)
    return {one["row"]: Cell(required=one["n"], done=one["reached"]) for one in found}


def months_of(rows: Rows, at: Moment) -> list[int]:
    """Return the duties fulfilled in each month of the year."""
    unit = f"{POST}__unit"
    done = Obligation.objects.filter(done_at__year=at.year, done_at__lte=at.end)
    done = done.exclude(status=ObligationStatus.CANCELLED)
    done = done.filter(posted(POST, at.day) & rows.within(unit))
    months = done.order_by().values(month=ExtractMonth("done_at"))
    found: Any = months.annotate(n=Count("pk", distinct=True))
    counts = {one["month"]: one["n"] for one in found}
    return [counts.get(month, 0) for month in range(1, 13)]


def waived_of(rows: Rows, at: Moment) -> ObligationQuerySet:
    """Return the exempted people, with the reason of each."""
    waived = on_day(at).filter(at.waived)
    waived = waived.filter(posted(POST, at.day) & rows.within(f"{POST}__unit"))
    return waived.select_related("person", "unit").order_by("person__sort_key", "pk").distinct()
