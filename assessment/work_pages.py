"""What both sides of a work look at: the learner who wrote it and the trainer who marks it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.models import GradeCell, Mark, Submission, SubmissionFile
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
    def kind(self) -> str:
        """Return how the page shows it: image, audio, pdf, or other."""
        media_type = self.row.file.media_type
        if media_type == "application/pdf":
            return "pdf"
        family = media_type.partition("/")[0]
        return family if family in {"image", "audio"} else "other"


@dataclass(frozen=True)
class Result:
    """A released result: what was given by criterion, and the comment."""

    cell: GradeCell
    mark: Mark | None
    lines: list[tuple[str, Any, Any]]


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
    rows = work.files.filter(removed_at=None).select_related("file__blob")
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
    return Result(cell, mark, lines)
