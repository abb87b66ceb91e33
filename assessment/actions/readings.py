"""Making documents of works readable in a page, once, away from any request."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation

from assessment.models import Reading, Submission
from assessment.reading import ReadingError, blocks_of_document, extension_of, is_readable
from files.models import StoredFile
from jobs.actions import enqueue


def ask_readings(*, submission: Submission) -> None:
    """Have the documents of a work read once this transaction commits. Safe to call twice."""
    for row in submission.files.filter(removed_at=None).select_related("file"):
        if is_readable(row.file.name):
            enqueue(task="assessment.read", key=f"read:{row.file_id}", args={"file": row.file_id})


@transaction.atomic
def make_reading(*, file_id: int) -> Reading:
    """Read a document and keep its blocks, or why it cannot be read. Safe to call twice."""
    known = Reading.objects.filter(file=file_id).first()
    if known:
        return known
    file = StoredFile.objects.select_related("blob").get(pk=file_id)
    blocks, fault = _read(file)
    row, _is_new = Reading.objects.get_or_create(
        file=file, defaults={"blocks": blocks, "fault": fault}
    )
    return row


def _read(file: StoredFile) -> tuple[list[str], str]:
    with default_storage.open(file.blob.storage_name) as content:
        try:
            # The sentence is kept as it is written in the code, and translated where it is shown.
            with translation.override(None):
                return blocks_of_document(content, extension_of(file.name)), ""
        except ReadingError as error:
            return [], str(error)
