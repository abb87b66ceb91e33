"""Where a learner stands in the version they study: what is done, what is open, what is locked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import CourseVersion
from courses.outline import LessonOutline, ModuleOutline, Outline, outline
from enrolments.models import Enrolment, LessonProgress
from enrolments.models.cohorts import CohortState
from enrolments.models.places import EnrolmentState
from lms.clock import today

DONE, NOW, TODO, LOCKED = "done", "now", "todo", "locked"


def may_study(enrolment: Enrolment) -> bool:
    """Return whether what the learner does today counts."""
    return enrolment.holds and enrolment.cohort.is_open_for_study


@dataclass(frozen=True)
class LessonRow:
    """A lesson of the outline as one learner finds it."""

    lesson: LessonOutline
    state: str
    reason: str = ""  # why it is locked


@dataclass(frozen=True)
class ModuleRows:
    """A module of the outline with its lessons."""

    module: ModuleOutline
    rows: list[LessonRow]


@dataclass(frozen=True)
class Standing:
    """A place, its outline, and the keys of the lessons that are done."""

    enrolment: Enrolment
    outline: Outline
    done: frozenset[uuid.UUID]

    @cached_property
    def lessons(self) -> tuple[LessonOutline, ...]:
        """Return all lessons in order."""
        return self.outline.lessons

    @cached_property
    def barred(self) -> str:
        """Return why no lesson is open at all, or nothing."""
        cohort = self.enrolment.cohort
        if self.enrolment.deferred_until:
            day = date_format(self.enrolment.deferred_until, "d/m/Y")
            return _("Studying is put off until %(day)s.") % {"day": day}
        if self.enrolment.state == EnrolmentState.TRANSFERRED:
            return _("Studying goes on in another class of the course.")
        if not self.enrolment.holds:
            return _("The learner was taken off the class.")
        if cohort.starts_on > today() and not cohort.is_over:
            return _("Opens on %(day)s") % {"day": date_format(cohort.starts_on, "d/m/Y")}
        return ""

    @cached_property
    def _barrier(self) -> LessonOutline | None:
        """Return the lesson to be finished before any later one; a class that is over has none."""
        if not self.outline.is_sequential or not may_study(self.enrolment):
            return None
        unfinished = (row for row in self.lessons if row.is_required and row.key not in self.done)
        return next(unfinished, None)

    def lock(self, lesson: LessonOutline) -> str:
        """Return why a lesson is locked, or nothing."""
        if self.barred:
            return self.barred
        first = self._barrier
        if first is None or lesson.number <= first.number or lesson.key in self.done:
            return ""
        return _("Opens after lesson %(number)s is completed") % {"number": first.number}

    def modules(self, current: uuid.UUID | None = None) -> list[ModuleRows]:
        """Return the outline as the learner sees it, the lesson of the page marked."""
        return [
            ModuleRows(module, [self._row(lesson, current) for lesson in module.lessons])
            for module in self.outline.modules
        ]

    def _row(self, lesson: LessonOutline, current: uuid.UUID | None) -> LessonRow:
        reason = self.lock(lesson)
        if reason:
            return LessonRow(lesson, LOCKED, reason)
        if lesson.key == current:
            return LessonRow(lesson, NOW)
        return LessonRow(lesson, DONE if lesson.key in self.done else TODO)

    @cached_property
    def resume(self) -> LessonOutline | None:
        """Return where to go on: the last lesson if it is unfinished, else the next unfinished."""
        last = self.outline.lesson(self.enrolment.last_lesson_key or uuid.UUID(int=0))
        if last and last.key not in self.done and not self.lock(last):
            return last
        after = last.number if last else 0
        later = [row for row in self.lessons if row.number > after]
        earlier = [row for row in self.lessons if row.number <= after]
        unfinished = (row for row in later + earlier if row.key not in self.done)
        found = next((row for row in unfinished if not self.lock(row)), None)
        return found or last or next(iter(self.lessons), None)

    @property
    def minutes_left(self) -> int:
        """Return the minutes of the lessons that are not done."""
        return sum(row.minutes for row in self.lessons if row.key not in self.done)

    @property
    def done_count(self) -> int:
        """Return how many lessons are done."""
        return sum(1 for row in self.lessons if row.key in self.done)

    @cached_property
    def word(self) -> tuple[str, str]:
        """Return a tone and what there is to say of the class; empty where all is well."""
        cohort = self.enrolment.cohort
        if not self.enrolment.holds:
            return "amber", _with_reason(self.barred, self.enrolment.withdrawn_reason)
        if cohort.state == CohortState.POSTPONED:
            text = _("The class is postponed. Its lessons can be read; progress is not counted.")
            return "amber", _with_reason(text, cohort.state_reason)
        if cohort.state == CohortState.CANCELLED:
            return "amber", _with_reason(_("The class was cancelled."), cohort.state_reason)
        if cohort.is_over:
            text = _("The class has ended. Its lessons stay readable; progress no longer changes.")
            return "blue", text
        if self.barred:
            day = date_format(cohort.starts_on, "d/m/Y")
            return "blue", _("The class begins on %(day)s; its lessons open that day.") % {
                "day": day
            }
        return "", ""


def _with_reason(text: str, reason: str) -> str:
    return text + " " + _("Reason: %(reason)s") % {"reason": reason} if reason else text


def standing_of(enrolment: Enrolment) -> Standing:
    """Return where a place stands now; one query once the outline is known to this process."""
    done = LessonProgress.objects.filter(enrolment=enrolment, completed_at__isnull=False)
    keys = frozenset(done.values_list("lesson_key", flat=True))
    return Standing(enrolment, outline(enrolment.version), keys)


def titles_of(version: CourseVersion, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the titles of lessons by key; one that a later version dropped is left out."""
    made = outline(version)
    found = {key: made.lesson(key) for key in keys}
    return {key: lesson.title for key, lesson in found.items() if lesson}
