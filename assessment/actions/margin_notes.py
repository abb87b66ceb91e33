"""Notes beside a work. Until the release they are a draft, so only the mark itself is audited."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.claims import refuse_claimed
from assessment.actions.marks import held_for_marking, refuse_not_given
from assessment.desks import is_shown
from assessment.margins import Place
from assessment.models import MarginNote, MarkingPlan, Submission
from assessment.models.assignments import SubmissionState
from assessment.models.margin_notes import NOTE_AT_MOST
from assessment.work_errors import MarkRefused

NOTES_AT_MOST = 200


@transaction.atomic
def add_note(*, submission: Submission, place: Place, text: str, by: User) -> MarginNote:
    """Write a note beside a place in a work; the same one again changes nothing.

    Whoever may mark the work now may: its only marker, or either of two.
    """
    held = _held_open(submission, by)
    words = text.strip()
    if not words:
        raise MarkRefused(_("The note is empty."))
    if len(words) > NOTE_AT_MOST:
        raise MarkRefused(_("A note has %(most)s letters at most.") % {"most": NOTE_AT_MOST})
    facts = place.fields() | {"text": words}
    mine = MarginNote.objects.filter(submission=held).by(by)
    known = mine.filter(**facts).first()
    if known:
        return known
    if mine.count() >= NOTES_AT_MOST:
        raise MarkRefused(
            _("At most %(most)s notes stand beside a work.") % {"most": NOTES_AT_MOST}
        )
    return MarginNote.objects.create(submission=held, author=by, **facts)


@transaction.atomic
def drop_note(*, note: MarginNote, by: User) -> bool:
    """Take one's own note away before the release. Safe to call twice."""
    held = _held_open(note.submission, by)
    mine = MarginNote.objects.filter(submission=held, pk=note.pk).by(by)
    return bool(mine.delete()[0])


def _held_open(submission: Submission, by: User) -> Submission:
    """Return the work under a lock, if the person may mark it and nobody has read the result."""
    held, _assignment = held_for_marking(submission, by)
    _refuse_not_theirs(held, by)
    if is_shown(held):
        raise MarkRefused(_("The result is released: notes beside the work stay as they are."))
    return held


def _refuse_not_theirs(work: Submission, by: User) -> None:
    """Raise `MarkRefused` where the mark of the work is not this person's to give now."""
    plan = MarkingPlan.objects.of(work.enrolment.cohort_id, work.assignment_key)
    if plan is None or not plan.is_double:
        refuse_not_given(work, by)
        refuse_claimed(work, by)
    elif work.state == SubmissionState.MARKED or not work.turns.filter(marker=by).exists():
        raise MarkRefused(_("This work is not yours to judge now."))
