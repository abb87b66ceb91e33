"""What was reached: counted from the ledger of hours, in turns (lượt) and distinct persons.

A turn is one entry of the ledger that stands, or all entries of one place in a class: a long class
credited module by module is still one turn of its learner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from enrolments.models import HoursEntry
from reporting.models import Plan, PlanLine, PlanShare, Programme, ProgrammeTask
from reporting.models.programmes import TaskStatus

TURNS = Count("enrolment", distinct=True) + Count("pk", filter=Q(enrolment=None))
PERSONS = Count("person", distinct=True)
WHOLE = 100


@dataclass(frozen=True)
class Reached:
    """Turns and distinct persons."""

    turns: int = 0
    persons: int = 0


@dataclass(frozen=True)
class LineFigures:
    """A line as the board shows it."""

    line: PlanLine
    reached: Reached
    asked: int
    answered: int

    @property
    def turns(self) -> int:
        """Return all turns, those before the system included."""
        return self.reached.turns + self.line.reported_turns

    @property
    def percent(self) -> int:
        """Return the share of the target, rounded down."""
        return WHOLE * self.turns // self.line.target if self.line.target else 0


def standing(plan: Plan) -> QuerySet[HoursEntry]:
    """Return the entries of the plan's year and units that no later entry took back."""
    within = Q(unit__ancestor_links__ancestor=plan.unit_id)
    entries = HoursEntry.objects.of_year(plan.year).filter(within, reverses=None)
    return entries.filter(reversed_by=None)


def of_line(line: PlanLine) -> QuerySet[HoursEntry]:
    """Return the entries that count for a line."""
    entries = standing(line.plan)
    if line.course_id:
        return entries.filter(enrolment__cohort__course=line.course_id)
    named = line.plan.lines.exclude(course=None).values("course")
    group = entries.filter(content_group=line.content_group_id)
    return group.filter(Q(enrolment=None) | ~Q(enrolment__cohort__course__in=named))


def board(plan: Plan) -> list[LineFigures]:
    """Return the lines of a plan with what was reached, in four queries."""
    lines = list(plan.lines.select_related("content_group", "course", "partner", "owner"))
    named = [line.course_id for line in lines if line.course_id]
    entries = standing(plan)
    of_course = Q(enrolment__cohort__course__in=named)
    by_course = _counted(entries.filter(of_course), F("enrolment__cohort__course"))
    rest = entries.filter(Q(enrolment=None) | ~of_course)
    by_group = _counted(rest, F("content_group"))
    answers = _answers(plan)
    return [
        LineFigures(
            line,
            by_course.get(line.course_id, Reached())
            if line.course_id
            else by_group.get(line.content_group_id, Reached()),
            *answers.get(line.pk, (0, 0)),
        )
        for line in lines
    ]


def by_category(line: PlanLine) -> list[tuple[str, Reached]]:
    """Return what was reached by staff category (cán bộ, công chức, viên chức …)."""
    counted = _counted(of_line(line), F("category__name_vi"))
    return sorted((name or "–", reached) for name, reached in counted.items())


def by_partner(line: PlanLine) -> list[tuple[str, Reached]]:
    """Return what was reached by training institution."""
    counted = _counted(of_line(line), F("enrolment__cohort__course__provider__name_vi"))
    return sorted((name or "–", reached) for name, reached in counted.items())


def of_shares(line: PlanLine, shares: Iterable[PlanShare]) -> dict[int, Reached]:
    """Return what each unit with a quota has reached, everything below the unit included."""
    units = [share.unit_id for share in shares]
    entries = HoursEntry.objects.filter(pk__in=of_line(line).values("pk"))
    entries = entries.filter(unit__ancestor_links__ancestor__in=units)
    return _counted(entries, F("unit__ancestor_links__ancestor"))


def task_counts(programmes: Iterable[Programme]) -> dict[int, dict[str, int]]:
    """Return how many tasks of each programme stand how, every status named; one query."""
    counts = {row.pk: dict.fromkeys(TaskStatus.values, 0) for row in programmes}
    tasks = ProgrammeTask.objects.filter(programme__in=counts).order_by()
    for key, status, n in tasks.values_list("programme", "status").annotate(n=Count("pk")):
        counts[key][status] = n
    return counts


def _counted(entries: QuerySet[HoursEntry], key: F) -> dict[Any, Reached]:
    rows = entries.order_by().values(key=key).annotate(turns=TURNS, persons=PERSONS)
    return {row["key"]: Reached(row["turns"], row["persons"]) for row in rows}


def _answers(plan: Plan) -> dict[int, tuple[int, int]]:
    """Return, for each line, how many units were asked and how many have answered."""
    rows = PlanShare.objects.filter(line__plan=plan).order_by().values("line")
    counts = rows.annotate(asked=Count("pk"), answered=Count("pk", filter=~Q(state="sent")))
    return {row["line"]: (row["asked"], row["answered"]) for row in counts}
