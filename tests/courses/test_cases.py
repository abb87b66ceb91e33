"""A case: what its author is told, what is published, what a preview shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.actions import add_block, publish, start_draft
from courses.blocks import Content
from courses.case_script import faults, read_script
from courses.cases import Walk
from courses.errors import PublishRefusedError
from courses.models import Block, CourseVersion, Subject
from courses.outline import outline
from tests.courses.make import make_draft
from tests.courses.test_importing import COURSE, PNG, SECOND
from tests.make import make_code, make_course
from tests.people import Cast, signed_in_as

SCRIPT = """Trời tối, mưa **to**.

== Cuộc gọi: 21 giờ 40
Ba tuyến phố ngập.

+ Cắt điện trước -> den noi
Tám phút sau, khu phố tắt điện.

+ Chờ báo cáo giấy → muộn
Không ai gọi lại nữa.

== Đến nơi
Có người cần đưa đi.

+ Đưa ngay -> xong
Cả nhà an toàn.

+ Ghi tên rồi về -> muộn
Nước lên thêm.

== Xong [tốt]: Người trước, việc sau
Đúng vì <b>an toàn</b> trước.

== Muộn [nên tránh]
Chờ đợi tốn thời gian.
"""


def make_case(
    version: CourseVersion, cast: Cast, script: str = SCRIPT, language: str = "vi"
) -> Block:
    """Add a case to the first lesson of a draft."""
    content = Content({"title": "Đêm mưa", "script": script, "alt": ""})
    lesson = version.lessons.get(position=1)
    return add_block(
        lesson=lesson, kind="case", by=cast.trainer, content=content, language=language
    )


def _edit(cast: Cast, block: Block, **fields: object) -> str:
    """Send the form of the block; return the page, or nothing once it was stored."""
    block.refresh_from_db()
    sent = {"revision": block.revision, "title": "Đêm mưa", "script": SCRIPT} | fields
    page = _author(cast).post(reverse("courses:studio_block", args=[block.pk]), sent)
    block.refresh_from_db()
    return page.content.decode() if page.status_code == 200 else ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("-> den noi", "-> nơi khác", "Line 6: there is no step “nơi khác”."),
        ("+ Cắt điện trước -> den noi", "+ Cắt điện", "Line 6: a choice is written"),
        ("Tám phút sau, khu phố tắt điện.", "", "Line 6: nothing is said of what comes"),
        ("Có người cần đưa đi.", "", "Line 12: the step “Đến nơi” has no text"),
        ("== Muộn [nên tránh]", "== Muộn [hay]", "Line 24: the ending “Muộn” is one of"),
        ("== Muộn [nên tránh]", "== Muộn", "Line 24: the step “Muộn” has 0 choices"),
        ("== Muộn [nên tránh]", "== XONG [nên tránh]", "Line 24: another step is called “XONG”"),
        ("== Cuộc gọi: 21", "== : 21", "Line 3: a step needs a name"),
        ("+ Đưa ngay", "+ Ghi tên rồi về", "Line 15: the step has this choice twice"),
        ("-> xong", "-> cuoc goi", "Line 3: from the step “Cuộc gọi” a way leads back to it"),
        ("-> xong", "-> muộn", "Line 21: no choice leads to the step “Xong”."),
        ("== Muộn [nên tránh]\n", "== Muộn [nên tránh]\nA\n+ a -> xong\nb\n", "has choices"),
        (SCRIPT, "Chỉ có lời mở đầu.", "The case has no step."),
        (SCRIPT, "== A [tốt]\nLời.", "The case begins with an ending"),
    ],
)
def test_an_author_is_told_what_is_wrong_and_where(old: str, new: str, told: str) -> None:
    assert not faults(read_script(SCRIPT))
    assert old in SCRIPT
    assert told in "\n".join(faults(read_script(SCRIPT.replace(old, new))))


def test_a_case_has_at_most_forty_steps_and_a_step_four_choices() -> None:
    many = "\n".join(f"+ lựa chọn {n} -> xong\nHệ quả." for n in range(5))
    script = SCRIPT.replace("+ Đưa ngay -> xong\nCả nhà an toàn.", many)
    assert "has 6 choices" in " ".join(faults(read_script(script)))
    script = SCRIPT + "".join(f"\n== kết {n} [tốt]\nLời.\n" for n in range(40))
    assert "at most 40 steps" in " ".join(faults(read_script(script)))


def test_faults_stand_beside_the_text_and_nothing_typed_is_lost(cast: Cast) -> None:
    block = make_case(make_draft(make_course(cast.provider), by=cast.trainer), cast)
    broken = SCRIPT.replace("-> den noi", "-> nơi khác")
    page = _edit(cast, block, script=broken)
    assert 'id="id_script_error"' in page
    assert "Line 6: there is no step “nơi khác”." in page
    assert "-&gt; nơi khác" in page
    assert block.data["script"] == SCRIPT
    assert _edit(cast, block, script=broken, unfinished="on") == ""
    assert block.data["script"] == broken.rstrip()
    assert "unfinished" not in block.data
    with pytest.raises(PublishRefusedError) as refused:
        publish(version=block.version, by=cast.trainer, change_note="")
    assert [problem.text for problem in refused.value.problems if problem.anchor][-1].endswith(
        "Line 6: there is no step “nơi khác”."
    )
    preview = _author(cast).get(_preview(block.version))
    assert "This case is not finished." in preview.content.decode()


def test_a_picture_of_the_situation_needs_its_words(cast: Cast) -> None:
    block = make_case(make_draft(make_course(cast.provider), by=cast.trainer), cast)
    assert _edit(cast, block, upload=SimpleUploadedFile("x.png", PNG)) == ""
    with pytest.raises(PublishRefusedError, match="check list"):
        publish(version=block.version, by=cast.trainer, change_note="")
    assert _edit(cast, block, alt="Phố ngập") == ""
    version = publish(version=block.version, by=cast.trainer, change_note="")
    shown = _author(cast).get(_preview(version)).content.decode()
    assert 'alt="Phố ngập"' in shown


def test_a_preview_goes_any_way_and_shows_no_more_than_a_learner_sees(cast: Cast) -> None:
    version = make_draft(make_course(cast.provider), by=cast.trainer)
    block = make_case(version, cast)
    author = _author(cast)
    page = author.get(_preview(version)).content.decode()
    assert "Ba tuyến phố ngập." in page
    assert not _any_of(page, "Tám phút", "Không ai gọi lại", "Đến nơi", "Người trước", "tốn")
    page = _follow(author, version, page, "Cắt điện trước")
    assert "Tám phút sau, khu phố tắt điện." in page
    assert not _any_of(page, "Không ai gọi lại", "Cả nhà an toàn", "Người trước")
    page = _follow(author, version, page, "Đưa ngay")
    assert "Handled well" in page
    assert "&lt;b&gt;an toàn&lt;/b&gt;" in page
    assert not _any_of(page, "Nước lên thêm", "tốn thời gian")
    forged = author.get(_preview(version), {f"di-{block.key}": "a.b.c"})
    assert "Ba tuyến phố ngập." in forged.content.decode()


def test_a_published_case_keeps_its_way_when_choices_change_places(cast: Cast) -> None:
    version = make_draft(make_course(cast.provider), by=cast.trainer)
    block = make_case(version, cast)
    published = publish(version=version, by=cast.trainer, change_note="")
    first = _frozen(published)
    walk = Walk.read(first, {})
    key = first["steps"]["cuoc goi"]["choices"][0]["key"]
    state = (walk.plus(key) or walk).as_state()
    draft = start_draft(course=version.course, by=cast.trainer)
    copied = draft.blocks.get(key=block.key)
    one, two = SCRIPT.index("+ Cắt"), SCRIPT.index("+ Chờ")
    end = SCRIPT.index("== Đến nơi")
    swapped = SCRIPT[:one] + SCRIPT[two:end] + SCRIPT[one:two] + SCRIPT[end:]
    assert _edit(cast, copied, script=swapped) == ""
    second = _frozen(publish(version=draft, by=cast.trainer, change_note=""))
    assert second["steps"]["cuoc goi"]["choices"][1]["key"] == key
    assert Walk.read(second, state).place == "den noi"
    gone = {"start": "x", "steps": {"x": {"rating": "", "choices": []}}}
    assert Walk.read(gone, state | {"met": ["xong"]}).as_state() == {"path": [], "met": []}


def test_a_case_comes_from_a_folder_and_a_wrong_one_is_refused(cast: Cast, tmp_path: Path) -> None:
    Subject.objects.create(code="ai", name_vi="Trí tuệ nhân tạo")
    make_code("study_form", "tu_xa", "Từ xa")
    make_code("content_group", "so", "Kỹ năng số")
    (tmp_path / "course.yaml").write_text(COURSE.replace("bai-1.md, ", ""))
    (tmp_path / "pho.png").write_bytes(PNG)
    head = "\n::: case\nid: mua\ntitle: Đêm mưa\nfile: pho.png\nalt: Phố ngập\n---\n"
    lesson = tmp_path / "bai-2.md"
    for wrong, told in (("-> xong", "no step"), ("title:", "unknown settings")):
        text = f"{SECOND}{head}{SCRIPT}:::\n".replace(wrong, f"{wrong}x" if "->" in wrong else "t:")
        lesson.write_text(text)
        with pytest.raises(CommandError, match=told):
            call_command("import_course", str(tmp_path), by="lan")
    lesson.write_text(f"{SECOND}{head}{SCRIPT}:::\n")
    call_command("import_course", str(tmp_path), by="lan", publish=True)
    frozen = _frozen(CourseVersion.objects.get())
    assert frozen["file"]["name"] == "pho.png"
    assert frozen["steps"]["den noi"]["choices"][0]["to"] == "xong"
    assert frozen["intro_html"] == "<p>Trời tối, mưa <strong>to</strong>.</p>\n"


def _author(cast: Cast) -> Client:
    """Sign the trainer in, who reads English: the words are compared as they stand in the code."""
    User.objects.filter(pk=cast.trainer.pk).update(language="en")
    return signed_in_as(cast.trainer)


def _preview(version: CourseVersion) -> str:
    return reverse("courses:studio_preview", args=[version.pk])


def _frozen(version: CourseVersion) -> Any:
    return next(row.frozen for row in outline(version).blocks() if row.kind == "case")


def _any_of(page: str, *words: str) -> list[str]:
    return [word for word in words if word in page]


def _follow(author: Client, version: CourseVersion, page: str, words: str) -> str:
    """Follow the link of a choice."""
    before = page[: page.index(f">{words}</a>")]
    url = before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    return author.get(f"{_preview(version)}{url}").content.decode()
