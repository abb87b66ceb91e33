"""What this app hears."""

from django.dispatch import receiver

from certificates.actions import issue, recognition
from enrolments.models import Enrolment
from enrolments.signals import enrolment_completed


@receiver(enrolment_completed)
def note_eligibility(enrolment: Enrolment, **_kwargs: object) -> None:
    """Note that the learner may be recognised; where the course says so, issue at once."""
    if recognition.note_eligible(enrolment=enrolment):
        issue.ask_for_paper_at_once(enrolment=enrolment)
