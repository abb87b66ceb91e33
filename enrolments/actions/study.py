"""What a learner does in the lesson player. Nothing counts in a locked lesson or a closed class."""

from __future__ import annotations

import uuid

from django.db import transaction

from courses.blocks import CompletesOn
from courses.cases import CASE, Walk
from courses.outline import BlockOutline
from enrolments.actions.progress import (
    complete_block,
    complete_viewed,
    open_lesson,
    save_place_in_block,
)
from enrolments.models import BlockProgress, Enrolment, LessonProgress
from enrolments.standing import Standing, may_study, standing_of
from enrolments.watching import Watched

READ_INSTEAD = {"read_transcript": True}


@transaction.atomic
def visit(*, enrolment: Enrolment, lesson_key: uuid.UUID) -> bool:
    """Note that the learner is in a lesson; False where it is not open to them."""
    if _open_standing(enrolment, lesson_key) is None:
        return False
    open_lesson(enrolment=enrolment, lesson_key=lesson_key)
    return True


@transaction.atomic
def finish_lesson(*, enrolment: Enrolment, lesson_key: uuid.UUID) -> bool:
    """Count all that is done by being read; return whether the lesson is complete with it."""
    if not visit(enrolment=enrolment, lesson_key=lesson_key):
        return False
    complete_viewed(enrolment=enrolment, lesson_key=lesson_key)
    complete = LessonProgress.objects.filter(
        enrolment=enrolment, lesson_key=lesson_key, completed_at__isnull=False
    )
    return complete.exists()


@transaction.atomic
def watch(
    *, enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID, told: Watched
) -> bool:
    """Add what a player tells of a recording; return whether it counts as watched."""
    if _recording(enrolment, lesson_key, block_key) is None:
        return False
    # The row lock lets one report of a place pass at a time.
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    known = BlockProgress.objects.filter(enrolment=enrolment, block_key=block_key).first()
    watched = Watched.read(known.state if known else {}).plus(told)
    state = watched.as_state()
    save_place_in_block(enrolment=enrolment, block_key=block_key, state=state)
    if watched.is_enough:
        complete_block(enrolment=enrolment, block_key=block_key, state=state)
    return watched.is_enough or bool(known and known.completed_at)


@transaction.atomic
def read_transcript(*, enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID) -> bool:
    """Count a recording as done by reading its transcript: for slow lines and for the deaf."""
    if _recording(enrolment, lesson_key, block_key) is None:
        return False
    complete_block(enrolment=enrolment, block_key=block_key, state=READ_INSTEAD)
    return True


@transaction.atomic
def choose(
    *, enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID, at: int, choice: str
) -> bool:
    """Take a step in a case; its first ending completes it. Safe to call twice.

    `at` counts the steps the page knew of: a page left open elsewhere changes nothing.
    """
    walk = _held_walk(enrolment, lesson_key, block_key)
    if walk is None:
        return False
    if len(walk.way) != at:
        return walk.path[at : at + 1] == [choice]
    after = walk.plus(choice)
    if after is None:
        return False
    state = after.as_state()
    save_place_in_block(enrolment=enrolment, block_key=block_key, state=state)
    if after.is_over:
        complete_block(enrolment=enrolment, block_key=block_key, state=state)
    return True


@transaction.atomic
def begin_anew(*, enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID) -> bool:
    """Put the learner at the beginning of a case; what was completed stays so."""
    walk = _held_walk(enrolment, lesson_key, block_key)
    if walk is None:
        return False
    state = walk.again().as_state()
    save_place_in_block(enrolment=enrolment, block_key=block_key, state=state)
    return True


def _held_walk(enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID) -> Walk | None:
    """Return the way through a case that is open today, the place locked."""
    block = _open_block(enrolment, lesson_key, block_key)
    if block is None or block.kind != CASE:
        return None
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    known = BlockProgress.objects.filter(enrolment=enrolment, block_key=block_key).first()
    return Walk.read(block.frozen, known.state if known else {})


def _open_standing(enrolment: Enrolment, lesson_key: uuid.UUID) -> Standing | None:
    """Return where the place stands if the lesson is open and what is done in it counts."""
    if not may_study(enrolment):
        return None
    standing = standing_of(enrolment)
    lesson = standing.outline.lesson(lesson_key)
    return standing if lesson and not standing.lock(lesson) else None


def _open_block(
    enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID
) -> BlockOutline | None:
    standing = _open_standing(enrolment, lesson_key)
    lesson = standing.outline.lesson(lesson_key) if standing else None
    return lesson.block(block_key) if lesson else None


def _recording(
    enrolment: Enrolment, lesson_key: uuid.UUID, block_key: uuid.UUID
) -> BlockOutline | None:
    block = _open_block(enrolment, lesson_key, block_key)
    return block if block and block.completes_on == CompletesOn.WATCH else None
