"""The outline of a draft: modules and lessons, their order, names and periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from courses import actions
from courses.errors import CourseError, StaleEditError
from courses.forms import (
    LessonForm,
    ModuleForm,
    PositionForm,
    RenameForm,
    SettingsForm,
    TitleForm,
)
from courses.models import Lesson, Module
from courses.publish_checks import blockers, check
from courses.studio import page_of, part, version_of

MOVES: Final[dict[str, Callable[..., None]]] = {
    "chuyen-de": actions.move_module,
    "bai": actions.move_lesson,
    "khoi": actions.move_block,
}
DELETES: Final[dict[str, Callable[..., None]]] = {
    "chuyen-de": actions.delete_module,
    "bai": actions.delete_lesson,
    "khoi": actions.delete_block,
}
EDITS: Final[dict[str, Callable[..., Any]]] = {
    "chuyen-de": actions.edit_module,
    "bai": actions.edit_lesson,
}
ARGUMENT: Final = {"chuyen-de": "module", "bai": "lesson", "khoi": "block"}
PARENT: Final = {"bai": "module", "khoi": "lesson"}


def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the outline of a draft for editing."""
    draft = version_of(request, pk, Permission.EDIT_COURSES)
    modules = list(draft.modules.order_by("position", "pk").prefetch_related("lessons__blocks"))
    context = {
        "version": draft,
        "course": draft.course,
        "modules": modules,
        "blockers": len(blockers(check(draft))) if draft.is_open else 0,
    }
    return render(request, "courses/studio/version.html", context)


def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit title, plan and rules of a draft."""
    draft = version_of(request, pk, Permission.EDIT_COURSES)
    form = SettingsForm(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        held = version_of(request, pk, Permission.EDIT_COURSES)
        if _saved(request, form, actions.edit_settings, version=held):
            return redirect("courses:studio_version", pk)
    context = {"form": form, "version": draft, "course": draft.course}
    return render(request, "courses/studio/settings.html", context)


@require_POST
def add_module(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a module at the end."""
    draft = version_of(request, pk, Permission.EDIT_COURSES)
    form = TitleForm(request.POST)
    if form.is_valid():
        _try(request, actions.add_module, version=draft, **form.cleaned_data)
    return redirect("courses:studio_version", pk)


def module(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the title and the periods of a module."""
    row: Module = part(request, "chuyen-de", pk)
    form = ModuleForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        held = part(request, "chuyen-de", pk)
        if _saved(request, form, actions.edit_module, module=held):
            return redirect(page_of(held))
    context = {"form": form, "module": row, "version": row.version, "course": row.version.course}
    return render(request, "courses/studio/module.html", context)


@require_POST
def add_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a lesson at the end of a module."""
    row: Module = part(request, "chuyen-de", pk)
    form = TitleForm(request.POST)
    if form.is_valid():
        _try(request, actions.add_lesson, module=row, **form.cleaned_data)
    return redirect(page_of(row))


def lesson_settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit what a lesson is for and when it is done."""
    row: Lesson = part(request, "bai", pk)
    form = LessonForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        held = part(request, "bai", pk)
        if _saved(request, form, actions.edit_lesson, lesson=held):
            return redirect("courses:studio_lesson", pk)
    context = {"form": form, "lesson": row, "version": row.version, "course": row.version.course}
    return render(request, "courses/studio/lesson_settings.html", context)


@require_POST
def rename(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Give a module or lesson another title, on the outline itself."""
    row = part(request, what, pk)
    form = RenameForm(request.POST)
    if what in EDITS and form.is_valid():
        changes = {"title_vi": form.cleaned_data["title_vi"]}
        revision = form.cleaned_data["revision"]
        _try(request, EDITS[what], **{ARGUMENT[what]: row}, changes=changes, revision=revision)
    return redirect(page_of(row))


@require_POST
def move(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Put a part in another place: by button, or dropped there."""
    row = part(request, what, pk)
    form = PositionForm(request.POST)
    if form.is_valid():
        place: dict[str, Any] = {"position": form.cleaned_data["position"]}
        parent = form.cleaned_data["parent"]
        if parent and what in PARENT:
            name = PARENT[what]
            rows = getattr(row.version, f"{name}s")
            place[name] = get_object_or_404(rows, pk=parent)
        _try(request, MOVES[what], **{ARGUMENT[what]: row}, **place)
    return redirect(page_of(row))


@require_POST
def delete(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Remove a part from a draft."""
    row = part(request, what, pk)
    _try(request, DELETES[what], **{ARGUMENT[what]: row})
    return redirect(page_of(row).partition("#")[0])


def _saved(request: HttpRequest, form: Any, act: Callable[..., Any], **target: Any) -> bool:
    """Run an edit; a refusal is written on the form, which keeps what was typed."""
    revision = form.cleaned_data["revision"]
    try:
        act(**target, changes=form.changes(), revision=revision, by=signed_in(request))
    except CourseError as refused:
        form.add_error(None, str(refused))
        if isinstance(refused, StaleEditError):
            _reopen(form, next(iter(target.values())))
        return False
    return True


def _reopen(form: Any, row: Any) -> None:
    """Let the person who has now read the warning save over it."""
    row.refresh_from_db()
    form.data = form.data.copy()
    form.data["revision"] = row.revision


def _try(request: HttpRequest, act: Callable[..., Any], **values: Any) -> None:
    try:
        act(**values, by=signed_in(request))
    except CourseError as refused:
        messages.error(request, str(refused))
