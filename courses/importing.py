"""Reads a course from a folder of YAML and Markdown (the format: docs/course-format.md).

The folder becomes a plan first; only then rows are touched. Keys come from the names in the
folder, so that the same folder always means the same modules, lessons and blocks.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from accounts.models import User
from courses.blocks import Content
from lms.html import from_markdown
from lms.registries import Registry

NAMESPACE: Final = uuid.UUID("6f1c4d0e-5d0e-4d3f-9a55-0c2b1f6a7e10")
FRONT: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
FENCE: Final = re.compile(
    r"^:::[ \t]*(?P<kind>[a-z]+)[ \t]*\n(?P<body>.*?)^:::[ \t]*$", re.MULTILINE | re.DOTALL
)


class CourseFormatError(ValueError):
    """A folder that cannot be read, with the file and the reason."""


@dataclass(frozen=True)
class Source:
    """Where a block stands: what an importer of a kind needs to read beside its own words."""

    folder: Path
    lesson: Path
    by: User
    unit_id: int
    # The whole of course.yaml: question banks and the like may stand there.
    course: Mapping[str, Any]


@dataclass(frozen=True)
class BlockPlan:
    """A block to be: its kind and what stood in its fence."""

    key: uuid.UUID
    kind: str
    options: dict[str, Any]
    text: str
    language: str = "vi"
    around: str = "vi"  # the language of the lesson, which the block's own may differ from


@dataclass(frozen=True)
class LessonPlan:
    """A lesson to be."""

    key: uuid.UUID
    fields: dict[str, Any]
    blocks: list[BlockPlan]
    path: Path


@dataclass(frozen=True)
class ModulePlan:
    """A module to be."""

    key: uuid.UUID
    fields: dict[str, Any]
    lessons: list[LessonPlan]


@dataclass(frozen=True)
class CoursePlan:
    """A course to be."""

    folder: Path
    facts: dict[str, Any]
    settings: dict[str, Any]
    modules: list[ModulePlan] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Return the course's code."""
        return str(self.facts["code"])


# Turns what stands in a fence into the content of a block of the kind.
BlockImporter = Callable[[BlockPlan, Source], Content]
block_importers: Registry[BlockImporter] = Registry("block importers")


def read_course(folder: Path) -> CoursePlan:
    """Return the plan that the folder describes."""
    facts = _yaml(folder / "course.yaml")
    for name in ("code", "provider", "subject", "title", "study_form", "content_group", "modules"):
        if not facts.get(name):
            raise CourseFormatError(f"course.yaml: «{name}» is missing.")
    code = str(facts["code"])
    modules = [_module(code, number, row, folder) for number, row in enumerate(facts["modules"], 1)]
    return CoursePlan(folder, facts, _settings(facts, modules), modules)


def _settings(facts: Mapping[str, Any], modules: list[ModulePlan]) -> dict[str, Any]:
    plan = facts.get("periods") or {}
    rules = facts.get("rules") or {}
    settings = {
        **_words(facts, "title"),
        **_words(facts, "summary"),
        "objectives_vi": "\n".join(facts.get("objectives") or []),
        "objectives_en": "\n".join(facts.get("objectives_en") or []),
        "min_attendance_percent": rules.get("min_attendance_percent"),
        "is_sequential": bool(rules.get("sequential", False)),
        "issues_at_once": bool(rules.get("issues_at_once", False)),
    }
    for kind in ("online", "class", "guided", "test"):
        name = f"periods_{kind}"
        # Without a plan of its own the course is what its modules are.
        settings[name] = plan.get(kind, 0) if plan else sum(row.fields[name] for row in modules)
    return settings


def _module(code: str, number: int, row: Mapping[str, Any], folder: Path) -> ModulePlan:
    slug = str(row.get("slug") or number)
    periods = row.get("periods") or {}
    fields = _words(row, "title") | {
        f"periods_{kind}": periods.get(kind, 0) for kind in ("online", "class", "guided", "test")
    }
    lessons = [_lesson(code, folder / str(name)) for name in row.get("lessons") or []]
    return ModulePlan(_key(code, "module", slug), fields, lessons)


def _lesson(code: str, path: Path) -> LessonPlan:
    text = _read(path)
    front = FRONT.match(text)
    if front is None:
        raise CourseFormatError(f"{path.name}: the front matter between --- lines is missing.")
    facts = _mapping(front[1], path)
    slug = str(facts.get("slug") or path.stem)
    fields = {
        **_words(facts, "title"),
        "objective": str(facts.get("objective", "")),
        "minutes": int(facts.get("minutes", 10)),
        "is_required": bool(facts.get("required", True)),
        "completion": str(facts.get("completion", "blocks")),
    }
    language = str(facts.get("language", "vi"))
    blocks = list(_blocks(f"{code}/{slug}", text[front.end() :], path, language))
    return LessonPlan(_key(code, "lesson", slug), fields, blocks, path)


def _blocks(scope: str, text: str, path: Path, language: str) -> Iterator[BlockPlan]:
    """Yield text and fenced blocks as they follow one another.

    Numbers run within a kind: a picture put in between does not rename the texts around it.
    """
    seen: Counter[str] = Counter()
    end = 0
    for fence in [*FENCE.finditer(text), None]:
        written = text[end : fence.start() if fence else len(text)].strip()
        if written:
            seen["text"] += 1
            key = _key(scope, "text", str(seen["text"]))
            yield BlockPlan(key, "text", {}, written, language, language)
        if fence:
            kind = fence["kind"]
            seen[kind] += 1
            options, words = _fence(fence["body"], path)
            key = _key(scope, kind, str(options.pop("id", seen[kind])))
            spoken = str(options.pop("language", language))
            yield BlockPlan(key, kind, options, words, spoken, language)
            end = fence.end()


def _fence(body: str, path: Path) -> tuple[dict[str, Any], str]:
    """Split a fence at its --- line: options in YAML above, text below; either may be alone."""
    head, line, words = body.partition("\n---\n")
    if line:
        return _mapping(head, path), words.strip()
    if re.match(r"[a-z_]+:", body):
        return _mapping(body, path), ""
    return {}, body.strip()


def _words(facts: Mapping[str, Any], name: str) -> dict[str, str]:
    return {
        f"{name}_vi": str(facts.get(name) or "").strip(),
        f"{name}_en": str(facts.get(f"{name}_en") or "").strip(),
    }


def _key(*names: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "/".join(names))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise CourseFormatError(f"{path.name}: {error.strerror}.") from error


def _yaml(path: Path) -> dict[str, Any]:
    return _mapping(_read(path), path)


def _mapping(text: str, path: Path) -> dict[str, Any]:
    try:
        found = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CourseFormatError(f"{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise CourseFormatError(_("%(name)s: names and values are expected.") % {"name": path.name})
    return found


def import_text(plan: BlockPlan, source: Source) -> Content:
    """Read running text."""
    del source
    return Content({"markdown": plan.text, "html": str(from_markdown(plan.text))})


def import_callout(plan: BlockPlan, source: Source) -> Content:
    """Read a note: `tone`, `title` and its text."""
    written = import_text(plan, source).data
    tone, title = plan.options.get("tone", "note"), plan.options.get("title", "")
    return Content({**written, "tone": str(tone), "title": str(title)})
