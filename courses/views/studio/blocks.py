"""The lesson editor: its blocks, their forms, saving while one writes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from courses import actions
from courses.block_forms import BlockForm
from courses.blocks import block_kinds, kind_of
from courses.errors import CourseError, StaleEditError
from courses.models import Block, Lesson
from courses.outline import outline
from courses.publish_checks import check_block
from courses.studio import part
from courses.views.studio.drawing import drawn_blocks
from lms.html import from_markdown


def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the blocks of a lesson as learners will see them, each with its buttons."""
    row: Lesson = part(request, "bai", pk)
    made = outline(row.version)
    shown = made.lesson(row.key)
    blocks = {block.pk: block for block in row.blocks.select_related("lesson", "file")}
    drawn = drawn_blocks(request, made, shown) if shown else []
    context = {
        "lesson": row,
        "version": row.version,
        "course": row.version.course,
        "blocks": [(blocks[one.block.id], one, check_block(blocks[one.block.id])) for one in drawn],
        "kinds": list(block_kinds),
    }
    return render(request, "courses/studio/lesson.html", context)


@require_POST
def add_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an empty block of a kind and open its form."""
    row: Lesson = part(request, "bai", pk)
    kind = request.POST.get("kind", "")
    if kind not in block_kinds or not row.version.is_open:
        raise Http404
    made = actions.add_block(lesson=row, kind=kind, by=signed_in(request))
    return redirect("courses:studio_block", made.pk)


def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit one block."""
    row: Block = part(request, "khoi", pk)
    form = _form(request, row)
    revision = row.revision
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, row, form)
        except ValidationError as refused:
            form.add_error(None, refused)
        except CourseError as refused:
            form.add_error(None, str(refused))
            revision = _now(row) if isinstance(refused, StaleEditError) else revision
        else:
            return redirect("courses:studio_lesson", row.lesson_id)
    context = {
        "form": form,
        "row": row,  # not "block": templates keep that name for themselves
        "kind": kind_of(row),
        "revision": revision,
        "lesson": row.lesson,
        "version": row.version,
        "course": row.version.course,
    }
    return render(request, "courses/studio/block.html", context)


@require_POST
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what stands in the form while one writes; answer with the time and the revision."""
    row: Block = part(request, "khoi", pk)
    form = _form(request, row, files=False)
    if not form.is_valid():
        return _said(_("Not saved yet: something is missing."), row.revision)
    try:
        _save(request, row, form)
    except CourseError as refused:
        # The old revision stays: only the page, which shows both texts, may save over it.
        return _said(str(refused), request.POST.get("revision", ""))
    clock = date_format(timezone.localtime(), "H:i")
    return _said(_("Saved %(time)s") % {"time": clock}, _now(row))


@require_POST
def preview_markdown(request: HttpRequest) -> HttpResponse:
    """Return written Markdown as learners will read it."""
    name = next((name for name in _WRITTEN if name in request.POST), "")
    return HttpResponse(from_markdown(request.POST.get(name, "")))


_WRITTEN = ("markdown", "transcript")


def _form(request: HttpRequest, row: Block, *, files: bool = True) -> BlockForm:
    made = kind_of(row).form_class
    by = signed_in(request)
    if request.method != "POST":
        return made(block=row, by=by)
    return made(request.POST, request.FILES if files else None, block=row, by=by)


def _save(request: HttpRequest, row: Block, form: BlockForm) -> None:
    revision = request.POST.get("revision", "")
    if not revision.isdecimal():
        raise StaleEditError
    actions.edit_block(
        block=row, content=form.content(), revision=int(revision), by=signed_in(request)
    )


def _now(row: Block) -> int:
    row.refresh_from_db()
    return row.revision


def _said(words: str, revision: Any) -> HttpResponse:
    return HttpResponse(
        format_html(
            '{}<input type="hidden" name="revision" id="revision" value="{}" hx-swap-oob="true">',
            words,
            revision,
        )
    )
