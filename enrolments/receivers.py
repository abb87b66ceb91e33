"""What this app hears."""

from django.dispatch import receiver

from accounts.models import User
from courses.models import CourseVersion
from courses.signals import version_published
from enrolments.actions.moves import move_learners


@receiver(version_published)
def take_learners_along(version: CourseVersion, moves: str, by: User, **_kwargs: object) -> None:
    """Move the learners whom the publisher chose; all others finish what they started."""
    move_learners(version=version, moves=moves, by=by)
