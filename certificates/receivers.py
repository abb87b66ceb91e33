"""What this app hears."""

from collections.abc import Sequence

from django.dispatch import receiver

from certificates.actions import issue, recognition
from enrolments.models import Enrolment
from enrolments.signals import enrolments_completed


@receiver(enrolments_completed)
def note_eligibility(enrolments: Sequence[Enrolment], **_kwargs: object) -> None:
    """Note who may be recognised now; where the course says so, issue at once."""
    for place in recognition.note_eligible(enrolments=enrolments):
        issue.ask_for_paper_at_once(enrolment=place)
