"""Remove files past their time, content nobody names, and abandoned uploads."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from files import actions
from files.models import Blob, StoredFile, UploadSession

# Younger ones may belong to a transaction that has not committed yet.
SETTLED: Final = dt.timedelta(days=1)


class Command(BaseCommand):
    """Says what it would remove; removes it only with --apply."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="remove, not only count")

    def handle(self, *_args: Any, **options: Any) -> None:
        settled = timezone.now() - SETTLED
        uploads = list(UploadSession.objects.expired())
        files = list(StoredFile.objects.expired())
        if options["apply"]:
            for upload in uploads:
                actions.drop_session(session=upload, by=None)
            gone = [file for file in files if actions.forget(file=file, by=None)]
            blobs = [
                blob
                for blob in Blob.objects.filter(files=None, created_at__lt=settled)
                if actions.drop_blob(blob=blob)
            ]
            strays = list(_strays(settled))
            for name in strays:
                default_storage.delete(name)
            said = "removed"
        else:
            gone, said = files, "would be removed (use --apply)"
            blobs = list(Blob.objects.filter(files=None, created_at__lt=settled))
            strays = list(_strays(settled))
        self.stdout.write(
            f"{len(uploads)} uploads, {len(gone)} files, {len(blobs)} blobs, "
            f"{len(strays)} stray contents {said}."
        )


def _strays(settled: dt.datetime) -> Iterator[str]:
    """Name stored contents whose transaction never committed."""
    for folder in default_storage.listdir("")[0]:
        names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
        known = set(
            Blob.objects.filter(storage_name__startswith=f"{folder}/").values_list(
                "storage_name", flat=True
            )
        )
        for name in names:
            if name not in known and default_storage.get_modified_time(name) < settled:
                yield name
