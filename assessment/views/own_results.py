"""The receipt of an attempt and, when it may be seen, its result."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.http import next_page, signed_in
from assessment.block_kinds import self_check
from assessment.frozen import FrozenQuestion, FrozenQuiz
from assessment.http import own_attempt, own_enrolment, posted, quiz_sat
from assessment.models import Attempt, Extension
from assessment.showing import Shown, shown_results
from assessment.sitting import lines, sitting
from assessment.studying import reason_against
from courses.blocks import BlockContext
from courses.outline import outline
from enrolments.actions.progress import complete_block, save_place_in_block

EMBEDDED = "question"


@never_cache
@require_GET
def result(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """Show the receipt; below it the result, the wait for it, or when it will be told."""
    attempt = own_attempt(request, pk, key, number)
    if attempt.is_open:
        return redirect("assessment:question", pk, key, number)
    return render(request, "assessment/result.html", _facts(attempt))


@never_cache
@require_GET
def result_state(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """Answer the page that waits: still being marked, or what may be seen."""
    attempt = own_attempt(request, pk, key, number)
    return render(request, "assessment/_result.html", _facts(attempt))


@require_POST
def check(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Take the answer to a question in a lesson, and explain it at once."""
    enrolment = own_enrolment(request, pk)
    blocks = outline(enrolment.version).blocks()
    block = next((row for row in blocks if row.key == key and row.kind == EMBEDDED), None)
    if block is None:
        raise Http404
    question = FrozenQuestion.read(block.frozen | {"points": "1"})
    response = question.owner.parse(question.data, posted(request))
    state: dict[str, Any] = {"response": response}
    if response and not reason_against(enrolment, key):
        complete_block(enrolment=enrolment, block_key=key, state=state)
        save_place_in_block(enrolment=enrolment, block_key=key, state=state)
    if not request.headers.get("HX-Request"):
        return redirect(next_page(request))
    context = BlockContext(
        user=signed_in(request),
        block_id=block.id,
        key=str(key),
        enrolment=enrolment,
        state=state,
        request=request,
    )
    facts = self_check(block.frozen, context) | {"back": posted(request).one("next")}
    return render(request, "assessment/blocks/question.html", facts)


def _facts(attempt: Attempt) -> dict[str, Any]:
    quiz = quiz_sat(attempt)
    shown = _shown(attempt, quiz)
    facts = {"attempt": attempt, "quiz": quiz, "shown": shown, "enrolment": attempt.enrolment}
    if not attempt.is_graded or not shown.marks:
        return facts
    corrected = quiz.corrected() if shown.keys else quiz
    return facts | {"lines": lines(sitting(attempt, corrected), with_keys=shown.keys)}


def _shown(attempt: Attempt, quiz: FrozenQuiz) -> Shown:
    enrolment = attempt.enrolment
    _minutes, more = Extension.objects.of(enrolment, quiz.key).allowance(quiz.minutes)
    used = enrolment.attempts.filter(quiz_key=quiz.key).count()
    return shown_results(enrolment, quiz, attempts_left=quiz.attempts_allowed + more - used)
