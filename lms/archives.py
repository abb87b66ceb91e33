"""Zip containers (office files too) that somebody sent: judged before anything opens them."""

import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ENTRIES_AT_MOST: Final = 5_000
BYTES_AT_MOST: Final = 150 * 1024 * 1024
RATIO_AT_MOST: Final = 200
RATIO_MATTERS_FROM: Final = 8 * 1024 * 1024
CHUNK: Final = 64 * 1024
LOCAL_HEADER: Final = 30
ENCRYPTED: Final = 0x1
MACRO_PARTS: Final = ("vbaproject.bin", "vbadata.xml")


def check_archive(content: IO[bytes]) -> list[str]:
    """Return the names inside, or refuse with a sentence. Leaves the position at the start."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            _check_claims(entries)
            _check_true_sizes(content, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise ValidationError(_("The file is damaged and cannot be opened.")) from error
    content.seek(0)
    return [entry.filename for entry in entries]


def _check_claims(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    swollen = total > RATIO_MATTERS_FROM and total / packed > RATIO_AT_MOST
    if len(entries) > ENTRIES_AT_MOST or total > BYTES_AT_MOST or swollen:
        raise ValidationError(_("The file unpacks to far more than it should and was not opened."))
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise ValidationError(
            _("The file is protected by a password. Remove the password and send it again.")
        )
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise ValidationError(_("The file is damaged and cannot be opened."))
    if any(_leaves_the_folder(entry.filename) for entry in entries):
        raise ValidationError(_("The file is damaged and cannot be opened."))
    if any(PurePosixPath(entry.filename).name.casefold() in MACRO_PARTS for entry in entries):
        raise ValidationError(
            _("The file contains macros. Save it without macros (.xlsx, .docx) and send it again.")
        )


def _leaves_the_folder(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:3]


def _check_true_sizes(content: IO[bytes], entries: list[zipfile.ZipInfo]) -> None:
    # The claimed sizes may lie, and readers in other languages do not stop at them.
    for entry in entries:
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            size = _inflated_size(content, entry)
        elif entry.compress_type == zipfile.ZIP_STORED:
            size = entry.compress_size
        else:
            raise NotImplementedError(entry.compress_type)
        if size != entry.file_size:
            raise zipfile.BadZipFile(entry.filename)


def _inflated_size(content: IO[bytes], entry: zipfile.ZipInfo) -> int:
    content.seek(entry.header_offset)
    header = content.read(LOCAL_HEADER)
    extra = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    content.seek(entry.header_offset + LOCAL_HEADER + extra)
    inflate, left, size = zlib.decompressobj(-zlib.MAX_WBITS), entry.compress_size, 0
    while left > 0 and not inflate.eof:
        data = content.read(min(CHUNK, left))
        if not data:
            raise EOFError
        left -= len(data)
        while data and size <= entry.file_size:
            size += len(inflate.decompress(data, CHUNK))
            data = inflate.unconsumed_tail
        if size > entry.file_size:
            return size
    return size + len(inflate.flush())
