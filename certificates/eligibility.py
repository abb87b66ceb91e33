"""What each learner of a class has earned, and in words why (Circular 03/2023/TT-BNV, Art. 6).

A fixed number of queries for any number of learners.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from assessment.gradebook import (
    FinalMark,
    Scheme,
    decided_schemes,
    exemptions_of,
    final_of,
    score_of,
)
from assessment.models import Assignment, GradeCell, Quiz
from courses.models import Block
from enrolments.completion import demands_of
from enrolments.models import Attendance, Cohort, Enrolment, Session
from enrolments.models.places import Result


@dataclass(frozen=True)
class Component:
    """Work that counts towards the result."""

    key: uuid.UUID
    title: str
    pass_percent: int


@dataclass(frozen=True)
class Finding:
    """The result that the records give, and the reason."""

    result: str
    reason: str = ""
    final: FinalMark | None = None


def findings(enrolments: Sequence[Enrolment]) -> dict[int, Finding]:
    """Return, by place, what the records say. The places come with `cohort` and `version`."""
    records = Records(enrolments)
    with translation.override("vi"):  # kept with the line, read by everybody
        return {place.pk: records.finding(place) for place in enrolments}


class Records:
    """All that the findings of some places rest on, read once."""

    def __init__(self, enrolments: Sequence[Enrolment]) -> None:
        places = [place.pk for place in enrolments]
        self._components = components_of({place.version_id for place in enrolments})
        self._schemes = decided_schemes({place.cohort_id for place in enrolments})
        self._exempt = exemptions_of(places)
        self._cells: dict[int, dict[uuid.UUID, GradeCell]] = defaultdict(dict)
        for cell in GradeCell.objects.filter(enrolment__in=places).select_related("entry"):
            self._cells[cell.enrolment_id][cell.component_key] = cell
        self._held = _counted(
            Session.objects.filter(
                cohort__in={place.cohort_id for place in enrolments}, cancelled_at=None
            ),
            "cohort_id",
        )
        present = Attendance.objects.filter(
            enrolment__in=places,
            status=Attendance.Status.PRESENT,
            session__cancelled_at=None,
        )
        self._came = _counted(present, "enrolment_id")

    def finding(self, place: Enrolment) -> Finding:
        """Return what the records say of a place."""
        unmet, failed = self._components_of(place)
        unmet = [*self._lessons(place, failed), *self._attendance(place), *unmet]
        if unmet:
            return Finding(Result.NOT_ELIGIBLE, _sentence([*unmet, *map(_below, failed)]))
        final = self._final(place)
        low = _too_low(final, self._schemes[place.cohort_id]) if final else []
        if failed or low:
            return Finding(Result.FAILED, _sentence([*map(_below, failed), *low]), final)
        return Finding(Result.PASSED, final=final)

    def _counted(self, place: Enrolment) -> list[Component]:
        """Return what a place has to pass: what its class decided, else all graded work."""
        scheme = self._schemes.get(place.cohort_id)
        if scheme is None:
            return self._components[place.version_id]
        required = (item for item in scheme.items if item.is_required)
        return [Component(item.key, item.title_vi, item.pass_percent) for item in required]

    def _final(self, place: Enrolment) -> FinalMark | None:
        """Return the final mark over what is released, where the class decided how it is made."""
        scheme = self._schemes.get(place.cohort_id)
        if scheme is None:
            return None
        cells = self._cells[place.pk]
        scores = {key: score_of(cell) for key, cell in cells.items() if cell.released_at}
        return final_of(scheme, scores, self._exempt.get(place.pk, ()))

    def _lessons(self, place: Enrolment, failed: Sequence[_Failed]) -> list[str]:
        if place.completed_at or not place.lessons_total:
            return []
        missing = place.lessons_total - place.lessons_done
        # A lesson that waits only for a failed test is not held against the learner twice.
        demands = demands_of(place.version)
        held_up = {demands.lesson_of.get(cell.component_key) for cell in failed}
        if missing <= len(held_up & demands.required):
            return []
        words = {"done": place.lessons_done, "total": place.lessons_total}
        return [_("%(done)s of %(total)s lessons completed") % words]

    def _attendance(self, place: Enrolment) -> list[str]:
        least = place.version.min_attendance_percent
        if not least:
            return []
        held, came = self._held.get(place.cohort_id, 0), self._came.get(place.pk, 0)
        if held and came * 100 >= least * held:
            return []
        words = {"came": came, "held": held, "least": least}
        return [_("present at %(came)s of %(held)s sessions, at least %(least)s%% asked") % words]

    def _components_of(self, place: Enrolment) -> tuple[list[str], list[_Failed]]:
        unmet: list[str] = []
        failed: list[_Failed] = []
        cells = self._cells[place.pk]
        for component in self._counted(place):
            cell = cells.get(component.key)
            if component.key in self._exempt.get(place.pk, ()):
                continue
            if cell is None:
                unmet.append(_("“%(title)s” not done") % {"title": component.title})
            elif cell.released_at is None:
                unmet.append(_("result of “%(title)s” not released") % {"title": component.title})
            elif not cell.entry.is_passed:
                failed.append(_Failed(component, cell))
        return unmet, failed


@dataclass(frozen=True)
class _Failed:
    component: Component
    cell: GradeCell

    @property
    def component_key(self) -> uuid.UUID:
        return self.component.key


def components_of(version_ids: Iterable[int]) -> dict[int, list[Component]]:
    """Return, by version, the graded components that stand in its blocks."""
    ids = list(version_ids)
    found: dict[int, list[Component]] = {pk: [] for pk in ids}
    keys = set(Block.objects.filter(version__in=ids).values_list("version_id", "key"))
    fields = ("version_id", "key", "title_vi", "pass_percent")
    quizzes = Quiz.objects.filter(version__in=ids, is_graded=True).order_by("pk")
    works = Assignment.objects.filter(version__in=ids).order_by("pk")
    for rows in (quizzes.values_list(*fields), works.values_list(*fields)):
        for version_id, key, title, pass_percent in rows:
            if (version_id, key) in keys:
                found[version_id].append(Component(key, title, pass_percent))
    return found


def places_of(cohort: Cohort) -> QuerySet[Enrolment]:
    """Return the places in force of a class, as `findings` wants them, by name."""
    places = Enrolment.objects.filter(cohort=cohort).in_force()
    return places.select_related("version", "learner").order_by("learner_sort_key", "pk")


def _counted(rows: QuerySet[Session] | QuerySet[Attendance], column: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


def _below(failed: _Failed) -> str:
    words = {
        "title": failed.component.title,
        "percent": f"{failed.cell.entry.percent.normalize():f}".replace(".", ","),
        "least": failed.component.pass_percent,
    }
    return _("“%(title)s” %(percent)s%%, below the pass mark of %(least)s%%") % words


def _too_low(final: FinalMark, scheme: Scheme) -> list[str]:
    """Say that the final mark is too low, where no component alone is."""
    if final.mark is None or final.mark * 10 >= scheme.least_percent:
        return []
    words = {
        "mark": f"{final.mark.normalize():f}".replace(".", ","),
        "least": f"{(Decimal(scheme.least_percent) / 10).normalize():f}".replace(".", ","),
    }
    return [_("final mark %(mark)s, at least %(least)s asked") % words]


def _sentence(reasons: Iterable[str]) -> str:
    text = "; ".join(reasons)
    return (text[:1].upper() + text[1:])[:500]
