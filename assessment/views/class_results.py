"""The results of a class: who sat, release with a preview, exceptions for one person."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import need, signed_in
from accounts.permissions import Permission
from assessment.actions import grades
from assessment.actions.extensions import extend as extend_one
from assessment.errors import Refused
from assessment.forms.results import ExtensionForm
from assessment.frozen import FrozenQuiz, quiz_of, quizzes_of
from assessment.gradebook import Item, scheme_of
from assessment.models import Attempt, Extension, GradeCell, Release
from courses.models import CourseVersion
from enrolments.models import Cohort, Enrolment
from lms.pages import keyset_page


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """List the classes whose results one releases, with their tests."""
    need(request, Permission.RELEASE_RESULTS)
    allowed = Cohort.objects.allowing(request.user, Permission.RELEASE_RESULTS)
    page = keyset_page(
        allowed.select_related("version"), request, order=("-starts_on", "-pk"), size=20
    )
    released = set(
        Release.objects.filter(cohort__in=[row.pk for row in page.rows]).values_list(
            "cohort_id", "component_key"
        )
    )
    rows = [
        (cohort, [(quiz, (cohort.pk, quiz.key) in released) for quiz in _quizzes(cohort)])
        for cohort in page.rows
    ]
    return render(request, "assessment/class/results.html", {"page": page, "rows": rows})


@require_GET
def class_results(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show how the learners of a class stand in one test."""
    cohort, quiz = class_quiz(request, pk, key)
    # One's own row stays out: what it holds is told by the release, like everybody's.
    places = (
        cohort.enrolments.in_force()
        .exclude(learner_id=signed_in(request).pk)
        .select_related("learner")
        .prefetch_related(
            Prefetch("attempts", Attempt.objects.filter(quiz_key=key).order_by("number"), "sat"),
            Prefetch(
                "grade_cells",
                GradeCell.objects.filter(component_key=key).select_related("entry"),
                "cells",
            ),
            Prefetch(
                "extensions", Extension.objects.in_force().filter(component_key=key), "granted"
            ),
        )
    )
    context = {
        "cohort": cohort,
        "quiz": quiz,
        "page": keyset_page(places, request, order=("learner_sort_key", "pk")),
        "figures": _figures(cohort, key),
        "release": Release.objects.filter(cohort=cohort, component_key=key)
        .select_related("released_by")
        .first(),
        "may_extend": Cohort.objects.allowing(request.user, Permission.GRANT_EXTENSIONS)
        .filter(pk=cohort.pk)
        .exists(),
        "may_correct": CourseVersion.objects.published()
        .allowing(request.user, Permission.CORRECT_KEYS)
        .filter(pk=cohort.version_id)
        .exists(),
    }
    return render(request, "assessment/class/quiz.html", context)


def release(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show who will see what, then release."""
    cohort, quiz = _released_component(request, pk, key)
    if request.method == "POST":
        try:
            grades.release(cohort=cohort, component_key=key, by=signed_in(request))
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The results are released; learners get a notice."))
        if isinstance(quiz, Item):
            return redirect("assessment:gradebook", pk)
        return redirect("assessment:class_results", pk, key)
    cells = GradeCell.objects.filter(
        enrolment__cohort=cohort, component_key=key, released_at=None
    ).exclude(enrolment__learner_id=signed_in(request).pk)
    order = ("enrolment__learner_sort_key", "pk")
    context = {
        "cohort": cohort,
        "quiz": quiz,
        "figures": _figures(cohort, key),
        "page": keyset_page(
            cells.select_related("entry", "enrolment__learner"), request, order=order
        ),
    }
    return render(request, "assessment/class/release.html", context)


def extend(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Give one learner more time or another attempt."""
    cohorts = Cohort.objects.allowing(request.user, Permission.GRANT_EXTENSIONS)
    places = Enrolment.objects.in_force().filter(cohort__in=cohorts.values("pk"))
    enrolment = get_object_or_404(places.select_related("cohort", "learner", "version"), pk=pk)
    quiz = quiz_of(enrolment.version, key)
    if quiz is None:
        raise Http404
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            extend_one(
                enrolment=enrolment,
                component_key=key,
                by=signed_in(request),
                **form.cleaned_data,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The extension is granted."))
            return redirect("assessment:class_results", enrolment.cohort_id, key)
    context: dict[str, Any] = {
        "form": form,
        "enrolment": enrolment,
        "quiz": quiz,
        "granted": Extension.objects.of(enrolment, key).select_related("granted_by"),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/class/extend.html", context, status=status)


def _released_component(
    request: HttpRequest, pk: int, key: uuid.UUID
) -> tuple[Cohort, FrozenQuiz | Item]:
    """Return a class and its test, or its component marked on paper; else there is none."""
    allowed = Cohort.objects.allowing(request.user, Permission.RELEASE_RESULTS)
    cohort = get_object_or_404(allowed.select_related("version"), pk=pk)
    component = quiz_of(cohort.version, key) or scheme_of(cohort).item(key)
    if component is None or (isinstance(component, Item) and not component.is_on_paper):
        raise Http404
    return cohort, component


def class_quiz(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Cohort, FrozenQuiz]:
    """Return a class and its test for who releases the results; else there is none."""
    allowed = Cohort.objects.allowing(request.user, Permission.RELEASE_RESULTS)
    cohort = get_object_or_404(allowed.select_related("version"), pk=pk)
    quiz = quiz_of(cohort.version, key)
    if quiz is None:
        raise Http404
    return cohort, quiz


def _quizzes(cohort: Cohort) -> list[FrozenQuiz]:
    return list(quizzes_of(cohort.version).values())


def _figures(cohort: Cohort, key: uuid.UUID) -> dict[str, Any]:
    """Return the numbers a release is decided by, in two queries."""
    cells = GradeCell.objects.filter(
        enrolment__cohort=cohort, enrolment__in=cohort.enrolments.in_force(), component_key=key
    )
    figures = cells.aggregate(
        marked=Count("pk"),
        passed=Count("pk", filter=Q(entry__is_passed=True)),
        seen=Count("pk", filter=Q(released_at__isnull=False)),
        average=Avg("entry__percent"),
    )
    attempts = Attempt.objects.filter(enrolment__cohort=cohort, quiz_key=key)
    figures |= attempts.aggregate(
        writing=Count("pk", filter=Q(state="in_progress")),
        waiting=Count("pk", filter=Q(state="submitted")),
    )
    learners = cohort.enrolled_count
    return figures | {
        "learners": learners,
        "missing": max(learners - figures["marked"], 0),
        "failed": figures["marked"] - figures["passed"],
    }
