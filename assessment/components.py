"""A test or an assignment of a version, as far as its mark is concerned."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from assessment.assignments import assignment_of
from assessment.frozen import quiz_of
from assessment.models import GradeItem
from courses.models import CourseVersion
from lms.translated import translated


@dataclass(frozen=True)
class Component:
    """What a mark is given for."""

    key: uuid.UUID
    title_vi: str
    title_en: str
    max_points: Decimal
    pass_percent: int
    is_test: bool
    title = translated("title")

    def passes(self, points: Decimal, max_points: Decimal) -> bool:
        """Return whether so many points of so many reach the pass mark."""
        return points * 100 >= self.pass_percent * max_points


def component_of(version: CourseVersion, key: uuid.UUID) -> Component | None:
    """Return the test, assignment or component on paper of a key, if there is one."""
    quiz, work = quiz_of(version, key), assignment_of(version, key)
    found = quiz or work or _on_paper(version, key)
    if found is None:
        return None
    return Component(
        key=key,
        title_vi=found.title_vi,
        title_en=found.title_en,
        max_points=found.max_points or Decimal(0),
        pass_percent=found.pass_percent or 0,
        is_test=quiz is not None,
    )


def _on_paper(version: CourseVersion, key: uuid.UUID) -> GradeItem | None:
    """Return the component that a class of the version has its marks on paper for."""
    items = GradeItem.objects.filter(scheme__cohort__version=version, max_points__isnull=False)
    return items.filter(component_key=key).first()
