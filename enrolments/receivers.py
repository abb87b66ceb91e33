"""What this app hears."""

from django.dispatch import receiver

from accounts.models import Absence, Posting, User
from accounts.signals import absence_changed, posting_ended, posting_reopened
from courses.models import CourseVersion
from courses.signals import version_published
from enrolments.actions.absences import pause_duties, work_out
from enrolments.actions.departures import end_with_post, return_with_post
from enrolments.actions.moves import move_learners


@receiver(version_published)
def take_learners_along(version: CourseVersion, moves: str, by: User, **_kwargs: object) -> None:
    """Move the learners whom the publisher chose; all others finish what they started."""
    move_learners(version=version, moves=moves, by=by)


@receiver(posting_ended)
def end_duties_with_the_post(posting: Posting, by: User, **_kwargs: object) -> None:
    """Cancel what somebody who leaves no longer has to do."""
    end_with_post(posting=posting, by=by)


@receiver(posting_reopened)
def return_duties_with_the_post(posting: Posting, by: User, **_kwargs: object) -> None:
    """Let the duties stand again that ended with a post whose end was taken back."""
    return_with_post(posting=posting, by=by)


@receiver(absence_changed)
def follow_absence(absence: Absence, by: User, **_kwargs: object) -> None:
    """Put due dates off by the days away and work out the hours owed in the years it touches."""
    pause_duties(absence=absence, by=by)
    for year in range(absence.since.year, absence.until.year + 1):
        work_out(person=absence.person, year=year)
