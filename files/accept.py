"""What may be stored: extension and content must both be on the list, and agree."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from files.pixels import dimensions
from lms.archives import check_archive

MB: Final = 1024 * 1024
HEAD: Final = 64 * 1024
PIXELS_AT_MOST: Final = 60_000_000
NAME_AT_MOST: Final = 200
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS: Final = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
    "ods": "content.xml",
    "odp": "content.xml",
}
OPEN_DOCUMENT: Final = {"odt": b"text", "ods": b"spreadsheet", "odp": b"presentation"}
IMAGE_TYPES: Final = ("png", "jpg", "jpeg", "gif", "webp")
TEXT_TYPES: Final = ("csv", "vtt", "txt")
MACRO_TYPES: Final = ("xlsm", "docm", "pptm", "xlsb", "xltm", "dotm")
# A name such as `luong.html.png` is refused: some programs look at the inner part.
RUNS: Final = frozenset(
    {"html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "js", "mjs"}
    | {"php", "phtml", "phar", "jsp", "asp", "aspx", "exe", "bat", "cmd", "com", "scr", "msi"}
    | {"dll", "vbs", "ps1", "sh", "py", "jar", "hta", "lnk", "swf"}
)
MARKUP: Final = (
    b"<script", b"<html", b"<!doctype", b"<svg", b"<body", b"<iframe", b"<?php", b"mime-version:",
)  # fmt: skip

MEDIA_TYPES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "webm": "video/webm",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "csv": "text/csv",
    "vtt": "text/vtt",
    "txt": "text/plain",
}


def _is_text(head: bytes) -> bool:
    return head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" not in head


SIGNATURES: Final[dict[str, Callable[[bytes], bool]]] = {
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "gif": lambda head: head[:6] in {b"GIF87a", b"GIF89a"},
    "webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "doc": lambda head: head.startswith(OLE),
    "xls": lambda head: head.startswith(OLE),
    "m4a": lambda head: head[4:8] == b"ftyp",
    "mp4": lambda head: head[4:8] == b"ftyp",
    "mp3": lambda head: head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"),
    "webm": lambda head: head.startswith(b"\x1a\x45\xdf\xa3"),
    "ogg": lambda head: head.startswith(b"OggS"),
    "wav": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE",
    "csv": _is_text,
    "txt": _is_text,
    "vtt": lambda head: head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"),
}


@dataclass(frozen=True)
class Accept:
    """One list of what a page takes; the browser is told the same list."""

    key: str
    extensions: tuple[str, ...]
    max_bytes: int

    @property
    def html(self) -> str:
        """Return the value of the `accept` attribute of a file field."""
        return ",".join(f".{extension}" for extension in self.extensions)

    def check_name(self, name: str) -> str:
        """Return the extension, or refuse the name with a sentence."""
        *inner, extension = [part.strip().casefold() for part in name.split(".")]
        if extension in {"heic", "heif"}:
            raise ValidationError(
                _("HEIC photos cannot be shown everywhere. Save the photo as JPG and send it.")
            )
        if extension in MACRO_TYPES:
            raise ValidationError(
                _("Files with macros are not taken. Save it without macros and send it again.")
            )
        if not inner or extension not in self.extensions or RUNS.intersection(inner[1:]):
            raise ValidationError(
                _("This kind of file is not taken here. Files that are: %(kinds)s.")
                % {"kinds": ", ".join(self.extensions)}
            )
        return extension

    def check_size(self, size: int) -> None:
        """Refuse what is empty or too large."""
        if size == 0:
            raise ValidationError(_("The file is empty."))
        if size > self.max_bytes:
            raise ValidationError(
                _("The file is larger than %(limit)s.") % {"limit": filesizeformat(self.max_bytes)}
            )

    def check(self, content: IO[bytes], name: str) -> str:
        """Return the media type of content that is what its name says, or refuse it."""
        extension = self.check_name(name)
        content.seek(0)
        head = content.read(HEAD)
        if extension in PARTS:
            _check_office(content, head, extension)
        elif not SIGNATURES[extension](head):
            raise _does_not_fit(extension)
        if extension in IMAGE_TYPES:
            _check_image(content, head)
        if extension in TEXT_TYPES and _holds_markup(head):
            raise _does_not_fit(extension)
        if extension == "webm" and self is AUDIO:
            return "audio/webm"
        return MEDIA_TYPES[extension]


def clean_name(name: str) -> str:
    """Return the name as typed, composed, without folders, control or direction characters."""
    base = PurePath(name.replace("\\", "/")).name.replace("%00", "")
    plain = unicodedata.normalize("NFC", base)
    shown = "".join(char for char in plain if unicodedata.category(char)[0] != "C")
    shown = " ".join(shown.split()).strip(". ")
    stem, dot, extension = shown.rpartition(".")
    return f"{stem[: NAME_AT_MOST - 10]}{dot}{extension[:9]}" if dot else shown[:NAME_AT_MOST]


def _check_office(content: IO[bytes], head: bytes, extension: str) -> None:
    if head.startswith(OLE):
        raise ValidationError(
            _("The file is protected by a password. Remove the password and send it again.")
        )
    if not head.startswith(b"PK\x03\x04"):
        raise _does_not_fit(extension)
    if PARTS[extension] not in check_archive(content):
        raise _does_not_fit(extension)
    if extension in OPEN_DOCUMENT and OPEN_DOCUMENT[extension] not in head[:120]:
        raise _does_not_fit(extension)


def _check_image(content: IO[bytes], head: bytes) -> None:
    content.seek(0, 2)
    content.seek(max(0, content.tell() - HEAD))
    if _holds_markup(head) or _holds_markup(content.read()):
        raise ValidationError(_("The picture carries a hidden web page and was not taken."))
    width, height = dimensions(head)
    if width * height == 0 or width * height > PIXELS_AT_MOST:
        raise ValidationError(_("The picture is damaged or has too many pixels."))


def _holds_markup(data: bytes) -> bool:
    lower = data.lower().replace(b"\x00", b"")
    return any(mark in lower for mark in MARKUP)


def _does_not_fit(extension: str) -> ValidationError:
    return ValidationError(
        _("The content of the file is not that of a .%(kind)s file.") % {"kind": extension}
    )


IMAGES: Final = Accept("images", IMAGE_TYPES, 10 * MB)
DOCUMENTS: Final = Accept(
    "documents", ("pdf", "docx", "odt", "xlsx", "ods", "pptx", "odp", "doc", "xls"), 50 * MB
)
# What learners hand in: documents, and photographs of what was written by hand.
PAPERS: Final = Accept("papers", (*DOCUMENTS.extensions, *IMAGE_TYPES), 50 * MB)
AUDIO: Final = Accept("audio", ("m4a", "mp3", "webm", "ogg", "wav"), 200 * MB)
VIDEO: Final = Accept("video", ("mp4", "webm"), 2048 * MB)
SPREADSHEETS: Final = Accept("spreadsheets", ("xlsx", "xls", "ods", "csv"), 20 * MB)
CAPTIONS: Final = Accept("captions", ("vtt",), MB)
DOCX: Final = Accept("docx", ("docx",), 5 * MB)
ACCEPTS: Final = {
    accept.key: accept
    for accept in (IMAGES, DOCUMENTS, PAPERS, AUDIO, VIDEO, SPREADSHEETS, CAPTIONS, DOCX)
}
