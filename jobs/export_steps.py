"""The background half of an export: lines in parts, then the workbook. See `jobs.slices`."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from files.actions import keep_made
from jobs.exports import Export, Line, export_kinds
from jobs.models import ExportPart, Job
from jobs.signals import export_ready
from lms.export import Cell, write_xlsx

PART: Final = 500
PURPOSE: Final = "export"
SPOOL: Final = 2 * 1024 * 1024


def write(job: Job, until: float) -> bool:
    """Read further lines; after the last put the file together."""
    with translation.override(job.args["language"]):
        export = export_kinds[job.args["kind"]](_owner(job), job.args["args"])
        if export is None:
            job.message = _("These data may no longer be seen.")
            job.parts.all().delete()
            return True
        if export.whole:
            job.done = export.count
            _keep(job, export, export.whole())
            return True
        while _read_part(job, export):
            if time.monotonic() >= until:
                return False
        _keep(job, export, _workbook(job, export))
    return True


def _read_part(job: Job, export: Export) -> bool:
    """Keep the next lines; return whether there are more."""
    part = export.part(job.checkpoint.get("after"), PART)
    number = job.checkpoint.get("parts", 0)
    lines = [[_packed(cell) for cell in line] for line in part.lines]
    ExportPart.objects.create(job=job, number=number, lines=lines)
    job.done += len(lines)
    job.total = max(job.total, job.done)
    job.checkpoint = {"after": part.after, "parts": number + 1}
    return part.after is not None


def _workbook(job: Job, export: Export) -> bytes:
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as target:
        write_xlsx(target, export.header, _lines(job))
        target.seek(0)
        return target.read()


def _keep(job: Job, export: Export, content: bytes) -> None:
    owner = _owner(job)
    file = keep_made(
        content=content,
        name=export.file_name,
        owner_id=owner.pk,
        media_type=export.media_type,
        purpose=PURPOSE,
        unit_id=export.unit_id,
        keep_until=timezone.now() + dt.timedelta(days=settings.EXPORT_DAYS),
    )
    job.parts.all().delete()
    job.total = job.done
    job.result_file_id = file.pk
    job.result_url = reverse("jobs:result_file", args=[job.pk])
    export_ready.send(sender=Job, job=job, name=file.name, person=owner)


def _lines(job: Job) -> Iterator[Line]:
    for part in job.parts.order_by("number").iterator(chunk_size=10):
        for line in part.lines:
            yield [_unpacked(cell) for cell in line]


def _packed(cell: Cell) -> Any:
    """Return a cell as JSON keeps it: what JSON does not know goes with its type."""
    if isinstance(cell, dt.datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, dt.date):
        return ["d", cell.isoformat()]
    if isinstance(cell, Decimal):
        return ["n", str(cell)]
    return str(cell) if isinstance(cell, Promise) else cell


def _unpacked(cell: Any) -> Cell:
    if not isinstance(cell, list):
        plain: Cell = cell
        return plain
    kind, text = cell
    if kind == "t":
        return dt.datetime.fromisoformat(text)
    return dt.date.fromisoformat(text) if kind == "d" else Decimal(text)


def _owner(job: Job) -> AbstractBaseUser:
    if job.started_by is None:
        raise ValueError("A file is made for a person.")
    return job.started_by
