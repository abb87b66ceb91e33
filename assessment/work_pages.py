"""What both sides of a work look at: the learner who wrote it and the trainer who marks it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.models import GradeCell, Mark, Reading, Submission, SubmissionFile
from assessment.reading import is_readable
from enrolments.models import Enrolment
from files.links import link_to


@dataclass(frozen=True)
class ShownFile:
    """A file of a work with links made for one reader."""

    row: SubmissionFile
    name: str
    inline: str
    download: str

    @property
    def blocks(self) -> list[str]:
        """Return the document as clean HTML, where it is one that has been read."""
        reading = self._reading
        return list(reading.blocks) if reading else []

    @property
    def fault(self) -> str:
        """Return why a document is not shown, as written in the code; nothing where it is."""
        return self._reading.fault if self._reading else ""

    @property
    def is_being_read(self) -> bool:
        """Return whether this is a document whose reading is not there yet."""
        return is_readable(self.row.file.name) and self._reading is None

    @property
    def _reading(self) -> Reading | None:
        return getattr(self.row.file, "reading", None)

    @property
    def kind(self) -> str:
        """Return how the page shows it: image, audio, pdf, or other."""
        media_type = self.row.file.media_type
        if media_type == "application/pdf":
            return "pdf"
        family = media_type.partition("/")[0]
        return family if family in {"image", "audio"} else "other"


@dataclass(frozen=True)
class Result:
    """A released result: what was given by criterion, the comment, how many notes beside it."""

    cell: GradeCell
    mark: Mark | None
    lines: list[tuple[str, Any, Any]]
    notes: int


def own_enrolment(request: HttpRequest, pk: int) -> Enrolment:
    """Return a place of one's own; others' are not there."""
    mine = Enrolment.objects.filter(learner_id=request.user.pk)
    return get_object_or_404(mine.select_related("cohort", "version"), pk=pk)


def asked(enrolment: Enrolment, key: uuid.UUID) -> FrozenAssignment:
    """Return the assignment of the version the learner studies."""
    assignment = assignment_of(enrolment.version, key)
    if assignment is None:
        raise Http404
    return assignment


def own_work(request: HttpRequest, pk: int) -> Submission:
    """Return a work of one's own, draft or handed in."""
    mine = Submission.objects.filter(enrolment__learner_id=request.user.pk)
    return get_object_or_404(mine.select_related("enrolment__cohort", "enrolment__version"), pk=pk)


def files_for(work: Submission, user: User, *, hides_names: bool = False) -> list[ShownFile]:
    """Return the files of a work the caller has checked, with links for this reader.

    File names often tell the learner's: where those are hidden a file is called by the work's code.
    """
    rows = work.files.filter(removed_at=None).select_related("file__blob", "file__reading")
    return [
        _shown(row, _coded(work, row, number) if hides_names else row.file.name, user)
        for number, row in enumerate(rows, start=1)
    ]


def _shown(row: SubmissionFile, name: str, user: User) -> ShownFile:
    inline = link_to(row.file, user=user, inline=True, name=name)
    return ShownFile(row, name, inline, link_to(row.file, user=user, name=name))


def _coded(work: Submission, row: SubmissionFile, number: int) -> str:
    ending = row.file.name.rpartition(".")[2]
    return f"{work.code}-{number}.{ending}"


def released_result(enrolment: Enrolment, assignment: FrozenAssignment) -> Result | None:
    """Return the result if the learner may know it; nothing of it is read before."""
    cells = GradeCell.objects.filter(
        enrolment=enrolment, component_key=assignment.key, released_at__isnull=False
    )
    cell = cells.select_related("entry__mark__submission").first()
    if cell is None:
        return None
    mark = cell.entry.mark
    given = mark.criteria if mark else {}
    lines = [
        (row.name, given[row.key], row.points) for row in assignment.criteria if row.key in given
    ]
    return Result(cell, mark, lines, mark.submission.margin_notes.count() if mark else 0)
