"""Applications of one's own: to a class of a course, how they stand, taking a seat."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import signed_in
from admissions.actions import applying as actions
from admissions.forms.applying import ApplyForm, DecideForm
from admissions.models import Application, ApplicationState
from admissions.offers import classes_to_apply_for
from courses.models import Course
from enrolments.errors import Refused
from enrolments.models import Cohort
from lms.pages import keyset_page

RELATED = ("cohort__version", "cohort__organiser", "learner", "unit", "enrolment")


@require_safe
def classes(request: HttpRequest, code: str) -> HttpResponse:
    """List the classes of a course that take applications."""
    user = signed_in(request)
    course = get_object_or_404(Course.objects.offered(), code=code)
    context = {"course": course, "lines": classes_to_apply_for(user, course), "form": ApplyForm()}
    return render(request, "admissions/classes.html", context)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply for a place in a class."""
    user, form = signed_in(request), ApplyForm(request.POST)
    cohort = get_object_or_404(
        Cohort.objects.select_related("course").filter(admission__isnull=False), pk=pk
    )
    if not form.is_valid():
        messages.error(request, _("The reason is too long."))
        return redirect("admissions:classes", cohort.course.code)
    try:
        row = actions.apply(cohort=cohort, learner=user, reason=form.cleaned_data["reason"])
    except Refused as error:
        messages.error(request, str(error))
        return redirect("admissions:classes", cohort.course.code)
    return redirect(row)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List one's own applications."""
    rows = Application.objects.filter(learner=signed_in(request)).select_related(*RELATED)
    page = keyset_page(rows, request, order=("-pk",))
    return render(request, "admissions/mine.html", {"page": page})


@never_cache
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an application with each of its steps, to who applied and to who decides."""
    user = signed_in(request)
    rows = Application.objects.visible_to(user).select_related(*RELATED)
    row = get_object_or_404(rows, pk=pk)
    context = {
        "row": row,
        "steps": row.steps.select_related("decided_by", "unit"),
        "is_own": row.learner_id == user.pk,
        "may_decide": Application.objects.decided_by(user).filter(pk=pk).exists(),
        "ahead": _ahead_of(row),
        "form": DecideForm(),
    }
    return render(request, "admissions/application.html", context)


def _ahead_of(row: Application) -> int:
    """Return how many wait for a seat before somebody who waits for one."""
    if row.state != ApplicationState.WAITING or row.approved_at is None:
        return 0
    waiting = Application.objects.filter(cohort=row.cohort_id, state=ApplicationState.WAITING)
    return waiting.filter(approved_at__lt=row.approved_at).count()


@require_POST
def act_on_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's application back, or take the seat that is offered."""
    user = signed_in(request)
    rows = Application.objects.filter(learner=user).select_related("cohort")
    row, act = get_object_or_404(rows, pk=pk), request.POST.get("act")
    try:
        if act == "take":
            actions.take_offer(application=row, by=user)
            messages.success(request, _("The seat is taken."))
        elif act == "withdraw":
            if actions.withdraw(application=row, by=user):
                messages.success(request, _("The application is taken back."))
        else:
            raise Http404
    except Refused as error:
        messages.error(request, str(error))
    return redirect("admissions:application", pk)
