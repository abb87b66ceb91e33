"""Whether a learner may do now what a block of a lesson asks for."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from assessment.errors import NotOpenNow
from enrolments.models import Enrolment
from enrolments.standing import may_study, standing_of


def refuse_unopened(enrolment: Enrolment, block_key: uuid.UUID) -> None:
    """Refuse a test or a work while its lesson is locked or the class does not run."""
    reason = reason_against(enrolment, block_key)
    if reason:
        raise NotOpenNow(reason)


def reason_against(enrolment: Enrolment, block_key: uuid.UUID) -> str:
    """Return why nothing done in the block would count now, or nothing."""
    standing = standing_of(enrolment)
    lesson = standing.outline.lesson_of(block_key)
    if not may_study(enrolment):
        _tone, words = standing.word
        return words or _("The class is not open for study now.")
    return standing.lock(lesson) if lesson else ""
