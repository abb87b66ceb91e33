"""Storing files, whole or in slices, and forgetting them."""

import datetime as dt
import errno
import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from files.accept import ACCEPTS, Accept, clean_name
from files.models import Blob, StoredFile, UploadSession

CHUNK: Final = 1024 * 1024
SLICE: Final = 8 * 1024 * 1024
FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class WrongOffsetError(Exception):
    """A slice that does not continue where the upload stands."""

    def __init__(self, expected: int) -> None:
        super().__init__(expected)
        self.expected = expected


def store(
    *,
    content: BinaryIO,
    name: str,
    by: AbstractBaseUser,
    accept: Accept,
    purpose: str,
    unit_id: int | None = None,
    keep_until: dt.datetime | None = None,
) -> StoredFile:
    """Keep a file. The same content is kept once; all or nothing remains."""
    shown = clean_name(name)
    accept.check_name(shown)
    with _disk_space(), tempfile.TemporaryFile() as copy:
        # Copied and judged before the transaction, which would hold up all other writers.
        size, sha256 = _copy(content, copy, accept)
        media_type = accept.check(copy, shown)
        with transaction.atomic():
            _check_quota(by, size)
            blob = _blob(copy, size=size, sha256=sha256, media_type=media_type)
            file = StoredFile.objects.create(
                blob=blob,
                name=shown,
                media_type=media_type,
                owner_id=by.pk,
                unit_id=unit_id,
                purpose=purpose,
                keep_until=keep_until,
            )
            facts = {"purpose": purpose, "size": size, "sha256": sha256}
            record(by=by, action="store_file", target=file, unit_id=unit_id, after=facts)
    return file


@transaction.atomic
def keep_made(
    *,
    content: bytes,
    name: str,
    owner_id: int,
    media_type: str,
    purpose: str,
    unit_id: int | None,
    keep_until: dt.datetime | None = None,
) -> StoredFile:
    """Keep a file that the product itself made for a person: nothing to judge, no quota."""
    sha256 = hashlib.sha256(content).hexdigest()
    copy = io.BytesIO(content)
    with _disk_space():
        blob = _blob(copy, size=len(content), sha256=sha256, media_type=media_type)
    file = StoredFile.objects.create(
        blob=blob,
        name=clean_name(name),
        media_type=media_type,
        owner_id=owner_id,
        unit_id=unit_id,
        purpose=purpose,
        keep_until=keep_until,
    )
    facts = {"purpose": purpose, "size": len(content), "sha256": sha256}
    record(by=None, action="store_file", target=file, unit_id=unit_id, after=facts)
    return file


def import_file(
    *, path: Path, by: AbstractBaseUser, accept: Accept, purpose: str, unit_id: int | None = None
) -> StoredFile:
    """Keep a file that lies on the server's disk. Safe to call twice."""
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        mine = StoredFile.objects.filter(owner_id=by.pk, purpose=purpose, name=path.name)
        known = mine.filter(blob__sha256=sha256).first()
        if known:
            return known
        content.seek(0)
        return store(
            content=content, name=path.name, by=by, accept=accept, purpose=purpose, unit_id=unit_id
        )


@transaction.atomic
def open_session(
    *,
    name: str,
    size: int,
    by: AbstractBaseUser,
    accept: Accept,
    purpose: str,
    unit_id: int | None = None,
) -> UploadSession:
    """Begin an upload in slices; the same unfinished upload is taken up again."""
    shown = clean_name(name)
    accept.check_name(shown)
    accept.check_size(size)
    _check_quota(by, size)
    session, is_new = UploadSession.objects.visible_to(by).get_or_create(
        name=shown,
        size=size,
        accept=accept.key,
        purpose=purpose,
        unit_id=unit_id,
        file=None,
        defaults={"owner_id": by.pk, "expires_at": timezone.now() + settings.UPLOAD_SESSION_LIFE},
    )
    if is_new:
        record(by=by, action="open_upload", unit_id=unit_id, after=_facts(session))
    return session


@transaction.atomic
def put_slice(
    *, session: UploadSession, offset: int, data: bytes, by: AbstractBaseUser
) -> UploadSession:
    """Add the next slice. One that has arrived already changes nothing; a gap is refused."""
    session = UploadSession.objects.select_for_update().get(pk=session.pk, owner_id=by.pk)
    end = offset + len(data)
    if end <= session.received:
        return session
    if offset != session.received:
        raise WrongOffsetError(session.received)
    if end > session.size or len(data) > SLICE:
        raise ValidationError(_("More arrived than was announced."))
    with _disk_space():
        _write_slice(partial_path(session), offset, data)
    session.received = end
    session.expires_at = timezone.now() + settings.UPLOAD_SESSION_LIFE
    session.save(update_fields=["received", "expires_at"])
    return session


def complete(*, session: UploadSession, sha256: str, by: AbstractBaseUser) -> StoredFile:
    """Turn a whole upload into a file. Safe to call twice."""
    with transaction.atomic():
        session = UploadSession.objects.select_for_update().get(pk=session.pk, owner_id=by.pk)
        if session.file:
            return session.file
        if session.received != session.size:
            raise WrongOffsetError(session.received)
        path = partial_path(session)
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != sha256.lower():
                raise ValidationError(_("The file was damaged on its way. Send it again."))
            content.seek(0)
            session.file = store(
                content=content,
                name=session.name,
                by=by,
                accept=ACCEPTS[session.accept],
                purpose=session.purpose,
                unit_id=session.unit_id,
            )
        session.sha256 = sha256.lower()
        session.save(update_fields=["file", "sha256"])
    path.unlink(missing_ok=True)
    return session.file


@transaction.atomic
def drop_session(*, session: UploadSession, by: AbstractBaseUser | None) -> None:
    """Forget an upload and what arrived of it."""
    if session.file_id is None:
        record(by=by, action="drop_upload", unit_id=session.unit_id, before=_facts(session))
    path = partial_path(session)  # deleting takes the key away
    session.delete()
    path.unlink(missing_ok=True)


@transaction.atomic
def forget(*, file: StoredFile, by: AbstractBaseUser | None) -> bool:
    """Remove a file whose time is over; one that something still points at stays."""
    facts = {"name": file.name, "owner": file.owner_id}
    try:
        with transaction.atomic():
            record(by=by, action="forget_file", target=file, unit_id=file.unit_id, before=facts)
            UploadSession.objects.filter(file=file).delete()
            file.delete()
    except models.ProtectedError:
        return False
    return True


def drop_blob(*, blob: Blob) -> bool:
    """Remove content that no file names any more: first the row, then the bytes."""
    try:
        with transaction.atomic():
            Blob.objects.select_for_update().get(pk=blob.pk).delete()
    except (models.ProtectedError, Blob.DoesNotExist):
        return False
    default_storage.delete(blob.storage_name)
    return True


def partial_path(session: UploadSession) -> Path:
    """Return where the slices of an upload are gathered."""
    return Path(settings.UPLOAD_DIR) / f"{session.pk.hex}.part"


def _facts(session: UploadSession) -> dict[str, str | int]:
    # Not as the event's target: that is a row with a number.
    return {"upload": str(session.pk), "name": session.name, "size": session.size}


def _copy(content: BinaryIO, copy: IO[bytes], accept: Accept) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        accept.check_size(size)
        digest.update(chunk)
        copy.write(chunk)
    accept.check_size(size)
    return size, digest.hexdigest()


def _check_quota(by: AbstractBaseUser, size: int) -> None:
    # The person's row is the lock: two uploads at once do not both fit in the last place.
    get_user_model().objects.select_for_update().get(pk=by.pk)
    if StoredFile.objects.visible_to(by).bytes() + size > settings.FILE_QUOTA:
        raise ValidationError(
            _("There is no room left for this person's files. Remove some or ask the office.")
        )


def _blob(copy: IO[bytes], *, size: int, sha256: str, media_type: str) -> Blob:
    known = Blob.objects.select_for_update().filter(sha256=sha256).first()
    if known:
        return known
    # Each attempt writes under its own name, so that nobody removes what another has just written.
    name = f"{sha256[:2]}/{sha256}-{secrets.token_hex(8)}"
    try:
        copy.seek(0)
        default_storage.save(name, File(copy))
        blob, is_new = Blob.objects.get_or_create(
            sha256=sha256, defaults={"size": size, "media_type": media_type, "storage_name": name}
        )
    except BaseException:
        default_storage.delete(name)
        raise
    if not is_new:
        default_storage.delete(name)
    return blob


def _write_slice(path: Path, offset: int, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as part:
        try:
            part.seek(offset)
            part.write(data)
            part.flush()
        except OSError:
            with suppress(OSError):
                part.truncate(offset)
            raise


@contextmanager
def _disk_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise ValidationError(
            _("The server has no room left for files. Nothing was saved; please tell support.")
        ) from error
