"""What this app hears."""

from __future__ import annotations

from collections.abc import Sequence

from django.dispatch import receiver

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.signals import enrolments_completed
from requirements.actions.assigning import credit


@receiver(enrolments_completed)
def credit_requirements(
    enrolments: Sequence[Enrolment], by: User | None, **_kwargs: object
) -> None:
    """Credit what the learners of completed places have thereby fulfilled."""
    credit(
        people=[place.learner_id for place in enrolments],
        courses={place.cohort.course_id for place in enrolments},
        by=by,
    )
