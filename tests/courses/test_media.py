"""Blocks around files: what is asked of them, and links that work for one person."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from courses import actions
from courses.block_kinds import VideoKind
from courses.blocks import BlockContext, block_kinds
from courses.models import Block
from courses.outline import block_html, outline
from files.models import StoredFile
from tests.courses.make import make_draft
from tests.courses.test_importing import PNG
from tests.make import make_course
from tests.people import Cast, signed_in_as

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nXin chào.\n"


def _block(cast: Cast, kind: str) -> Block:
    draft = make_draft(make_course(cast.provider), by=cast.trainer)
    return actions.add_block(lesson=draft.lessons.all()[0], kind=kind, by=cast.trainer)


def _post(cast: Cast, block: Block, **fields: object) -> str:
    url = f"/giang-day/khoa-hoc/khoi/{block.pk}/"
    answer = signed_in_as(cast.trainer).post(url, {"revision": block.revision, **fields})
    block.refresh_from_db()
    return "" if answer.status_code == 302 else answer.content.decode()


def _problems(block: Block) -> str:
    with translation.override("en"):  # a page has been asked for in Vietnamese before
        return " ".join(row.text for row in block_kinds[block.kind].check(block))


def test_a_picture_is_stored_asked_for_words_and_linked_for_one_reader(cast: Cast) -> None:
    block = _block(cast, "image")
    upload = SimpleUploadedFile("sơ đồ.png", PNG, "image/png")
    assert _post(cast, block, upload=upload, alt="") == ""
    assert "no alternative text" in _problems(block)
    assert _post(cast, block, alt="Sơ đồ tổ chức") == ""  # the file stays
    assert _problems(block) == ""
    version = actions.publish(version=block.version, by=cast.trainer, change_note="")
    made = outline(version)
    held = next(row for row in made.blocks() if row.kind == "image")
    facts = held.frozen["file"]
    assert (facts["size"], facts["name"], len(facts["sha256"])) == (len(PNG), "sơ đồ.png", 64)
    pages = [
        block_html(made, held, BlockContext(user, held.id, str(held.key)))
        for user in (cast.learner, cast.stranger)
    ]
    assert pages[0] != pages[1]
    assert 'alt="Sơ đồ tổ chức"' in pages[0]


@pytest.mark.parametrize(
    ("name", "content"), [("x.png", b"<svg onload=alert(1)>"), ("x.svg", PNG), ("x.png", b"")]
)
def test_a_file_that_is_not_what_it_says_is_refused(cast: Cast, name: str, content: bytes) -> None:
    block = _block(cast, "image")
    page = _post(cast, block, upload=SimpleUploadedFile(name, content), alt="a")
    assert 'class="error-summary"' in page
    assert block.file is None
    assert not StoredFile.objects.exists()


def test_somebody_elses_file_cannot_be_taken_by_its_number(cast: Cast) -> None:
    block, other = _block(cast, "image"), _block(cast, "image")
    _post(cast, other, upload=SimpleUploadedFile("a.png", PNG), alt="a")
    assert other.file is not None
    other.file.owner = cast.stranger
    other.file.save()
    assert 'class="error-summary"' in _post(cast, block, uploaded=other.file_id, alt="a")
    assert block.file is None
    assert _post(cast, other, uploaded=other.file_id, alt="b") == ""  # the one it has


def test_a_video_never_loads_by_itself_and_needs_captions_and_transcript(cast: Cast) -> None:
    block = _block(cast, "video")
    film = SimpleUploadedFile("bai.mp4", MP4, "video/mp4")
    assert _post(cast, block, upload=film, title="Bài giảng") == ""
    assert "no captions" in _problems(block)
    assert "no transcript" in _problems(block)
    bad = SimpleUploadedFile("x.vtt", b"1\n00:00 --> 00:02\nx")
    assert 'class="error-summary"' in _post(cast, block, title="B", captions_upload=bad)
    good = SimpleUploadedFile("x.vtt", VTT.encode())
    words = {"title": "Bài giảng", "transcript": "Xin **chào**."}
    assert _post(cast, block, captions_upload=good, **words) == ""
    assert _problems(block) == ""
    json.dumps(block.data)
    version = actions.publish(version=block.version, by=cast.trainer, change_note="")
    held = next(row for row in outline(version).blocks() if row.kind == "video")
    drawn = VideoKind().render(held.frozen, BlockContext(cast.learner, held.id, str(held.key)))
    assert 'preload="none"' in drawn
    assert "autoplay" not in drawn
    assert "<strong>chào</strong>" in drawn
    url = drawn.partition('<track kind="captions" src="')[2].partition('"')[0]
    answer = signed_in_as(cast.learner).get(url)
    assert answer.content.decode() == VTT.strip()
    assert answer["Content-Type"].startswith("text/vtt")
    assert signed_in_as(cast.stranger).get(url).status_code == 404
    assert signed_in_as(cast.learner).get("/phu-de/gia-mao/").status_code == 404
