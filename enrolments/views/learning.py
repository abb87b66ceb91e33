"""The lesson player. Reading a page writes nothing: what counts comes by POST."""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import signed_in
from courses.blocks import BlockContext
from courses.cases import CASE
from courses.outline import BlockOutline, LessonOutline, block_html
from enrolments.actions import questions, study
from enrolments.conditions import conditions_of
from enrolments.errors import Refused
from enrolments.forms.learning import ChoiceForm, QuestionForm, WatchedForm
from enrolments.models import BlockProgress, Enrolment, LessonQuestion
from enrolments.models.places import EnrolmentState
from enrolments.player import LessonPage, Piece
from enrolments.slots import actions_of_learner
from enrolments.standing import Standing, standing_of

COMPLETED = EnrolmentState.COMPLETED


def own_places(request: HttpRequest) -> QuerySet[Enrolment]:
    """Return one's own places; nobody else's are opened here, by whatever right."""
    mine = Enrolment.objects.filter(learner=signed_in(request))
    known = mine.exclude(state=EnrolmentState.ENTERED_BY_MISTAKE)
    return known.select_related("cohort", "version__course")


def _place(request: HttpRequest, pk: int) -> Enrolment:
    return get_object_or_404(own_places(request), pk=pk)


def _lesson(standing: Standing, key: uuid.UUID) -> LessonOutline:
    lesson = standing.outline.lesson(key)
    if lesson is None:
        raise Http404
    return lesson


@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the lesson to study next; by POST the place is begun there."""
    standing = standing_of(_place(request, pk))
    lesson = standing.resume
    if lesson is None or standing.lock(lesson):
        return redirect("enrolments:overview", pk)
    if request.method == "POST":
        study.visit(enrolment=standing.enrolment, lesson_key=lesson.key)
    return redirect("enrolments:lesson", pk, lesson.key)


@require_GET
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the outline with its states, the sessions, and what completion still asks."""
    enrolment = _place(request, pk)
    standing = standing_of(enrolment)
    sessions = enrolment.cohort.sessions.order_by("starts_at", "pk").select_related("trainer")
    attendance = dict(enrolment.attendance.values_list("session", "status"))
    context = {
        "standing": standing,
        "enrolment": enrolment,
        "modules": standing.modules(),
        "sessions": [(session, attendance.get(session.pk, "")) for session in sessions],
        "conditions": conditions_of(standing, sessions=list(sessions), attendance=attendance),
        "actions": actions_of_learner(enrolment),
    }
    return render(request, "enrolments/overview.html", context)


@require_GET
def lesson(request: HttpRequest, pk: int, lesson_key: uuid.UUID) -> HttpResponse:
    """Show a lesson; a locked one says why."""
    standing = standing_of(_place(request, pk))
    found = _lesson(standing, lesson_key)
    return _draw(request, standing, found, QuestionForm())


def _draw(
    request: HttpRequest, standing: Standing, found: LessonOutline, form: QuestionForm
) -> HttpResponse:
    page = LessonPage(standing, found)
    context: dict[str, Any] = {"page": page, "standing": standing, "enrolment": standing.enrolment}
    if page.locked:
        return render(request, "enrolments/lesson_locked.html", context)
    context |= {
        "pieces": _pieces(request, page),
        "form": form,
        "questions": _own_questions(standing.enrolment, found.key),
    }
    return render(request, "enrolments/lesson.html", context)


def _pieces(request: HttpRequest, page: LessonPage) -> list[Piece]:
    """Draw the blocks for this reader; what is the same for everybody comes from memory."""
    enrolment, made = page.standing.enrolment, page.standing.outline
    keys = [block.key for block in page.lesson.blocks]
    rows = BlockProgress.objects.filter(enrolment=enrolment, block_key__in=keys)
    known = {row.block_key: row for row in rows}
    pieces = []
    for block in page.lesson.blocks:
        row = known.get(block.key)
        context = BlockContext(
            user=signed_in(request),
            block_id=block.id,
            key=str(block.key),
            language=get_language() or "vi",
            enrolment=enrolment,
            state=row.state if row else {},
            request=request,
            answer_url=_answer_url(page, block) if page.counts else "",
        )
        is_done = bool(row and row.completed_at)
        pieces.append(Piece(block, block_html(made, block, context), is_done))
    return pieces


def _own_questions(enrolment: Enrolment, key: uuid.UUID) -> QuerySet[LessonQuestion]:
    asked = LessonQuestion.objects.filter(enrolment=enrolment, lesson_key=key)
    return asked.order_by("asked_at", "pk").prefetch_related("replies__author")


@require_POST
def open_lesson(request: HttpRequest, pk: int, lesson_key: uuid.UUID) -> HttpResponse:
    """Note that a lesson was opened: the page says so by itself."""
    study.visit(enrolment=_place(request, pk), lesson_key=lesson_key)
    return HttpResponse(status=204)


@require_POST
def finish(request: HttpRequest, pk: int, lesson_key: uuid.UUID) -> HttpResponse:
    """Complete a lesson and go on; where something is left to do, say what."""
    enrolment = _place(request, pk)
    found = _lesson(standing_of(enrolment), lesson_key)
    if not study.finish_lesson(enrolment=enrolment, lesson_key=lesson_key):
        messages.warning(request, _("The lesson is not complete yet: see what is left below."))
        return redirect("enrolments:lesson", pk, lesson_key)
    messages.success(request, _("Lesson completed: %(title)s") % {"title": found.title})
    enrolment.refresh_from_db()
    after = standing_of(enrolment)
    _before, following = after.outline.beside(found)
    if following is None or (enrolment.state == COMPLETED and after.minutes_left == 0):
        return redirect("enrolments:overview", pk)
    return redirect("enrolments:lesson", pk, following.key)


@require_POST
def watched(request: HttpRequest, pk: int, lesson_key: uuid.UUID) -> HttpResponse:
    """Take a player's report; the answer tells what counts by now."""
    enrolment = _place(request, pk)
    form = WatchedForm(request.POST)
    if not form.is_valid():
        return JsonResponse({}, status=400)
    is_done = study.watch(
        enrolment=enrolment,
        lesson_key=lesson_key,
        block_key=form.cleaned_data["block"],
        told=form.told(now_ms=int(time.time() * 1000)),
    )
    return JsonResponse({"done": is_done})


@require_POST
def transcript_read(
    request: HttpRequest, pk: int, lesson_key: uuid.UUID, block_key: uuid.UUID
) -> HttpResponse:
    """Count a recording whose transcript was read instead."""
    study.read_transcript(enrolment=_place(request, pk), lesson_key=lesson_key, block_key=block_key)
    return redirect(f"{_lesson_url(pk, lesson_key)}#khoi-{block_key}")


@require_POST
def choose(
    request: HttpRequest, pk: int, lesson_key: uuid.UUID, block_key: uuid.UUID
) -> HttpResponse:
    """Take a step in a case, or begin it anew; the page shows what came of it."""
    enrolment = _place(request, pk)
    block = _lesson(standing_of(enrolment), lesson_key).block(block_key)
    if block is None or block.kind != CASE:
        raise Http404
    names: dict[str, Any] = {
        "enrolment": enrolment,
        "lesson_key": lesson_key,
        "block_key": block_key,
    }
    form = ChoiceForm(request.POST)
    if "again" in request.POST:
        is_kept = study.begin_anew(**names)
    elif form.is_valid():
        is_kept = study.choose(**names, **form.cleaned_data)
    else:
        messages.warning(request, _("Choose one of the options first."))
        is_kept = True
    if not is_kept:
        messages.warning(request, _("The choice was not kept. The page shows where things stand."))
    return redirect(f"{_lesson_url(pk, lesson_key)}#khoi-{block_key}")


@require_POST
def ask(request: HttpRequest, pk: int, lesson_key: uuid.UUID) -> HttpResponse:
    """Put a question to the trainers; with a mistake in it the page comes back with the text."""
    standing = standing_of(_place(request, pk))
    found = _lesson(standing, lesson_key)
    form = QuestionForm(request.POST)
    if form.is_valid() and _asked(request, standing.enrolment, lesson_key, form):
        messages.success(request, _("The question was sent to the trainers of the class."))
        return redirect(f"{_lesson_url(pk, lesson_key)}#hoi-giang-vien")
    return _draw(request, standing, found, form)


def _asked(request: HttpRequest, enrolment: Enrolment, key: uuid.UUID, form: QuestionForm) -> bool:
    body = form.cleaned_data["body"]
    try:
        questions.ask(enrolment=enrolment, lesson_key=key, body=body, by=signed_in(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _answer_url(page: LessonPage, block: BlockOutline) -> str:
    place = page.standing.enrolment.pk
    return reverse("enrolments:choose", args=[place, page.lesson.key, block.key])


def _lesson_url(pk: int, key: uuid.UUID) -> str:
    return reverse("enrolments:lesson", args=[pk, key])
