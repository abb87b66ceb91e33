"""What many learners have studied, written together: each step counts at its own moment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from enrolments.actions.duties import BATCH
from enrolments.actions.progress import attendance_is_enough, complete_places
from enrolments.completion import Demands, demands_of
from enrolments.models import BlockProgress, Cohort, Enrolment, LessonProgress
from enrolments.models.cohorts import SETTLED
from enrolments.models.places import EnrolmentState

Keys = frozenset[uuid.UUID]
Times = dict[uuid.UUID, dt.datetime]


@dataclass(frozen=True)
class Studied:
    """A lesson gone through: all that counts by being seen, and the blocks named beside it."""

    enrolment_id: int
    lesson_key: uuid.UUID
    at: dt.datetime
    also: Keys = frozenset()


@transaction.atomic
def record_studied(*, cohort: Cohort, studied: Iterable[Studied]) -> None:
    """Count lessons of a class as opened and seen, as `complete_viewed` does one by one.

    A few statements for any number of learners. Safe to call twice.
    """
    steps: dict[int, list[Studied]] = defaultdict(list)
    for step in sorted(studied, key=lambda step: step.at):
        steps[step.enrolment_id].append(step)
    if Cohort.objects.filter(pk=cohort.pk, state__in=SETTLED).exists():
        return
    places = Enrolment.objects.in_force().filter(cohort=cohort, pk__in=list(steps))
    held = list(places.select_for_update(of=("self",)).select_related("version", "cohort"))
    blocks = _block_times(held)
    lessons = _lesson_rows(held)
    writer = _Writer()
    for place in held:
        writer.take(place, steps[place.pk], blocks[place.pk], lessons[place.pk])
    writer.write(held)


class _Writer:
    """The rows that are to be written, gathered place by place."""

    def __init__(self) -> None:
        self.blocks: list[BlockProgress] = []
        self.new: list[LessonProgress] = []
        self.finished: list[LessonProgress] = []
        self.completed: dict[int, dt.datetime] = {}

    def take(
        self,
        place: Enrolment,
        steps: Sequence[Studied],
        blocks: Times,
        lessons: dict[uuid.UUID, LessonProgress],
    ) -> None:
        """Work out what the steps of one place come to."""
        demands = demands_of(place.version)
        known = [step for step in steps if step.lesson_key in demands.blocks]
        for step in known:
            self._see(place, step, demands, blocks)
            self._open(place, step, lessons, is_done=demands.blocks[step.lesson_key] <= set(blocks))
        if known:
            self._count(place, known, demands, lessons)

    def _see(self, place: Enrolment, step: Studied, demands: Demands, blocks: Times) -> None:
        seen = demands.viewed[step.lesson_key] | (step.also & demands.blocks[step.lesson_key])
        for key in sorted(seen.difference(blocks)):
            blocks[key] = step.at
            self.blocks.append(
                BlockProgress(enrolment=place, block_key=key, completed_at=step.at, state={})
            )

    def _open(
        self,
        place: Enrolment,
        step: Studied,
        lessons: dict[uuid.UUID, LessonProgress],
        *,
        is_done: bool,
    ) -> None:
        row = lessons.get(step.lesson_key)
        if row is None:
            row = LessonProgress(enrolment=place, lesson_key=step.lesson_key)
            lessons[step.lesson_key] = row
            self.new.append(row)
        if is_done and row.completed_at is None:
            row.completed_at = step.at
            if row.pk:
                self.finished.append(row)

    def _count(
        self,
        place: Enrolment,
        steps: Sequence[Studied],
        demands: Demands,
        lessons: dict[uuid.UUID, LessonProgress],
    ) -> None:
        if place.state == EnrolmentState.ENROLLED:
            place.state, place.started_at = EnrolmentState.STUDYING, steps[0].at
        if place.last_active_at is None or place.last_active_at < steps[-1].at:
            place.last_lesson_key, place.last_active_at = steps[-1].lesson_key, steps[-1].at
        finished = {key for key, row in lessons.items() if row.completed_at}
        done, required = len(demands.required & finished), len(demands.required)
        place.lessons_done, place.lessons_total = done, required
        place.progress_percent = done * 100 // required if required else 0
        if required and done == required and attendance_is_enough(enrolment=place):
            self.completed[place.pk] = steps[-1].at

    def write(self, places: Sequence[Enrolment]) -> None:
        """Write it all, and what follows for those who have done everything."""
        # An unfinished row of a block, such as half a recording, is finished where it stands.
        BlockProgress.objects.bulk_create(
            self.blocks,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["enrolment", "block_key"],
            update_fields=["completed_at"],
        )
        LessonProgress.objects.bulk_create(self.new, batch_size=BATCH)
        _update(LessonProgress.objects, self.finished, ["completed_at"])
        fields = ["state", "started_at", "last_lesson_key", "last_active_at"]
        fields += ["lessons_done", "lessons_total", "progress_percent"]
        _update(Enrolment.objects, places, fields)
        complete_places(completed=self.completed)


def _update(rows: models.Manager[Any], changed: Sequence[models.Model], fields: list[str]) -> None:
    """Write fields of rows that are locked, by an upsert: faster than a CASE for each row."""
    rows.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
    )


def _block_times(places: Sequence[Enrolment]) -> dict[int, Times]:
    """Return, by place, the blocks that count as done, and since when."""
    found: dict[int, Times] = defaultdict(dict)
    rows = BlockProgress.objects.filter(enrolment__in=places)
    for place_id, key, at in rows.values_list("enrolment_id", "block_key", "completed_at"):
        if at is not None:
            found[place_id][key] = at
    return found


def _lesson_rows(places: Sequence[Enrolment]) -> dict[int, dict[uuid.UUID, LessonProgress]]:
    found: dict[int, dict[uuid.UUID, LessonProgress]] = defaultdict(dict)
    for row in LessonProgress.objects.filter(enrolment__in=places):
        found[row.enrolment_id][row.lesson_key] = row
    return found
