import datetime as dt
import io
from collections.abc import Callable
from wsgiref.util import setup_testing_defaults

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from files.accept import DOCUMENTS, IMAGES
from files.actions import store
from files.links import link_to
from files.models import StoredFile
from files.server import serve
from tests.files.make import office, person, png

pytestmark = pytest.mark.django_db


class Started:
    def __call__(
        self, status: str, headers: list[tuple[str, str]], _fault: object = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return lambda _data: None


def get(url: str, method: str = "GET", **extra: str) -> tuple[int, dict[str, str], bytes]:
    environ = {"PATH_INFO": "/" + url.split("/", 3)[3], "REQUEST_METHOD": method, **extra}
    setup_testing_defaults(environ)
    start = Started()
    body = b"".join(serve(environ, start))
    return int(start.status[:3]), dict(start.headers), body


def picture(name: str = "ảnh.png") -> StoredFile:
    return store(content=png(), name=name, by=person(), accept=IMAGES, purpose="x")


def test_a_link_serves_the_file_safely() -> None:
    file = picture("Quyết định đẹp.png")
    status, headers, body = get(link_to(file, user=file.owner, inline=True))
    assert (status, body) == (200, png().getvalue())
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"].startswith('inline; filename="quyet dinh dep.png"')
    assert "filename*=UTF-8''Quy%E1%BA%BFt" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers


def test_a_link_starts_with_the_separate_origin(settings: Settings) -> None:
    file = picture()
    assert link_to(file, user=file.owner).startswith(settings.FILES_URL + "/")


def test_office_files_are_only_ever_downloaded() -> None:
    doc = office("word/document.xml")
    file = store(content=doc, name="a.docx", by=person(), accept=DOCUMENTS, purpose="x")
    _status, headers, _body = get(link_to(file, user=file.owner, inline=True))
    assert headers["Content-Disposition"].startswith("attachment")


def test_tampered_expired_foreign_and_absent_links_give_the_same_404() -> None:
    file = picture()
    link = link_to(file, user=file.owner)
    with time_machine.travel(timezone.now() - dt.timedelta(hours=3)):
        old = link_to(file, user=file.owner)
    gone = StoredFile(pk=9999, name="a.png")
    left = person("left")
    left.is_active = False
    left.save()
    bad = [
        old,
        link.replace(link.split("/")[3], "x" + link.split("/")[3]),
        link_to(gone, user=file.owner),
        link_to(file, user=left),
        "http://x/",
        "http://x/ab/../../etc/passwd",
    ]
    answers = [get(url) for url in bad]
    assert {status for status, _headers, _body in answers} == {404}
    assert len({(str(headers), body) for _status, headers, body in answers}) == 1
    assert get(link, method="POST")[0] == 404


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-3", 206, 0, 3),
        ("bytes=5-", 206, 5, 32),
        ("bytes=-4", 206, 29, 32),
        ("bytes=30-999", 206, 30, 32),
        ("bytes=0-1,4-5", 200, 0, 32),
        ("lines=1-2", 200, 0, 32),
    ],
)
def test_a_range_gives_those_bytes(asked: str, status: int, first: int, last: int) -> None:
    file = picture()
    answer = get(link_to(file, user=file.owner), HTTP_RANGE=asked)
    assert (answer[0], answer[2]) == (status, png().getvalue()[first : last + 1])
    if status == 206:
        assert answer[1]["Content-Range"] == f"bytes {first}-{last}/33"


@pytest.mark.parametrize("asked", ["bytes=33-", "bytes=-0", "bytes=9-3"])
def test_a_range_outside_the_file_is_416(asked: str) -> None:
    file = picture()
    status, headers, _body = get(link_to(file, user=file.owner), HTTP_RANGE=asked)
    assert (status, headers["Content-Range"]) == (416, "bytes */33")


def test_head_has_no_body_and_a_known_etag_is_304() -> None:
    file = picture()
    link = link_to(file, user=file.owner)
    status, headers, body = get(link, method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "33", b"")
    assert get(link, HTTP_IF_NONE_MATCH=headers["ETag"])[0] == 304
    assert get(link, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE='"old"')[0] == 200


def test_large_files_leave_in_small_pieces() -> None:
    content = io.BytesIO(b"%PDF-" + b"0" * 300_000)
    file = store(content=content, name="a.pdf", by=person(), accept=DOCUMENTS, purpose="x")
    environ = {"PATH_INFO": "/" + link_to(file, user=file.owner).split("/", 3)[3]}
    setup_testing_defaults(environ)
    pieces = list(serve(environ, Started()))
    assert max(map(len, pieces)) <= 64 * 1024
