"""What a requirement asks of people: when their first turn is due, and whether it is done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Posting
from enrolments.models import Enrolment
from enrolments.models.places import EnrolmentState
from requirements.due_rules import Terms
from requirements.models import Requirement

# When a course was completed, and in which place.
Completion = tuple[dt.datetime, int]
# By person and course.
Completions = Mapping[int, Mapping[int, Completion]]


@dataclass(frozen=True)
class Demands:
    """The sets of a requirement, read once: how many of which courses."""

    sets: tuple[tuple[int, frozenset[int]], ...]

    @property
    def courses(self) -> set[int]:
        """Return all courses that count."""
        return {course for _needed, courses in self.sets for course in courses}

    @property
    def only_course(self) -> int | None:
        """Return the course, where there is but one."""
        courses = self.courses
        return next(iter(courses)) if len(courses) == 1 else None

    def met(self, done: Mapping[int, Completion], since: dt.date | None) -> Completion | None:
        """Return when and by which place all was fulfilled; completions before `since` are out."""
        last: Completion | None = None
        for needed, courses in self.sets:
            times = sorted(
                done[course]
                for course in courses
                if course in done
                and (since is None or timezone.localdate(done[course][0]) >= since)
            )
            if len(times) < needed:
                return None
            last = max(last, times[needed - 1]) if last else times[needed - 1]
        return last


def demands_of(requirement: Requirement) -> Demands:
    """Return what a requirement asks; two queries."""
    sets = requirement.sets.prefetch_related("choices")
    return Demands(
        tuple((one.needed, frozenset(c.course_id for c in one.choices.all())) for one in sets)
    )


def terms_of(requirement: Requirement) -> Terms:
    """Return the due rule of a requirement."""
    return Terms(
        due_kind=requirement.due_kind,
        due_on=requirement.due_on,
        due_days=requirement.due_days,
        min_days=requirement.min_days,
        every_months=requirement.every_months,
        recurs_from=requirement.recurs_from,
        window_days=requirement.window_days,
        counts_earlier=requirement.counts_earlier,
    )


def completions_of(people: Sequence[int], courses: Iterable[int]) -> Completions:
    """Return the latest completion of each course by each person; one query."""
    rows = Enrolment.objects.filter(
        learner__in=people,
        cohort__course__in=list(courses),
        state=EnrolmentState.COMPLETED,
        completed_at__isnull=False,
    )
    found: dict[int, dict[int, Completion]] = defaultdict(dict)
    columns = ("learner_id", "cohort__course_id", "completed_at", "pk")
    for person, course, at, place in rows.order_by("completed_at").values_list(*columns):
        if at is not None:
            found[person][course] = (at, place)
    return found


@dataclass(frozen=True)
class Turn:
    """The first turn of one person."""

    person_id: int
    unit_id: int
    due_on: dt.date
    counts_from: dt.date | None
    done: Completion | None


def first_turns(
    requirement: Requirement, demands: Demands, people: Sequence[int], joined_on: dt.date
) -> list[Turn]:
    """Return the first turn of each of these people who holds a post; two queries."""
    terms = terms_of(requirement)
    posts = Posting.objects.in_force(joined_on).primary().filter(user__in=people)
    completions = completions_of(people, demands.courses)
    since = terms.counts_from(joined_on)
    return [
        Turn(
            person_id=person,
            unit_id=unit,
            due_on=terms.first_due(joined_on, posted_on),
            counts_from=since,
            done=demands.met(completions.get(person, {}), since),
        )
        for person, unit, posted_on in posts.order_by("user").values_list("user", "unit", "since")
    ]
