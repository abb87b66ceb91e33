"""What a learner's request names, and what it carries."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.http import signed_in
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.kinds.base import Posted
from assessment.models import Attempt
from enrolments.models import Enrolment


def own_enrolment(request: HttpRequest, pk: int) -> Enrolment:
    """Return a place of the signed-in learner; any other is not there."""
    user = signed_in(request)
    own = Enrolment.objects.visible_to(user).filter(learner_id=user.pk)
    return get_object_or_404(own.select_related("version", "cohort"), pk=pk)


def own_quiz(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Enrolment, FrozenQuiz]:
    """Return a quiz of the version that the learner studies."""
    enrolment = own_enrolment(request, pk)
    quiz = quiz_of(enrolment.version, key)
    if quiz is None:
        raise Http404
    return enrolment, quiz


def own_attempt(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> Attempt:
    """Return an attempt of the signed-in learner."""
    attempts = Attempt.objects.visible_to(request.user)
    related = attempts.select_related("version", "enrolment__cohort", "enrolment__version")
    return get_object_or_404(related, enrolment=pk, quiz_key=key, number=number)


def quiz_sat(attempt: Attempt) -> FrozenQuiz:
    """Return the quiz of an attempt, as it was when the attempt began."""
    quiz = quiz_of(attempt.version, attempt.quiz_key)
    if quiz is None:
        raise Http404
    return quiz


def posted(request: HttpRequest) -> Posted:
    """Return the fields of the form."""
    return Posted({name: request.POST.getlist(name) for name in request.POST})
