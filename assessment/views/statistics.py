"""The statistics of a test in a class."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.frozen import FrozenQuestion
from assessment.models import Attempt
from assessment.models.attempts import AttemptState
from assessment.statistics import ATTEMPTS_AT_LEAST, statistics_of
from assessment.views.class_results import class_quiz
from courses.models import CourseVersion
from lms.export import xlsx_response
from lms.html import plain

EXCERPT = 120


@require_safe
def statistics(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show how hard the questions were and what they told apart."""
    cohort, quiz = class_quiz(request, pk, key)
    user = signed_in(request)
    found = statistics_of(cohort, quiz, user)
    attempts = Attempt.objects.filter(enrolment__cohort=cohort, quiz_key=key)
    versions = CourseVersion.objects.published().allowing(user, Permission.CORRECT_KEYS)
    context = {
        "cohort": cohort,
        "quiz": quiz,
        "found": found,
        "items": [(item, excerpt(item.question)) for item in found.items] if found else [],
        "waiting": attempts.exclude(state=AttemptState.GRADED).count(),
        "least": ATTEMPTS_AT_LEAST,
        "may_correct": versions.filter(pk=cohort.version_id).exists(),
    }
    return render(request, "assessment/class/statistics.html", context)


@require_safe
def export_statistics(request: HttpRequest, pk: int, key: uuid.UUID) -> FileResponse:
    """Return the figures of the questions as a workbook."""
    cohort, quiz = class_quiz(request, pk, key)
    found = statistics_of(cohort, quiz, signed_in(request))
    if found is None:
        raise Http404
    header = [_("No."), _("Question"), _("Facility"), _("Discrimination")]
    rows = (
        (item.number, excerpt(item.question), item.facility, _rounded(item.discrimination))
        for item in found.items
    )
    return xlsx_response(f"thong-ke-{slugify(cohort.code) or cohort.pk}", header, rows)


def excerpt(question: FrozenQuestion) -> str:
    """Return the beginning of a question, without its markup."""
    return plain(question.html)[:EXCERPT]


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 3)
