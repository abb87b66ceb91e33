"""The works of a queue as one archive: every file under the code of its work, never a name."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Final

from django.core.files.storage import default_storage

from assessment.models import Submission, SubmissionFile
from assessment.reading import extension_of

# A download in one request: some seconds on a slow disk, and never more than this beside it.
BYTES_AT_MOST: Final = 200 * 1024 * 1024
BOM: Final = "\ufeff"  # Notepad on old Windows reads UTF-8 only with it


@dataclass(frozen=True)
class Archive:
    """An open temporary file at its beginning, the works that are in it and those left for later.

    `content` removes itself when it is closed.
    """

    content: IO[bytes]
    taken: int
    left: int


def archive_of(works: Iterable[Submission], *, bytes_at_most: int = BYTES_AT_MOST) -> Archive:
    """Write works with their files, in this order, as many whole ones as have room; at least one.

    Each work comes with `files` and their blobs fetched. What learners send is compressed already,
    so it is stored as it is.
    """
    content = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the answer that sends it
    taken = left = written = 0
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for work in works:
            size = sum(row.file.blob.size for row in _files(work)) + len(work.text.encode())
            if left or (taken and written + size > bytes_at_most):
                left += 1
                continue
            _put(archive, work)
            taken, written = taken + 1, written + size
    content.seek(0)
    return Archive(content, taken, left)


def _files(work: Submission) -> list[SubmissionFile]:
    return [row for row in work.files.all() if row.removed_at is None]


def _put(archive: zipfile.ZipFile, work: Submission) -> None:
    if work.text.strip():
        archive.writestr(f"{work.code}.txt", BOM + work.text)
    for number, row in enumerate(_files(work), start=1):
        name = f"{work.code}-{number}.{extension_of(row.file.name)}"
        with (
            default_storage.open(row.file.blob.storage_name) as source,
            archive.open(name, "w", force_zip64=True) as target,
        ):
            shutil.copyfileobj(source, target)
