"""What learners hand in and how trainers mark it."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from assessment.actions.grades import SETTLE_RELEASE, release
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
from assessment.models import Submission
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
    if number(f"marked {by.username} {work.key}", 100) < work.made.row.get("marked", 0):
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


def _points(most: Decimal, tenths: int) -> Decimal:
    return STEP * math.floor(most * tenths / TENTHS / STEP)


def publish(made: Class, key: uuid.UUID) -> None:
    """Release the results of a test or work, and do what follows for each learner."""
    by = made.city.people[made.row["trainer"]]
    row = release(cohort=made.cohort, component_key=key, by=by)
    settle_release(Job.objects.get(key=f"{SETTLE_RELEASE}:{row.pk}"), math.inf)
