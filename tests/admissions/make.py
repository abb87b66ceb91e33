"""Makers of classes that take applications, and of applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from admissions.actions.applying import apply
from admissions.actions.settings import set_admission
from admissions.models import Application, StepKind
from enrolments.models import Cohort
from tests.make import make_cohort, make_course, make_version, mark_published
from tests.people import Cast

CHAIN = (StepKind.MANAGER, StepKind.OFFICER)


def make_open_class(cast: Cast, steps: Sequence[str] = CHAIN, **fields: Any) -> Cohort:
    """Return a class of the department that takes applications by this chain."""
    course = make_course(cast.provider)
    version = mark_published(make_version(course, by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department, **fields)
    set_admission(cohort=cohort, is_open=True, steps=steps, closes_on=None, by=cast.department_hr)
    return cohort


def make_application(
    cast: Cast, cohort: Cohort | None = None, by: User | None = None
) -> Application:
    """Return an application of the learner that waits for the head of the ward."""
    return apply(cohort=cohort or make_open_class(cast), learner=by or cast.learner, reason="Cần")
