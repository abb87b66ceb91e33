"""What the views of the studio share: reaching rows by right, saying refusals, saying changes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.permissions import Permission
from courses.blocks import Problem
from courses.models import Block, Course, CourseVersion, Lesson, Module
from courses.outline import BlockOutline, Outline

Row = TypeVar("Row", bound=Model)

PARTS: Final[dict[str, type[Module] | type[Lesson] | type[Block]]] = {
    "chuyen-de": Module,
    "bai": Lesson,
    "khoi": Block,
}


def editable(
    request: HttpRequest, rows: QuerySet[Row], pk: int, via: str = "version__course"
) -> Row:
    """Return a row of a course the person edits; absent and forbidden are the same 404."""
    mine = Course.objects.allowing(request.user, Permission.EDIT_COURSES)
    return get_object_or_404(rows.filter(**{f"{via}__in": mine}), pk=pk)


def part(request: HttpRequest, what: str, pk: int) -> Any:
    """Return a module, lesson or block of a course the person edits."""
    if what not in PARTS:
        raise Http404
    rows = PARTS[what].objects.select_related("version__course__provider")
    return editable(request, rows, pk)


def version_of(request: HttpRequest, pk: int, permission: Permission) -> CourseVersion:
    """Return a version of a course on which the person holds the permission."""
    rows = CourseVersion.objects.allowing(request.user, permission)
    return get_object_or_404(rows.select_related("course__provider"), pk=pk)


def page_of(row: Module | Lesson | Block) -> str:
    """Return the page on which a part is edited."""
    if isinstance(row, Block):
        return f"{reverse('courses:studio_lesson', args=[row.lesson_id])}#block-{row.pk}"
    name = type(row).__name__.lower()
    return f"{reverse('courses:studio_version', args=[row.version_id])}#{name}-{row.pk}"


def link_of(problem: Problem, version: CourseVersion) -> str:
    """Return where a line of the check list is put right."""
    name, _colon, pk = problem.anchor.partition(":")
    if name == "version" or not pk:
        return reverse("courses:studio_settings", args=[version.pk])
    return reverse(f"courses:studio_{name}", args=[pk])


@dataclass(frozen=True)
class Change:
    """A difference between two versions: what, where, and the words taken out and put in."""

    sign: str  # added, removed, changed
    where: str
    words: list[tuple[str, str]]


def changes(before: Outline | None, after: Outline) -> list[Change]:
    """Return the blocks and lessons that differ, in the order of the newer version."""
    old = _by_key(before) if before else {}
    new = _by_key(after)
    found = [
        Change(
            "added" if key not in old else "changed", where, _words(old.get(key, ("", ""))[1], text)
        )
        for key, (where, text) in new.items()
        if key not in old or old[key][1] != text
    ]
    gone = [
        Change("removed", where, _words(text, ""))
        for key, (where, text) in old.items()
        if key not in new
    ]
    return found + gone


def _by_key(made: Outline) -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {"": (made.title, _facts(made))}
    for module in made.modules:
        rows[str(module.key)] = (
            module.title,
            f"{module.title_vi} {module.title_en} {module.periods}",
        )
        for lesson in module.lessons:
            rows[str(lesson.key)] = (
                lesson.title,
                f"{lesson.title_vi} {lesson.title_en} {lesson.objective} {lesson.minutes}",
            )
            rows |= {str(block.key): (lesson.title, _text(block)) for block in lesson.blocks}
    return rows


def _facts(made: Outline) -> str:
    return f"{made.title_vi} {made.title_en} {made.summary_vi} {made.objectives_vi}"


def _text(block: BlockOutline) -> str:
    return block.owner.summary(block.frozen)


def _words(before: str, after: str) -> list[tuple[str, str]]:
    """Return runs of words with their sign: `same`, `out`, `in`."""
    old, new = before.split(), after.split()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [run for code in matcher.get_opcodes() for run in _runs(code, old, new)]


def _runs(
    code: tuple[str, int, int, int, int], old: list[str], new: list[str]
) -> Iterator[tuple[str, str]]:
    sign, a, b, c, d = code
    if sign == "equal":
        yield "same", " ".join(old[a:b])
        return
    if a < b:
        yield "out", " ".join(old[a:b])
    if c < d:
        yield "in", " ".join(new[c:d])
