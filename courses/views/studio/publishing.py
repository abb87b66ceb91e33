"""From draft to published: preview, check list, versions, differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from courses import actions
from courses.errors import CourseError, StaleEditError
from courses.forms import PublishForm
from courses.models import Course, CourseVersion, Moves
from courses.outline import LessonOutline, Outline, outline
from courses.publish_checks import blockers, check, impact_lines
from courses.studio import changes, link_of, version_of
from courses.views.studio.drawing import drawn_blocks

STATES: Final[dict[str, Callable[..., Any]]] = {
    "submit": actions.submit_for_review,
    "take_back": actions.take_back,
    "discard": actions.discard_draft,
}


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version as a learner meets it. Writes nothing."""
    found = version_of(request, pk, Permission.SEE_DRAFTS)
    made = outline(found)
    lesson = _lesson(request, made)
    before, after = made.beside(lesson) if lesson else (None, None)
    context = {
        "version": found,
        "course": found.course,
        "outline": made,
        "lesson": lesson,
        "module": made.module_of(lesson) if lesson else None,
        "blocks": drawn_blocks(request, made, lesson) if lesson else [],
        "before": before,
        "after": after,
    }
    return render(request, "courses/studio/preview.html", context)


def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the check list and what publishing means for whom; publish."""
    draft = version_of(request, pk, Permission.PUBLISH_COURSES)
    by = signed_in(request)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        moves = Moves(form.cleaned_data["moves"])
        note = form.cleaned_data["change_note"]
        try:
            actions.publish(version=draft, by=by, change_note=note, moves=moves)
        except CourseError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The version is published."))
            return redirect("courses:studio_versions", draft.course.code)
    problems = check(draft) if draft.is_open else []
    context = {
        "form": form,
        "version": draft,
        "course": draft.course,
        "problems": [(problem, link_of(problem, draft)) for problem in problems],
        "blockers": len(blockers(problems)),
        "impact": [line for lines in impact_lines for line in lines(draft, by)],
    }
    return render(request, "courses/studio/publish.html", context)


@require_POST
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit a draft for review, take it back, or give it up."""
    draft = version_of(request, pk, Permission.EDIT_COURSES)
    act = request.POST.get("act", "")
    if act not in STATES:
        raise Http404
    try:
        STATES[act](version=draft, by=signed_in(request))
    except CourseError as refused:
        messages.error(request, str(refused))
    return redirect("courses:studio_course", draft.course.code)


def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Show the life of a course, newest first."""
    mine = Course.objects.allowing(request.user, Permission.SEE_DRAFTS)
    course = get_object_or_404(mine.select_related("provider", "subject"), code=code)
    rows = course.versions.select_related("published_by", "created_by", "based_on")
    edits = Course.objects.allowing(request.user, Permission.EDIT_COURSES).filter(pk=course.pk)
    context = {
        "course": course,
        "rows": rows.order_by("-number"),
        "may_edit": edits.exists(),
    }
    return render(request, "courses/studio/versions.html", context)


def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a version changed of the one it was made from."""
    found = version_of(request, pk, Permission.SEE_DRAFTS)
    base = found.based_on
    lines = changes(outline(base) if base else None, outline(found))
    context = {"version": found, "course": found.course, "base": base, "changes": lines}
    return render(request, "courses/studio/compare.html", context)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an old version the draft."""
    found = version_of(request, pk, Permission.EDIT_COURSES)
    try:
        draft: CourseVersion = actions.restore(version=found, by=signed_in(request))
    except StaleEditError:
        messages.error(request, _("A draft is open. Publish it or give it up first."))
        return redirect("courses:studio_versions", found.course.code)
    return redirect("courses:studio_version", draft.pk)


def _lesson(request: HttpRequest, made: Outline) -> LessonOutline | None:
    """Return the lesson asked for; the first by default."""
    wanted = request.GET.get("bai", "")
    lessons = made.lessons
    named = [lesson for lesson in lessons if str(lesson.key) == wanted]
    if wanted and not named:
        raise Http404
    return next(iter(named or lessons), None)
