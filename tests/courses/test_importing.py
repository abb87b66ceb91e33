"""A folder of YAML and Markdown becomes a course; the same folder twice changes nothing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses import actions
from courses.models import Course, CourseVersion
from files.models import StoredFile
from tests.make import make_code, make_course
from tests.people import Cast

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
COURSE = """
code: AI-09
provider: HVCB
subject: ai
title: Kỹ năng viết câu lệnh
title_en: Writing prompts
summary: Viết câu lệnh rõ, kiểm chứng kết quả.
study_form: tu_xa
content_group: so
objectives: [Viết được câu lệnh, Kiểm chứng được kết quả]
rules: {sequential: true, min_attendance_percent: 80}
modules:
  - slug: mo-dau
    title: Mở đầu
    periods: {online: 1, class: 0.5}
    lessons: [bai-1.md, bai-2.md]
"""
FIRST = """---
title: Câu lệnh là gì
title_en: What a prompt is
objective: Nêu được ba phần của câu lệnh.
minutes: 25
---
# Ba phần

Bối cảnh, việc cần làm, **định dạng**.

::: callout
tone: law
title: Căn cứ
---
Luật Trí tuệ nhân tạo số 134/2025/QH15.
:::

::: image
file: so-do.png
alt: Sơ đồ ba phần của câu lệnh
:::

Đoạn cuối.
"""
SECOND = "---\ntitle: Thực hành\nminutes: 20\nrequired: false\n---\nLàm thử.\n"


@pytest.fixture
def folder(cast: Cast, tmp_path: Path) -> Path:
    """Return a folder that describes a small course, and the code lists it names."""
    make_course(cast.provider)  # brings subject and code lists
    make_code("study_form", "tu_xa", "Từ xa")
    path = tmp_path / "AI-09"
    path.mkdir()
    for name, text in (("course.yaml", COURSE), ("bai-1.md", FIRST), ("bai-2.md", SECOND)):
        (path / name).write_text(text, encoding="utf-8")
    (path / "so-do.png").write_bytes(PNG)
    return path


def _import(folder: Path, *, publish: bool = True) -> str:
    out = io.StringIO()
    call_command("import_course", str(folder), by="lan", publish=publish, stdout=out)
    return out.getvalue()


def _replace(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_folder_becomes_a_published_course(folder: Path) -> None:
    assert "AI-09 version 1" in _import(folder)
    course = Course.objects.get(code="AI-09")
    version = course.current_version
    assert version is not None
    assert (version.is_sequential, version.min_attendance_percent) == (True, 80)
    assert (course.title_en, course.lesson_count) == ("Writing prompts", 2)
    assert float(course.periods) == 1.5
    first, second = version.lessons.all()
    assert (first.title_vi, first.minutes, first.is_required) == ("Câu lệnh là gì", 25, True)
    assert not second.is_required
    kinds = list(first.blocks.values_list("kind", flat=True))
    assert kinds == ["text", "callout", "image", "text"]
    callout = first.blocks.all()[1].data
    assert (callout["tone"], callout["title"]) == ("law", "Căn cứ")
    assert "134/2025/QH15" in callout["html"]
    assert first.blocks.all()[0].data["html"].startswith("<h3>Ba phần</h3>")
    assert StoredFile.objects.count() == 1


def test_the_same_folder_twice_makes_no_version(folder: Path) -> None:
    _import(folder)
    before = CourseVersion.objects.get(course__code="AI-09").content_hash
    assert "unchanged" in _import(folder)
    versions = CourseVersion.objects.filter(course__code="AI-09")
    assert [row.content_hash for row in versions] == [before]
    assert StoredFile.objects.count() == 1


def test_a_change_makes_one_version_and_keeps_the_keys_of_the_rest(folder: Path) -> None:
    _import(folder)
    _replace(folder, "bai-1.md", "Đoạn cuối.", "Đoạn cuối, đã sửa.")
    assert "version 2" in _import(folder)
    first, second = CourseVersion.objects.filter(course__code="AI-09").order_by("number")
    for name in ("modules", "lessons", "blocks"):
        keys = [set(getattr(row, name).values_list("key", flat=True)) for row in (first, second)]
        assert keys[0] == keys[1]
    assert (
        "đã sửa" in second.blocks.get(key=first.lessons.all()[0].blocks.all()[3].key).data["html"]
    )


def test_what_the_folder_no_longer_names_goes_and_order_follows_it(folder: Path) -> None:
    _import(folder)
    _replace(folder, "course.yaml", "[bai-1.md, bai-2.md]", "[bai-2.md, bai-3.md]")
    (folder / "bai-3.md").write_text(SECOND.replace("Thực hành", "Ôn tập"), encoding="utf-8")
    _import(folder)
    version = Course.objects.get(code="AI-09").current_version
    assert version is not None
    assert [row.title_vi for row in version.lessons.all()] == ["Thực hành", "Ôn tập"]
    assert version.blocks.count() == 2


def test_without_publishing_a_draft_waits_for_its_author(folder: Path, cast: Cast) -> None:
    assert "version 1" in _import(folder, publish=False)
    assert "unchanged" in _import(folder, publish=False)
    draft = CourseVersion.objects.get(course__code="AI-09")
    assert draft.is_open
    actions.publish(version=draft, by=cast.trainer, change_note="")
    assert "unchanged" in _import(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("course.yaml", "code: AI-09", "kode: x", "«code» is missing"),
        ("course.yaml", "subject: ai", "subject: khac", "there is no subject «khac»"),
        ("course.yaml", "[bai-1.md", "[khong-co.md", "khong-co.md"),
        ("course.yaml", "rules: {", "rules: [", "course.yaml"),
        ("bai-1.md", "---\ntitle: Câu", "title: Câu", "front matter"),
        ("bai-1.md", "::: callout", "::: trochoi", "no kind of block «trochoi»"),
        ("bai-1.md", "so-do.png", "../../etc/passwd", "there is no file"),
        ("bai-1.md", "alt: Sơ đồ ba phần của câu lệnh", "title: x", "no alternative text"),
    ],
)
def test_a_fault_in_the_folder_is_said_and_nothing_is_kept(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    _replace(folder, name, old, new)
    with pytest.raises(CommandError, match=said):
        _import(folder)
    assert not Course.objects.filter(code="AI-09").exists()
