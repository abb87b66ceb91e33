"""Hỏi giảng viên: a question under a lesson, and its replies."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import COHORT_STAFF_PERMISSIONS, Permission, roles_with
from audit.actions import record
from courses.outline import outline
from enrolments.actions.duties import refuse_own
from enrolments.errors import Refused
from enrolments.models import CohortStaff, Enrolment, LessonQuestion, LessonQuestionReply
from enrolments.standing import may_study, standing_of
from notifications.actions import notify_now

ASKED, ANSWERED = "lesson_question", "lesson_answer"


@transaction.atomic
def ask(*, enrolment: Enrolment, lesson_key: uuid.UUID, body: str, by: User) -> LessonQuestion:
    """Put a question to the trainers of the class; the same words are not asked twice."""
    lesson = outline(enrolment.version).lesson(lesson_key)
    if not may_study(enrolment) or not lesson or standing_of(enrolment).lock(lesson):
        raise Refused(_("Questions can be asked in the open lessons of a running class."))
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    question, is_new = LessonQuestion.objects.get_or_create(
        enrolment=enrolment, lesson_key=lesson_key, body=body, answered_at=None
    )
    if is_new:
        record(by=by, action="ask", target=question, unit_id=enrolment.sending_unit_id)
        _tell_staff(question, _words(question))
    return question


@transaction.atomic
def reply(*, question: LessonQuestion, body: str, by: User) -> LessonQuestionReply:
    """Answer a learner, who is told; the same words are not said twice."""
    refuse_own(question.enrolment.learner_id, by)
    LessonQuestion.objects.select_for_update().get(pk=question.pk)
    answer, is_new = LessonQuestionReply.objects.get_or_create(
        question=question, author=by, body=body
    )
    if is_new:
        waiting = LessonQuestion.objects.filter(pk=question.pk, answered_at=None)
        waiting.update(answered_at=timezone.now())
        record(by=by, action="reply", target=question, unit_id=question.enrolment.sending_unit_id)
        _tell_learner(question, _words(question))
    return answer


def _words(question: LessonQuestion) -> dict[str, str]:
    lesson = outline(question.enrolment.version).lesson(question.lesson_key)
    return {
        "lesson_vi": lesson.title_vi if lesson else "",
        "lesson_en": lesson.title_en if lesson else "",
        "cohort": question.enrolment.cohort.name,
        "learner": question.enrolment.learner.full_name,
        "body": question.body[:300],
    }


def _tell_staff(question: LessonQuestion, words: Mapping[str, Any]) -> None:
    roles = roles_with(Permission.ANSWER_LEARNERS, COHORT_STAFF_PERMISSIONS)
    named = CohortStaff.objects.in_force().filter(
        cohort=question.enrolment.cohort_id, role__in=roles
    )
    people = User.objects.filter(pk__in=named.values("user"))
    for person in people.exclude(pk=question.enrolment.learner_id):
        notify_now(
            person=person,
            kind=ASKED,
            subject=f"question:{question.pk}",
            context=words,
            url=reverse("enrolments:question", args=[question.pk]),
            unit_id=question.enrolment.sending_unit_id,
        )


def _tell_learner(question: LessonQuestion, words: Mapping[str, Any]) -> None:
    place = [question.enrolment_id, question.lesson_key]
    notify_now(
        person=question.enrolment.learner,
        kind=ANSWERED,
        subject=f"question:{question.pk}",
        context=words,
        url=reverse("enrolments:lesson", args=place) + "#hoi-giang-vien",
        unit_id=question.enrolment.sending_unit_id,
    )
