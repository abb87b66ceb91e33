"""The keys of a published test: how learners answered, and the correction of a wrong one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions.corrections import propose_key
from assessment.errors import Refused
from assessment.forms.keys import CorrectionForm
from assessment.frozen import FrozenQuestion, FrozenQuiz, quiz_of
from assessment.models import Answer, KeyCorrection
from assessment.models.attempts import AttemptState
from courses.models import CourseVersion
from lms.html import plain

EXCERPT: Final = 160
CORRECTIONS_SHOWN: Final = 20
Answered = tuple[int, Any]  # how many, and the mean of their points


@dataclass(frozen=True)
class Line:
    """A question with its key and how it was answered."""

    number: int
    question: FrozenQuestion
    words: str
    key: list[str]
    answers: int
    share: int | None  # of the points, on average
    is_corrected: bool


@require_GET
def keys(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """List the questions of a published test with their keys."""
    version, quiz = _test(request, pk, key)
    corrections = KeyCorrection.objects.filter(version=version, quiz_key=key)
    held = quiz.corrected()
    corrected = set(corrections.values_list("question_key", flat=True))
    numbers = {row.key: number for number, row in enumerate(quiz.questions, start=1)}
    answered = _answered(version, key)
    lines = [_line(numbers[row.key], row, answered, corrected) for row in held.questions]
    newest = corrections.select_related("corrected_by").order_by("-pk")[:CORRECTIONS_SHOWN]
    context = {
        "version": version,
        "quiz": quiz,
        "lines": lines,
        "corrections": [(row, numbers.get(row.question_key)) for row in newest],
    }
    return render(request, "assessment/class/keys.html", context)


def correct_key(
    request: HttpRequest, pk: int, key: uuid.UUID, question_key: uuid.UUID
) -> HttpResponse:
    """Take another key for a question; what it would change is worked out and shown next."""
    version, quiz = _test(request, pk, key)
    question = quiz.corrected().by_key.get(question_key)
    if question is None:
        raise Http404
    form = CorrectionForm(request.POST or None, question=question)
    if request.method == "POST" and form.is_valid():
        try:
            change = propose_key(
                version=version,
                quiz_key=key,
                question_key=question_key,
                data=form.data(),
                reason=form.why.cleaned_data["reason"],
                by=signed_in(request),
            )
        except Refused as error:
            form.refuse(str(error))
        else:
            return redirect(change)
    context = {
        "version": version,
        "quiz": quiz,
        "question": question,
        "number": [row.key for row in quiz.questions].index(question_key) + 1,
        "held": question.owner.key(question.data),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/class/correct_key.html", context, status=status)


def _test(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[CourseVersion, FrozenQuiz]:
    allowed = CourseVersion.objects.published().allowing(request.user, Permission.CORRECT_KEYS)
    version = get_object_or_404(allowed.select_related("course"), pk=pk)
    quiz = quiz_of(version, key)
    if quiz is None:
        raise Http404
    return version, quiz


def _answered(version: CourseVersion, key: uuid.UUID) -> dict[uuid.UUID, Answered]:
    """Return, by question, how many answered and what that earned on average: one query."""
    answers = Answer.objects.filter(
        attempt__version=version, attempt__quiz_key=key, attempt__state=AttemptState.GRADED
    )
    counted = answers.order_by().values("question_key")
    rows = counted.annotate(n=Count("pk"), mean=Avg("points"))
    return {key: (n, mean) for key, n, mean in rows.values_list("question_key", "n", "mean")}


def _line(
    number: int,
    question: FrozenQuestion,
    answered: dict[uuid.UUID, Answered],
    corrected: set[uuid.UUID],
) -> Line:
    answers, mean = answered.get(question.key, (0, None))
    return Line(
        number=number,
        question=question,
        words=plain(question.html)[:EXCERPT],
        key=question.owner.key(question.data),
        answers=answers,
        share=None if mean is None else round(float(mean) * 100 / float(question.points)),
        is_corrected=question.key in corrected,
    )
