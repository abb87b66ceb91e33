"""How a learner gets on. Every action locks the place first, so two tabs count once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from audit.actions import event, record_many
from enrolments.actions.duties import BATCH, ON_COMPLETION, credit_hours, fulfil, refuse_own
from enrolments.completion import Demands, demands_of
from enrolments.models import (
    Attendance,
    BlockProgress,
    Cohort,
    Enrolment,
    LessonProgress,
    Session,
)
from enrolments.models.cohorts import SETTLED
from enrolments.models.places import EnrolmentState
from enrolments.signals import enrolments_completed
from lms.clock import today


@transaction.atomic
def open_lesson(*, enrolment: Enrolment, lesson_key: uuid.UUID) -> None:
    """Note that the learner is in this lesson; the first one ever starts the place."""
    held = _hold(enrolment)
    if lesson_key not in demands_of(held.version).blocks or not _counts(held):
        return
    LessonProgress.objects.get_or_create(enrolment=held, lesson_key=lesson_key)
    start(enrolment=held)
    Enrolment.objects.filter(pk=held.pk).update(
        last_lesson_key=lesson_key, last_active_at=timezone.now()
    )


def start(*, enrolment: Enrolment) -> None:
    """Mark the place as begun, in one statement. Safe to call twice."""
    Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.ENROLLED).update(
        state=EnrolmentState.STUDYING, started_at=timezone.now()
    )


@transaction.atomic
def complete_block(
    *,
    enrolment: Enrolment,
    block_key: uuid.UUID,
    state: Mapping[str, Any] | None = None,
    after_recognition: bool = False,
) -> None:
    """Count a block as done; with its last one the lesson is done too. Safe to call twice.

    Work handed in before the class closed may be marked after: it counts until recognition, what
    was sat again `after_recognition` too, for the supplementary one.
    """
    held = _hold(enrolment)
    demands = demands_of(held.version)
    lesson_key = demands.lesson_of.get(block_key)
    counts = held.holds if after_recognition else _counts(held)
    if lesson_key is None or not counts:
        return
    if _finish_blocks(held, [block_key], state):
        _finish_lesson(held, lesson_key, demands)


@transaction.atomic
def complete_viewed(*, enrolment: Enrolment, lesson_key: uuid.UUID) -> None:
    """Count everything in a lesson that is done by being seen. Safe to call twice."""
    held = _hold(enrolment)
    demands = demands_of(held.version)
    if lesson_key not in demands.blocks or not _counts(held):
        return
    _finish_blocks(held, demands.viewed[lesson_key], None)
    _finish_lesson(held, lesson_key, demands)


@transaction.atomic
def save_place_in_block(
    *, enrolment: Enrolment, block_key: uuid.UUID, state: Mapping[str, Any]
) -> None:
    """Keep where the learner is in a block, such as the second of a video."""
    held = _hold(enrolment)
    if block_key in demands_of(held.version).lesson_of and _counts(held):
        BlockProgress.objects.update_or_create(
            enrolment=held, block_key=block_key, defaults={"state": dict(state)}
        )


@transaction.atomic
def settle(*, enrolment: Enrolment) -> None:
    """Count again how far the learner is; with everything done the place is complete."""
    held = _hold(enrolment)
    required = demands_of(held.version).required
    finished = LessonProgress.objects.filter(enrolment=held, completed_at__isnull=False)
    done = len(required.intersection(finished.values_list("lesson_key", flat=True)))
    held.lessons_done, held.lessons_total = done, len(required)
    held.progress_percent = done * 100 // len(required) if required else 0
    held.save(update_fields=["lessons_done", "lessons_total", "progress_percent"])
    asks_something = bool(required) or held.version.min_attendance_percent is not None
    if asks_something and done == len(required) and attendance_is_enough(enrolment=held):
        complete(enrolment=held)


def attendance_is_enough(*, enrolment: Enrolment) -> bool:
    """Return whether the learner came to the share of sessions that the version asks for."""
    least = enrolment.version.min_attendance_percent
    if not least:
        return True
    held = Session.objects.filter(cohort=enrolment.cohort_id, cancelled_at=None).count()
    came = Attendance.objects.filter(
        enrolment=enrolment, status=Attendance.Status.PRESENT, session__cancelled_at=None
    ).count()
    return held > 0 and came * 100 >= least * held


@transaction.atomic
def complete(*, enrolment: Enrolment, by: User | None = None) -> bool:
    """Finish a place: its duty is done and the apps above are told. False if it was before.

    `by` is None where the completion rule decides, which is the normal case.
    """
    refuse_own(enrolment.learner_id, by)
    return complete_places(completed={enrolment.pk: timezone.now()}, by=by) == 1


def complete_places(*, completed: Mapping[int, dt.datetime], by: User | None = None) -> int:
    """Finish places, each at its time, with all that follows; return how many were not before.

    For the actions of progress, inside their transaction.
    """
    if not completed:
        return 0
    unfinished = Enrolment.objects.unfinished().filter(pk__in=list(completed), completed_at=None)
    places = list(unfinished.select_for_update(of=("self",)).select_related("version", "cohort"))
    for place in places:
        place.state, place.completed_at = EnrolmentState.COMPLETED, completed[place.pk]
    Enrolment.objects.bulk_update(places, ["state", "completed_at"], batch_size=BATCH)
    for cohort_id, count in Counter(place.cohort_id for place in places).items():
        more = F("completed_count") + count
        Cohort.objects.filter(pk=cohort_id).update(completed_count=more)
    fulfil(completed={place.pk: completed[place.pk] for place in places}, by=by)
    for place in places:
        if place.version.issues_at_once:
            _credit_at_once(place)
    record_many(
        event(by=by, action="complete", target=place, unit_id=place.sending_unit_id)
        for place in places
    )
    if places:
        enrolments_completed.send(sender=Enrolment, enrolments=places, by=by)
    return len(places)


def _credit_at_once(enrolment: Enrolment) -> None:
    credit_hours(
        enrolment=enrolment,
        by=None,
        rule=ON_COMPLETION,
        closing_on=today(),
        evidence=enrolment.cohort.code,
    )


def _hold(enrolment: Enrolment) -> Enrolment:
    """Lock the place and read it as it is now."""
    places = Enrolment.objects.select_for_update(of=("self",))
    return places.select_related("version", "cohort").get(pk=enrolment.pk)


def _counts(enrolment: Enrolment) -> bool:
    return enrolment.holds and enrolment.cohort.state not in SETTLED


def _finish_blocks(
    enrolment: Enrolment, keys: Iterable[uuid.UUID], state: Mapping[str, Any] | None
) -> bool:
    """Mark blocks as done; return whether one of them was not."""
    now, wanted = timezone.now(), set(keys)
    rows = BlockProgress.objects.filter(enrolment=enrolment, block_key__in=wanted)
    known = dict(rows.values_list("block_key", "completed_at"))
    missing = wanted.difference(known)
    BlockProgress.objects.bulk_create(
        BlockProgress(enrolment=enrolment, block_key=key, state=dict(state or {}), completed_at=now)
        for key in missing
    )
    if all(known.values()):
        return bool(missing)
    changes: dict[str, dt.datetime | dict[str, Any]] = {"completed_at": now}
    if state is not None:
        changes["state"] = dict(state)
    rows.filter(completed_at=None).update(**changes)
    return True


def _finish_lesson(enrolment: Enrolment, lesson_key: uuid.UUID, demands: Demands) -> None:
    finished = BlockProgress.objects.filter(
        enrolment=enrolment, block_key__in=demands.blocks[lesson_key], completed_at__isnull=False
    )
    if finished.count() < len(demands.blocks[lesson_key]):
        return
    if enrolment.state == EnrolmentState.ENROLLED:
        start(enrolment=enrolment)
    now = timezone.now()
    lesson, is_new = LessonProgress.objects.get_or_create(
        enrolment=enrolment, lesson_key=lesson_key, defaults={"completed_at": now}
    )
    opened = LessonProgress.objects.filter(pk=lesson.pk, completed_at=None)
    if is_new or opened.update(completed_at=now) == 1:
        settle(enrolment=enrolment)
