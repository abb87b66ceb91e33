"""Writing a work and handing it in. Every save is committed; the server's clock decides."""

from __future__ import annotations

import uuid
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from assessment.actions.readings import ask_readings
from assessment.assignments import FrozenAssignment, assignment_of, due_at
from assessment.models import GradeCell, Submission, SubmissionFile
from assessment.models.assignments import SubmissionState
from assessment.receipts import new_receipt
from assessment.studying import refuse_unopened
from assessment.work_errors import (
    AlreadyHandedIn,
    DraftMoved,
    FileNotTaken,
    NotAssigned,
    NothingToHandIn,
    NotYourWork,
    ResultKnown,
    TooLong,
    TooManyFiles,
    WorkClosed,
)
from audit.actions import record
from enrolments.actions.progress import start as start_learning
from enrolments.models import Enrolment
from files.accept import Accept
from files.actions import store
from files.models import StoredFile

RECEIPT: Final = "BT"
PURPOSE: Final = "work"
TEXT_AT_MOST: Final = 60_000  # characters: some twenty pages
FILES_AT_MOST: Final = 10


@transaction.atomic
def start_draft(*, enrolment: Enrolment, assignment_key: uuid.UUID, by: User) -> Submission:
    """Return the draft, or begin the next one from the work handed in last. Safe to call twice."""
    held = _hold(enrolment)
    _refuse_others(held, by)
    works = Submission.objects.filter(enrolment=held, assignment_key=assignment_key)
    draft = works.filter(state=SubmissionState.DRAFT).first()
    if draft:
        return draft
    demand_assignment(held, assignment_key)
    refuse_closed(held, assignment_key)
    refuse_unopened(held, assignment_key)
    before = works.handed_in().order_by("-number").first()
    draft = Submission.objects.create(
        enrolment=held,
        version=held.version,
        assignment_key=assignment_key,
        number=before.number + 1 if before else 1,
        text=before.text if before else "",
        receipt=new_receipt(RECEIPT),
    )
    if before:
        _take_over_files(before, draft)
    start_learning(enrolment=held)
    _tell("start_work", draft, by)
    return draft


@transaction.atomic
def save_draft(*, submission: Submission, text: str, revision: int, by: User) -> Submission:
    """Keep the text if it was written upon the revision held; a replay changes nothing.

    Raises `DraftMoved` when another window saved something else meanwhile.
    """
    if len(text) > TEXT_AT_MOST:
        raise TooLong
    held = _hold_draft(submission, by)
    if held.text == text:
        return held
    if held.revision != revision:
        raise DraftMoved
    held.text, held.revision = text, revision + 1
    held.save(update_fields=["text", "revision", "saved_at"])
    return held


@transaction.atomic
def attach(*, submission: Submission, file: StoredFile, by: User) -> SubmissionFile:
    """Add one's own file to the draft. Safe to call twice."""
    held = _hold_draft(submission, by)
    assignment = demand_assignment(held.enrolment, held.assignment_key)
    if file.owner_id != by.pk or not any(takes(row, file.name) for row in assignment.accepts):
        raise FileNotTaken
    kept = SubmissionFile.objects.filter(submission=held, removed_at=None)
    known = kept.filter(file=file).first()
    if known:
        return known
    if kept.count() >= FILES_AT_MOST:
        raise TooManyFiles(FILES_AT_MOST)
    last = held.files.aggregate(last=Max("position"))["last"] or 0
    row = SubmissionFile.objects.create(submission=held, file=file, position=last + 1)
    _touch(held)
    return row


def attach_upload(
    *, submission: Submission, content: BinaryIO, name: str, accept: Accept, by: User
) -> SubmissionFile:
    """Keep what came with a form and add it; what is not taken is refused with a sentence."""
    if submission.enrolment.learner_id != by.pk:
        raise NotYourWork
    unit_id = submission.enrolment.sending_unit_id
    file = store(content=content, name=name, by=by, accept=accept, purpose=PURPOSE, unit_id=unit_id)
    return attach(submission=submission, file=file, by=by)


@transaction.atomic
def remove_file(*, file: SubmissionFile, by: User) -> None:
    """Take a file off the draft; versions handed in before keep it. Safe to call twice."""
    held = _hold_draft(file.submission, by)
    removed = SubmissionFile.objects.filter(pk=file.pk, submission=held, removed_at=None)
    if removed.update(removed_at=timezone.now()):
        _touch(held)


@transaction.atomic
def hand_in(*, submission: Submission, by: User) -> Submission:
    """Hand the draft in under its receipt number. Of many calls one does it."""
    enrolment = _hold(submission.enrolment)
    _refuse_others(enrolment, by)
    held = Submission.objects.select_for_update().get(pk=submission.pk)
    if not held.is_draft:
        return held
    refuse_closed(enrolment, held.assignment_key)
    refuse_unopened(enrolment, held.assignment_key)
    assignment = demand_assignment(enrolment, held.assignment_key)
    kept = SubmissionFile.objects.filter(submission=held, removed_at=None)
    if not held.text.strip() and not kept.exists():
        raise NothingToHandIn
    now = timezone.now()
    current = Submission.objects.current().filter(
        enrolment=enrolment, assignment_key=held.assignment_key
    )
    current.update(superseded_at=now)
    held.state, held.submitted_at = SubmissionState.SUBMITTED, now
    held.is_late = now > due_at(enrolment, assignment)
    held.save(update_fields=["state", "submitted_at", "is_late"])
    ask_readings(submission=held)
    _tell("hand_in_work", held, by)
    return held


def demand_assignment(enrolment: Enrolment, key: uuid.UUID) -> FrozenAssignment:
    """Return the assignment of the version the learner studies; else it is not there."""
    assignment = assignment_of(enrolment.version, key)
    if assignment is None:
        raise NotAssigned
    return assignment


def refuse_closed(enrolment: Enrolment, key: uuid.UUID) -> None:
    """Refuse new work once the class is over or the learner knows the result."""
    if enrolment.cohort.is_over or not enrolment.holds:
        raise WorkClosed
    if GradeCell.objects.filter(
        enrolment=enrolment, component_key=key, released_at__isnull=False
    ).exists():
        raise ResultKnown


def takes(accept: Accept, name: str) -> bool:
    """Return whether a name is on the list."""
    return name.rpartition(".")[2].casefold() in accept.extensions


def _hold(enrolment: Enrolment) -> Enrolment:
    # The place is locked: of many starts at once the first makes the row, the others find it.
    places = Enrolment.objects.select_for_update(of=("self",))
    return places.select_related("version", "cohort").get(pk=enrolment.pk)


def _hold_draft(submission: Submission, by: User) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",))
    held = rows.select_related("enrolment__cohort", "enrolment__version").get(pk=submission.pk)
    _refuse_others(held.enrolment, by)
    if not held.is_draft:
        raise AlreadyHandedIn
    refuse_closed(held.enrolment, held.assignment_key)
    return held


def _refuse_others(enrolment: Enrolment, by: User) -> None:
    if enrolment.learner_id != by.pk:
        raise NotYourWork


def _take_over_files(before: Submission, draft: Submission) -> None:
    kept = before.files.filter(removed_at=None)
    SubmissionFile.objects.bulk_create(
        SubmissionFile(submission=draft, file_id=row.file_id, position=row.position) for row in kept
    )


def _touch(submission: Submission) -> None:
    """Note that the draft has changed, so that two windows do not mistake it for the same."""
    Submission.objects.filter(pk=submission.pk).update(saved_at=timezone.now())


def _tell(action: str, work: Submission, by: User) -> None:
    facts = {
        "assignment": str(work.assignment_key),
        "number": work.number,
        "receipt": work.receipt,
        "is_late": work.is_late,
    }
    unit_id = work.enrolment.sending_unit_id
    record(by=by, action=action, target=work, unit_id=unit_id, after=facts)
