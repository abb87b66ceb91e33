"""Sitting a quiz: start page, questions, review, hand-in. Every page works without scripts."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.http import signed_in
from assessment.actions import attempts as actions
from assessment.errors import AttemptOver, NotInQuiz, Refused
from assessment.frozen import FrozenQuestion
from assessment.http import own_attempt, own_quiz, posted, quiz_sat
from assessment.models import Attempt, Extension, RoomSeat
from assessment.rooms import room_lock
from assessment.showing import shown_results
from assessment.sitting import sitting
from assessment.studying import reason_against

CONFLICT, GONE, REFUSED = 409, 410, 422
NUMBER_AT_MOST, WORD_AT_MOST = 10_000, 100


@require_GET
def start(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Say what awaits, and what was done before."""
    enrolment, quiz = own_quiz(request, pk, key)
    attempts = list(enrolment.attempts.filter(quiz_key=key).order_by("number"))
    minutes, more = Extension.objects.of(enrolment, key).allowance(quiz.minutes)
    allowed = quiz.attempts_allowed + more
    unfinished = next((attempt for attempt in attempts if attempt.is_open), None)
    shown = shown_results(enrolment, quiz, attempts_left=allowed - len(attempts))
    context = {
        "enrolment": enrolment,
        "quiz": quiz,
        "attempts": attempts,
        "unfinished": unfinished,
        "allowed": allowed,
        "left": max(allowed - len(attempts), 0),
        "minutes": quiz.minutes + minutes if quiz.minutes else None,
        "closed": reason_against(enrolment, key) or room_lock(enrolment, key, timezone.now()),
        "seat": RoomSeat.objects.for_test(enrolment, key),
        "shown": shown,
    }
    return render(request, "assessment/start.html", context)


@require_POST
def begin(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Begin an attempt, or go on with the open one."""
    enrolment, _quiz = own_quiz(request, pk, key)
    try:
        attempt = actions.start(
            enrolment=enrolment,
            quiz_key=key,
            by=signed_in(request),
            word=request.POST.get("word", "")[:WORD_AT_MOST],
        )
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessment:start", pk, key)
    return redirect("assessment:question", pk, key, attempt.number)


@never_cache
@require_GET
def question(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """Ask one question."""
    attempt = own_attempt(request, pk, key, number)
    if _is_over(attempt):
        return _to_result(attempt)
    held = sitting(attempt, quiz_sat(attempt))
    at = attempt.reached or _number(request.GET.get("cau"), held.count)
    answer = held.answer(at)
    context = {
        "sitting": held,
        "attempt": attempt,
        "quiz": held.quiz,
        "question": held.question(at),
        "answer": answer,
        "revision": (answer.revision if answer else 0) + 1,
        "number": at,
        "previous": 0 if attempt.reached else at - 1,
        "next": at + 1 if at < held.count else None,
        "now": timezone.now(),
    }
    return render(request, "assessment/question.html", context)


@require_POST
def save(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """Keep the answer to one question; the script asks for JSON, a plain form goes on."""
    attempt = own_attempt(request, pk, key, number)
    if "application/json" in request.headers.get("Accept", ""):
        return _save_for_script(request, attempt)
    fields = posted(request)
    try:
        saved = _save(request, attempt)
    except AttemptOver as error:
        messages.warning(request, str(error))
        return _to_result(attempt)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(_question_url(attempt, fields.one("cau")))
    if not saved.is_newest:
        messages.warning(request, _elsewhere())
        return redirect(_question_url(attempt, fields.one("cau")))
    if attempt.reached:
        actions.go_on(attempt=attempt, left=attempt.number_of(fields.one("question")))
    return redirect(_next_url(attempt, fields.one("den")))


@never_cache
@require_GET
def review(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """List what is blank or marked before the attempt is handed in."""
    attempt = own_attempt(request, pk, key, number)
    if _is_over(attempt):
        return _to_result(attempt)
    if not attempt.is_at_the_end:
        return redirect(_question_url(attempt, str(attempt.reached)))
    held = sitting(attempt, quiz_sat(attempt))
    context = {"sitting": held, "attempt": attempt, "quiz": held.quiz, "now": timezone.now()}
    return render(request, "assessment/review.html", context)


@require_POST
def hand_in(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> HttpResponse:
    """Hand the attempt in. A second time shows the same receipt."""
    attempt = own_attempt(request, pk, key, number)
    actions.submit(attempt=attempt, by=signed_in(request))
    return _to_result(attempt)


def _save_for_script(request: HttpRequest, attempt: Attempt) -> JsonResponse:
    try:
        return _told(_save(request, attempt))
    except AttemptOver as error:
        facts = {"message": str(error), "url": _result_url(attempt)}
        return JsonResponse(facts, status=GONE)
    except Refused as error:
        return JsonResponse({"message": str(error)}, status=REFUSED)


def _save(request: HttpRequest, attempt: Attempt) -> actions.Saved:
    fields = posted(request)
    asked = _question(attempt, fields.one("question"))
    revision = fields.one("revision")
    return actions.save_answer(
        attempt=attempt,
        question_key=asked.key,
        response=asked.owner.parse(asked.data, fields),
        revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,  # noqa: PLR2004
        flagged=fields.one("flagged") == "1",
        now=timezone.now(),
    )


def _question(attempt: Attempt, key: str) -> FrozenQuestion:
    try:
        return quiz_sat(attempt).by_key[uuid.UUID(key)]
    except (KeyError, ValueError):
        raise NotInQuiz from None


def _told(saved: actions.Saved) -> JsonResponse:
    """Tell the script what the server holds, with the server's time."""
    at = date_format(timezone.localtime(saved.answer.saved_at), "H:i")
    facts = {
        "revision": saved.answer.revision,
        "answered": bool(saved.answer.response),
        "flagged": saved.answer.is_flagged,
        "message": _("Saved %(time)s") % {"time": at} if saved.is_newest else _elsewhere(),
    }
    return JsonResponse(facts, status=200 if saved.is_newest else CONFLICT)


def _elsewhere() -> str:
    return _("This question was saved in another window or on another device. The newest is shown.")


def _is_over(attempt: Attempt) -> bool:
    """Return whether nothing more can be done; hand in what the tick has not come to yet."""
    late = attempt.check_at is not None and timezone.now() > attempt.check_at
    if attempt.is_open and late:
        actions.submit(attempt=attempt, by=None, by_deadline=True)
    return not attempt.is_open


def _number(text: str | None, count: int) -> int:
    number = int(text) if text and text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004
    return min(max(number, 1), count)


def _next_url(attempt: Attempt, to: str) -> str:
    if to == "xem-lai":
        args = [attempt.enrolment_id, attempt.quiz_key, attempt.number]
        return reverse("assessment:review", args=args)
    return _question_url(attempt, to)


def _question_url(attempt: Attempt, number: str) -> str:
    args = [attempt.enrolment_id, attempt.quiz_key, attempt.number]
    return f"{reverse('assessment:question', args=args)}?cau={_number(number, NUMBER_AT_MOST)}"


def _result_url(attempt: Attempt) -> str:
    args = [attempt.enrolment_id, attempt.quiz_key, attempt.number]
    return reverse("assessment:result", args=args)


def _to_result(attempt: Attempt) -> HttpResponse:
    return redirect(_result_url(attempt))
