"""Which classes of a course take applications, as somebody who looks at the course sees them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from admissions.models import Admission, Application, ApplicationState
from courses.models import Course
from enrolments.models import Cohort
from enrolments.models.cohorts import OPEN_TO_SENDING
from lms.clock import today

AT_MOST = 50


@dataclass(frozen=True)
class ClassLine:
    """A class one may apply for, and the application that is there already."""

    cohort: Cohort
    admission: Admission
    application: Application | None
    waiting: int

    @property
    def is_full(self) -> bool:
        """Return whether an approved application would wait for a seat."""
        left = self.cohort.seats_left
        return left is not None and (left < 1 or self.waiting > 0)


def open_admissions(course: Course) -> list[Admission]:
    """Return how the classes of the course take applications today; one query."""
    rows = Admission.objects.filter(
        Q(closes_on=None) | Q(closes_on__gte=today()),
        is_open=True,
        cohort__course=course,
        cohort__state__in=OPEN_TO_SENDING,
    )
    related = rows.select_related("cohort__organiser", "cohort__version")
    return list(related.order_by("cohort__starts_on", "cohort_id")[:AT_MOST])


def classes_to_apply_for(user: User, course: Course) -> list[ClassLine]:
    """Return the classes that take applications, by their first day; three queries."""
    admissions = open_admissions(course)
    keys = [admission.cohort_id for admission in admissions]
    rows = Application.objects.open().filter(cohort__in=keys)
    mine = {row.cohort_id: row for row in rows.filter(learner=user)}
    waiting: dict[int, int] = {}
    for pk in rows.filter(state="waiting").values_list("cohort_id", flat=True):
        waiting[pk] = waiting.get(pk, 0) + 1
    return [
        ClassLine(one.cohort, one, mine.get(one.cohort_id), waiting.get(one.cohort_id, 0))
        for one in admissions
    ]


def offered_seats(cohort: Cohort) -> dict[int, int]:
    """Return how many seats are kept for people of each unit who may still take them."""
    rows = Application.objects.filter(cohort=cohort, state=ApplicationState.OFFERED).order_by()
    return dict(rows.values_list("unit").annotate(n=Count("pk")))
