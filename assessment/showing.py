"""What of a result a learner may see today."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.actions.grades import is_released
from assessment.frozen import FrozenQuiz
from enrolments.models import Enrolment


@dataclass(frozen=True)
class Shown:
    """Marks, and the right answers with their explanations."""

    marks: bool
    keys: bool


def shown_results(enrolment: Enrolment, quiz: FrozenQuiz, *, attempts_left: int) -> Shown:
    """Return what may be shown.

    Where marks are shown at once the right answers still wait until no attempt is left: else the
    first attempt would tell the second what to say.
    """
    if is_released(cohort_id=enrolment.cohort_id, component_key=quiz.key):
        return Shown(marks=True, keys=True)
    return Shown(marks=quiz.shows_at_once, keys=quiz.shows_at_once and attempts_left <= 0)
