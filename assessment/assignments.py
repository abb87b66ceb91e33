"""An assignment as it was published: typed, read once per process, never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from assessment.models import Extension
from courses.blocks import Data
from courses.models import CourseVersion
from courses.outline import BlockOutline, Bounded, outline
from enrolments.models import Cohort, Enrolment
from files.accept import AUDIO, PAPERS, Accept
from lms.clock import end_of_day
from lms.translated import translated

ASSIGNMENT: Final = "assignment"
ASSIGNMENTS_AT_MOST: Final = 256


@dataclass(frozen=True)
class Criterion:
    """One line by which a work is judged."""

    key: str
    name: str
    points: Decimal
    hint: str = ""


@dataclass(frozen=True)
class FrozenAssignment:
    """What is asked, what is taken, how it is judged."""

    key: uuid.UUID
    title_vi: str
    title_en: str
    brief_html: str
    takes_text: bool
    takes_files: bool
    takes_audio: bool
    max_points: Decimal
    pass_percent: int
    due_days_before_end: int
    criteria: tuple[Criterion, ...]
    title = translated("title")

    @classmethod
    def read(cls, key: uuid.UUID, frozen: Data) -> FrozenAssignment:
        """Return the assignment that was frozen as plain data."""
        plain = ("title_vi", "title_en", "brief_html", "takes_text", "takes_files", "takes_audio")
        return cls(
            key=key,
            max_points=Decimal(frozen["max_points"]),
            pass_percent=frozen["pass_percent"],
            due_days_before_end=frozen["due_days_before_end"],
            criteria=tuple(
                Criterion(row["key"], row["name"], Decimal(row["points"]), row.get("hint", ""))
                for row in frozen["criteria"]
            ),
            **{name: frozen[name] for name in plain},
        )

    @property
    def takes(self) -> list[str]:
        """Return in words what may be handed in."""
        words = [
            (self.takes_text, _("text typed on the page")),
            (self.takes_files, _("documents and photographs")),
            (self.takes_audio, _("audio recordings")),
        ]
        return [word for taken, word in words if taken]

    @property
    def accepts(self) -> list[Accept]:
        """Return the lists of files that are taken."""
        return [PAPERS] * self.takes_files + [AUDIO] * self.takes_audio

    def passes(self, points: Decimal) -> bool:
        """Return whether the points reach the pass mark."""
        return points * 100 >= self.max_points * self.pass_percent

    def due_at(self, cohort: Cohort, extended_to: dt.datetime | None = None) -> dt.datetime:
        """Return the end of the day until which a work is in time; an extension only adds."""
        day = cohort.ends_on - dt.timedelta(days=self.due_days_before_end)
        due = end_of_day(max(day, cohort.starts_on))
        return max(due, extended_to) if extended_to else due


_held: Final[Bounded[tuple[int, str], dict[uuid.UUID, FrozenAssignment]]] = Bounded(
    ASSIGNMENTS_AT_MOST
)


def assignments_of(version: CourseVersion) -> dict[uuid.UUID, FrozenAssignment]:
    """Return the assignments of a version by key, in the order of its lessons."""
    if version.is_open:
        return _read(version)
    key = (version.pk, version.content_hash)
    found = _held.get(key)
    return found if found is not None else _held.put(key, _read(version))


def assignment_of(version: CourseVersion, key: uuid.UUID) -> FrozenAssignment | None:
    """Return the assignment of a key, if the version has it."""
    return assignments_of(version).get(key)


def due_at(enrolment: Enrolment, assignment: FrozenAssignment) -> dt.datetime:
    """Return until when the learner's work is in time, with what was granted to them."""
    granted = Extension.objects.of(enrolment, assignment.key).in_force()
    last: dt.datetime | None = granted.aggregate(last=Max("due_at"))["last"]
    return assignment.due_at(enrolment.cohort, last)


def _read(version: CourseVersion) -> dict[uuid.UUID, FrozenAssignment]:
    return {
        block.key: _assignment(block)
        for block in outline(version).blocks()
        if block.kind == ASSIGNMENT and block.frozen
    }


def _assignment(block: BlockOutline) -> FrozenAssignment:
    return FrozenAssignment.read(block.key, block.frozen)
