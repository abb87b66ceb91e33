"""What this app hears."""

from django.dispatch import receiver

from accounts.models import User
from assessment.actions.carrying import carry_marks, refuse_unsettled
from enrolments.models import Enrolment
from enrolments.signals import enrolment_moved


@receiver(enrolment_moved)
def take_marks_along(before: Enrolment, after: Enrolment, by: User, **_kwargs: object) -> None:
    """Let marks go on with the place; nobody moves in the middle of a test."""
    refuse_unsettled(before)
    if before.pk != after.pk:
        carry_marks(before, after, by)
