"""Importers of the kinds around a file."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from courses.block_forms import PURPOSE
from courses.blocks import Content, Data
from courses.case_script import faults, read_script
from courses.importing import BlockPlan, CourseFormatError, Source
from files.accept import AUDIO, DOCUMENTS, IMAGES, VIDEO, Accept
from files.actions import import_file
from lms.html import from_markdown


def import_image(plan: BlockPlan, source: Source) -> Content:
    """Read a picture: `file`, `alt`, `title`."""
    data = {"title": plan.options.get("title", ""), "alt": plan.options.get("alt", "")}
    return _with_file(plan, source, IMAGES, data)


def import_document(plan: BlockPlan, source: Source) -> Content:
    """Read a document: `file`, `title`."""
    return _with_file(plan, source, DOCUMENTS, {"title": plan.options.get("title", "")})


def import_audio(plan: BlockPlan, source: Source) -> Content:
    """Read a recording: `file`, `title`, and its transcript as text."""
    return _with_file(plan, source, AUDIO, _spoken(plan))


def import_video(plan: BlockPlan, source: Source) -> Content:
    """Read a film: `file`, `title`, `captions` (a .vtt file), and its transcript as text."""
    name = plan.options.get("captions", "")
    captions = _beside(source, str(name)).read_text(encoding="utf-8-sig") if name else ""
    return _with_file(plan, source, VIDEO, _spoken(plan) | {"captions": captions.strip()})


def import_case(plan: BlockPlan, source: Source) -> Content:
    """Read a case: its text, `title`, and the `file` and `alt` of a picture if it has one."""
    unknown = set(plan.options) - {"title", "file", "alt"}
    wrong = faults(read_script(plan.text))
    if unknown:
        wrong.append(_("unknown settings of a case: %(names)s") % {"names": sorted(unknown)})
    if wrong:
        raise CourseFormatError(f"{source.lesson.name}: {' '.join(wrong)}")
    words = {name: str(plan.options.get(name, "")) for name in ("title", "alt")}
    data = words | {"script": plan.text}
    return _with_file(plan, source, IMAGES, data) if "file" in plan.options else Content(data)


def _spoken(plan: BlockPlan) -> Data:
    return {
        "title": plan.options.get("title", ""),
        "transcript": plan.text,
        "transcript_html": str(from_markdown(plan.text)),
    }


def _with_file(plan: BlockPlan, source: Source, accept: Accept, data: Data) -> Content:
    path = _beside(source, str(plan.options.get("file", "")))
    file = import_file(
        path=path, by=source.by, accept=accept, purpose=PURPOSE, unit_id=source.unit_id
    )
    return Content(data, file_id=file.pk)


def _beside(source: Source, name: str) -> Path:
    """Return a file of the folder; never one outside it."""
    path = (source.lesson.parent / name).resolve()
    if not path.is_relative_to(source.folder.resolve()) or not path.is_file():
        raise CourseFormatError(f"{source.lesson.name}: there is no file «{name}».")
    return path
