"""The gradebook of the large class: twenty components, their marks there; the page and the file."""

from __future__ import annotations

import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assessment.exports import GRADES, grades
from assessment.models import GradeCell, GradeEntry, GradeItem, GradeScheme
from bench.city import City
from bench.report import Line
from bench.web import BenchError
from jobs.exports import Part
from lms.export import Cell, write_xlsx

COMPONENTS = 20  # one is the test of the course
BATCH = 2000
SCALE = Decimal(10)
SECONDS, MEGABYTES = 1.5, 250
PEER_PAGE, PEER_FILE = 7, 6.7  # Moodle, docs/performance.md


def fill(city: City) -> None:
    """Give every learner of the class a mark in each component; the test has its own."""
    quiz = city.cohort.version.blocks.get(kind="quiz").key
    scheme = GradeScheme.objects.create(cohort=city.cohort, changed_by=city.officer)
    paper = [uuid.uuid4() for _n in range(COMPONENTS - 1)]
    items = [GradeItem(scheme=scheme, component_key=quiz, position=0)]
    items += [
        GradeItem(scheme=scheme, component_key=key, position=n, title_vi=f"Thành phần {n}",
                  max_points=10, pass_percent=50)
        for n, key in enumerate(paper, start=1)
    ]  # fmt: skip
    GradeItem.objects.bulk_create(items)
    places = list(city.cohort.enrolments.values_list("pk", flat=True))
    wanted = [(place, key) for place in places for key in paper]
    entries = GradeEntry.objects.bulk_create(
        (_entry(place, key, n) for n, (place, key) in enumerate(wanted)), batch_size=BATCH
    )
    GradeCell.objects.bulk_create(map(_cell, entries), batch_size=BATCH)


def _entry(place: int, key: uuid.UUID, n: int) -> GradeEntry:
    points = Decimal(n % 21) / 2
    return GradeEntry(
        enrolment_id=place,
        component_key=key,
        source="marker",
        points=points,
        max_points=SCALE,
        percent=points * 10,
        is_passed=points * 2 >= SCALE,
    )


def _cell(entry: GradeEntry) -> GradeCell:
    return GradeCell(
        enrolment_id=entry.enrolment_id,
        component_key=entry.component_key,
        entry=entry,
        released_at=timezone.now(),
    )


def page_of(city: City) -> str:
    """Return the address of the page."""
    return reverse("assessment:gradebook", args=[city.cohort.pk])


def file_lines(city: City) -> list[Line]:
    """Write the workbook as the worker does, in this process."""
    export = grades(city.officer, {"cohort": city.cohort.pk})
    if export is None:
        raise BenchError(f"The officer may not have {GRADES}.")
    began = time.perf_counter()
    with tempfile.TemporaryFile() as target:
        write_xlsx(target, export.header, _lines(export.part))
        size = target.tell()
    took = time.perf_counter() - began
    if not size:
        raise BenchError("The workbook is empty.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"gradebook as XLSX, {export.count:,} × {COMPONENTS}"
    return [
        Line(name, took, "s", goal=SECONDS, at_most=True, peer=PEER_FILE),
        Line(f"{name}: peak of the process", peak, "MB", goal=MEGABYTES, at_most=True),
    ]


def _lines(part: Callable[[Any, int], Part]) -> Iterator[list[Cell]]:
    after: Any = None
    while True:
        found = part(after, 500)
        yield from found.lines
        after = found.after
        if after is None:
            return
