"""The file server: a bare WSGI callable on its own origin. No cookies, sessions or pages."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage

from files.links import Link, read_link
from files.models import StoredFile
from lms.text import fold

CHUNK: Final = 64 * 1024
RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)\Z", re.ASCII)
INLINE: Final = ("audio/", "video/", "image/", "application/pdf", "text/vtt")
NOT_FOUND: Final = b"Not found\n"
SAFETY: Final = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "sandbox; default-src 'none'"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Referrer-Policy", "no-referrer"),
]


def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer GET and HEAD of a signed link; everything else is the same 404."""
    found = _file_of(environ)
    if found is None:
        start_response("404 Not Found", _plain(NOT_FOUND))
        return [NOT_FOUND]
    return _answer(environ, start_response, found)


def _file_of(environ: WSGIEnvironment) -> tuple[StoredFile, Link] | None:
    token = environ.get("PATH_INFO", "").strip("/").partition("/")[0]
    link = read_link(token) if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else None
    if link is None:
        return None
    users = get_user_model().objects.filter(pk=link.user_id, is_active=True)
    file = StoredFile.objects.select_related("blob").filter(pk=link.file_id).first()
    if file is None or not users.exists() or not default_storage.exists(file.blob.storage_name):
        return None
    return file, link


def _answer(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    found: tuple[StoredFile, Link],
) -> Iterable[bytes]:
    file, link = found
    etag = f'"{file.blob.sha256}"'
    headers = _headers(file, link, etag=etag)
    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        start_response("304 Not Modified", headers)
        return []
    size = file.blob.size
    span = _span(environ, size=size, etag=etag)
    if span is None:
        start_response("416 Range Not Satisfiable", [("Content-Range", f"bytes */{size}"), *SAFETY])
        return []
    first, last = span
    partial = (first, last) != (0, size - 1) or "HTTP_RANGE" in environ
    if partial:
        headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    headers.append(("Content-Length", str(last - first + 1)))
    start_response("206 Partial Content" if partial else "200 OK", headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return _chunks(default_storage.open(file.blob.storage_name), first, last - first + 1)


def _headers(file: StoredFile, link: Link, *, etag: str) -> list[tuple[str, str]]:
    shown = link.inline and file.media_type.startswith(INLINE)
    ascii_name = re.sub(r"[^\w. -]", "_", fold(link.name), flags=re.ASCII)
    disposition = "inline" if shown else "attachment"
    names = f"filename=\"{ascii_name}\"; filename*=UTF-8''{quote(link.name, safe='')}"
    return [
        ("Content-Type", file.media_type),
        ("Content-Disposition", f"{disposition}; {names}"),
        ("ETag", etag),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", f"private, max-age={settings.FILE_LINK_SECONDS}, immutable"),
        ("Access-Control-Allow-Origin", settings.SITE_URL),
        *SAFETY,
    ]


def _plain(body: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        *SAFETY,
    ]


def _span(environ: WSGIEnvironment, *, size: int, etag: str) -> tuple[int, int] | None:
    """Return first and last byte; a header we do not understand means the whole file."""
    match = RANGE.match(environ.get("HTTP_RANGE", ""))
    if not match or match.groups() == ("", "") or environ.get("HTTP_IF_RANGE", etag) != etag:
        environ.pop("HTTP_RANGE", None)
        return 0, size - 1
    start, end = match.groups()
    if not start:
        return (max(0, size - int(end)), size - 1) if int(end) else None
    first, last = int(start), min(int(end or size - 1), size - 1)
    return (first, last) if first <= last else None


def _chunks(content: IO[Any], first: int, length: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while length and (chunk := content.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
