"""The works of a queue as one archive: every file under the code of its work, never a name."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, Final

from django.core.files.storage import default_storage

from assessment.models import Submission, SubmissionFile
from assessment.reading import extension_of

# A download in one request: some seconds on a slow disk, and never more than this beside it.
BYTES_AT_MOST: Final = 200 * 1024 * 1024
BOM: Final = "\ufeff"  # Notepad on old Windows reads UTF-8 only with it


def archive_of(
    works: Iterable[Submission], *, bytes_at_most: int = BYTES_AT_MOST
) -> tuple[IO[bytes], int]:
    """Return an archive of the first works and of how many: as have room, at least one, all whole.

    Each work comes with `files` and their blobs fetched. What learners send is compressed already,
    so it is stored as it is. The archive is a temporary file at its beginning, gone when closed.
    """
    with ExitStack() as stack:
        content = stack.enter_context(tempfile.TemporaryFile())
        taken = room = 0
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
            for work in works:
                room += _size(work)
                if taken and room > bytes_at_most:
                    break
                _put(archive, work)
                taken += 1
        content.seek(0)
        stack.pop_all()  # from here on whoever sends it closes it
        return content, taken


def _size(work: Submission) -> int:
    return len(work.text.encode()) + sum(row.file.blob.size for row in _files(work))


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
