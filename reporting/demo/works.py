"""What learners hand in and how trainers mark it."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.utils import timezone

from assessment.actions.blind_marks import mark_blind
from assessment.actions.grades import SETTLE_RELEASE, release
from assessment.actions.marking_plans import PlanSpec, set_plan, share_out_new
from assessment.actions.marks import mark
from assessment.actions.releases import settle_release
from assessment.actions.works import (
    PURPOSE,
    attach,
    demand_assignment,
    hand_in,
    save_draft,
    start_draft,
)
from assessment.models import MarkingPlan, Submission
from enrolments.models import Enrolment
from files.accept import AUDIO
from files.actions import import_file
from jobs.models import Job
from lms.clock import today
from reporting.demo.classes import Class
from reporting.demo.clock import at
from reporting.demo.sources import FOLDER, number, pick, read_yaml

TENTHS: Final = Decimal(10)
STEP: Final = Decimal("0.25")  # marks are given in quarters of a point


@dataclass(frozen=True)
class Work:
    """One learner's work on one assignment."""

    made: Class
    place: Enrolment
    key: uuid.UUID

    @property
    def words(self) -> dict[str, list[str]]:
        """Return what is written about the works of the course."""
        words: dict[str, list[str]] = _words().get(self.made.row["course"]) or _words()["any"]
        return words

    @property
    def is_spoken(self) -> bool:
        """Tell whether nothing but a recording is taken."""
        assignment = demand_assignment(self.place, self.key)
        return assignment.takes_audio and not (assignment.takes_text or assignment.takes_files)


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return read_yaml("works.yaml")


def write(work: Work) -> None:
    """Hand the work in; of the share that the class's row names, its marking is noted."""
    by = work.place.learner
    draft = start_draft(enrolment=work.place, assignment_key=work.key, by=by)
    if work.is_spoken:
        _record(work, draft)
    else:
        text = pick(work.words["texts"], f"writes {by.username} {work.key}")
        save_draft(submission=draft, text=text, revision=draft.revision, by=by)
    handed_in = hand_in(submission=draft, by=by)
    if work.made.row.get("second_marker"):
        soon = timezone.now() + dt.timedelta(minutes=20)
        work.made.city.diary.note(soon, lambda: _mark_twice(work, handed_in))
    elif number(f"marked {by.username} {work.key}", 100) < work.made.row.get("marked", 0):
        calendar = work.made.city.days.calendar
        day = calendar.add_working_days(today(), 2)
        work.made.city.diary.note(at(day, 14), lambda: _mark(work, handed_in))


def _record(work: Work, draft: Submission) -> None:
    by = work.place.learner
    path = FOLDER / pick(work.words["recordings"], f"speaks {by.username}")
    unit_id = work.place.sending_unit_id
    file = import_file(path=path, by=by, accept=AUDIO, purpose=PURPOSE, unit_id=unit_id)
    attach(submission=draft, file=file, by=by)


def _mark(work: Work, submission: Submission) -> None:
    assignment = demand_assignment(work.place, work.key)
    learner = work.place.learner.username
    criteria = {
        row.key: _points(row.points, 6 + number(f"{learner} {row.key}", 5))
        for row in assignment.criteria
    }
    mark(
        submission=submission,
        by=work.made.city.people[work.made.row["trainer"]],
        points=Decimal(0),  # with criteria it is their sum
        criteria=criteria,
        comment=pick(
            work.words["spoken_comments" if work.is_spoken else "comments"], f"comments {learner}"
        ),
    )


def _mark_twice(work: Work, submission: Submission) -> None:
    """Let both markers judge the work; of some the second has not come to it yet."""
    _share_out(work)
    by = work.place.learner.username
    assignment = demand_assignment(work.place, work.key)
    for turn in submission.turns.select_related("marker"):
        if number(f"{turn.position} marks {by}", 100) >= work.made.row["marked"] + 20:
            continue
        criteria = {
            row.key: _points(row.points, _tenths(by, row.key, turn.position))
            for row in assignment.criteria
        }
        mark_blind(
            submission=submission,
            by=turn.marker,
            points=Decimal(0),
            criteria=criteria,
            comment=pick(work.words["comments"], f"{turn.position} comments {by}"),
        )


def _tenths(learner: str, criterion: str, position: int) -> int:
    """Return what a marker finds the work worth: the same as the other, give or take a little."""
    worth = 5 + number(f"worth {learner}", 4) + number(f"worth {learner} {criterion}", 2)
    return min(worth + number(f"{position} finds {learner} {criterion}", 3) - 1, 10)


def _share_out(work: Work) -> None:
    """Give the works of the class to its two trainers; who opened it moderates."""
    made, people = work.made, work.made.city.people
    if MarkingPlan.objects.of(made.cohort.pk, work.key):
        share_out_new()
        return
    markers = [people[made.row[part]] for part in ("trainer", "second_marker")]
    spec = PlanSpec(
        is_double=True, is_anonymous=True, moderator=made.by, markers=markers, tolerance=Decimal(1)
    )
    set_plan(cohort=made.cohort, key=work.key, spec=spec, by=made.by)


def _points(most: Decimal, tenths: int) -> Decimal:
    return STEP * math.floor(most * tenths / TENTHS / STEP)


def publish(made: Class, key: uuid.UUID) -> None:
    """Release the results of a test or work, and do what follows for each learner."""
    by = made.city.people[made.row["trainer"]]
    row = release(cohort=made.cohort, component_key=key, by=by)
    settle_release(Job.objects.get(key=f"{SETTLE_RELEASE}:{row.pk}"), math.inf)
