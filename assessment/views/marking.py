"""The trainer's side: the queue of works, marking one at a time, another due day for one."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.errors import Refused
from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from assessment.actions import grades
from assessment.actions.blind_marks import mark_blind
from assessment.actions.claims import claim
from assessment.actions.extensions import extend as extend_one
from assessment.actions.marks import mark
from assessment.assignments import FrozenAssignment, assignment_of, due_at
from assessment.desks import Desk, desk, with_ways
from assessment.forms.works import DayForm, InboxFilter, MarkForm
from assessment.models import Assignment, Extension, GradeCell, MarkingClaim, Release, Submission
from assessment.models.assignments import SubmissionQuerySet, SubmissionState
from assessment.models.marking_plans import judged_by, works_open_to
from assessment.views.comments import offered_for, typed_with_comment
from assessment.views.margin_notes import note_sent
from enrolments.models import Cohort, Enrolment
from lms.pages import keyset_page

ORDER: Final = ("submitted_at", "pk")
QUEUE_AT_MOST: Final = 12
CLASSES_AT_MOST: Final = 200


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """List the works of one's classes, oldest first."""
    cohorts = _classes(request, Permission.MARK)
    form = InboxFilter(
        request.GET,
        cohorts=cohorts.order_by("-starts_on", "-pk"),
        assignments=_choices(cohorts),
        marker=signed_in(request),
    )
    found = form.narrow(with_ways(_to_judge(request))).annotate(title=_title(), **_claims())
    page = keyset_page(_with_names(found), request, order=ORDER)
    return render(request, "assessment/works/inbox.html", {"filter": form, "page": page})


@never_cache
def mark_work(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one work beside its queue and its criteria; take the mark."""
    works = _judged(request).select_related("enrolment__cohort", "version")
    row = get_object_or_404(_with_names(works), pk=pk)
    assignment = _assignment(row)
    marker = signed_in(request)
    seat = desk(row, marker)
    held = _claim(request, seat)
    noted = note_sent(request, seat)
    typed = noted.typed or typed_with_comment(request, row)
    form = MarkForm(
        None if typed else request.POST or None,
        assignment=assignment,
        last=seat.last,
        is_released=seat.is_known,
        start=typed,
    )
    if request.method == "POST" and form.is_valid() and _mark(request, seat, form):
        return _go_on(request, seat)
    context = {
        "work": row,
        "desk": seat,
        "assignment": assignment,
        "form": form,
        "last": seat.last,
        "stock": offered_for(request, row),
        "margins": noted.work,
        "note_form": noted.form,
        "due_at": due_at(row.enrolment, assignment),
        **_turn(seat, held, marker),
        **_neighbours(request, row),
        **_rights(request, row.enrolment.cohort_id),
    }
    status = 422 if form.errors or noted.form.errors else 200
    return render(request, "assessment/works/mark.html", context, status=status)


@never_cache
def release(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show who will learn what, then release."""
    cohort = get_object_or_404(
        _classes(request, Permission.RELEASE_RESULTS).select_related("version"), pk=pk
    )
    assignment = assignment_of(cohort.version, key)
    if assignment is None:
        raise Http404
    if request.method == "POST":
        try:
            grades.release(cohort=cohort, component_key=key, by=signed_in(request))
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The results are released; learners get a notice."))
        return redirect("works:release", pk, key)
    released = Release.objects.filter(cohort=cohort, component_key=key)
    context = {
        "cohort": cohort,
        "assignment": assignment,
        "figures": _figures(cohort, key),
        "release": released.select_related("released_by").first(),
    }
    return render(request, "assessment/works/release.html", context)


def extend(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Give one learner another due day."""
    cohorts = _classes(request, Permission.GRANT_EXTENSIONS).values("pk")
    places = Enrolment.objects.in_force().filter(cohort__in=cohorts)
    enrolment = get_object_or_404(places.select_related("cohort", "learner", "version"), pk=pk)
    assignment = assignment_of(enrolment.version, key)
    if assignment is None:
        raise Http404
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _extend(request, enrolment, key, form):
        messages.success(request, _("The extension is granted."))
        return redirect("works:extend", pk, key)
    context = {
        "form": form,
        "enrolment": enrolment,
        "assignment": assignment,
        "due_at": due_at(enrolment, assignment),
        "granted": Extension.objects.of(enrolment, key).select_related("granted_by"),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/works/extend.html", context, status=status)


def _classes(request: HttpRequest, permission: Permission) -> QuerySet[Cohort]:
    """Return the classes on which one holds the permission; without any the page is not there."""
    cohorts = Cohort.objects.allowing(request.user, permission)
    if not cohorts.exists():
        raise Http404
    return cohorts


def _to_judge(request: HttpRequest) -> SubmissionQuerySet:
    return works_open_to(signed_in(request))


def _judged(request: HttpRequest) -> SubmissionQuerySet:
    """Return the works one may mark, with `is_judged`: marked, or by oneself where two do."""
    done = Q(judged_by(signed_in(request))) | Q(state=SubmissionState.MARKED)
    return with_ways(_to_judge(request)).annotate(is_judged=ExpressionWrapper(done, BooleanField()))


def _claim(request: HttpRequest, seat: Desk) -> MarkingClaim | None:
    """Take a work that waits and return whose claim holds; what is marked is only looked at.

    Where two judge, each has a turn of their own.
    """
    if seat.is_blind or seat.work.is_marked or request.method not in {"GET", "POST"}:
        return None
    return claim(submission=seat.work, by=signed_in(request))


def _turn(seat: Desk, held: MarkingClaim | None, marker: User) -> dict[str, Any]:
    """Return whose turn it is to mark the work, and whether notes may still be written."""
    is_mine = not seat.is_closed and (held is None or held.marker_id == marker.pk)
    return {
        "claim": held,
        "is_mine": is_mine,
        "may_note": is_mine and not seat.is_known,
    }


def _claims() -> dict[str, Subquery]:
    """Return who has each work and until when, as columns of the queue."""
    held = MarkingClaim.objects.in_force(timezone.now()).filter(submission=OuterRef("pk"))
    return {
        "claimed_by": Subquery(held.values("marker__full_name")[:1]),
        "claimed_until": Subquery(held.values("expires_at")[:1]),
    }


def _with_names(works: SubmissionQuerySet) -> SubmissionQuerySet:
    return works.select_related(
        "enrolment__learner", "enrolment__cohort", "enrolment__sending_unit", "enrolment__version"
    )


def _title() -> Subquery:
    rows = Assignment.objects.filter(version=OuterRef("version"), key=OuterRef("assignment_key"))
    return Subquery(rows.values("title_vi")[:1])


def _choices(cohorts: QuerySet[Cohort]) -> list[tuple[str, str]]:
    rows = Assignment.objects.filter(version__in=cohorts.values("version"))
    pairs = rows.order_by("title_vi", "-pk").values_list("key", "title_vi")[:CLASSES_AT_MOST]
    return [(str(key), title) for key, title in dict(pairs).items()]


def _assignment(row: Submission) -> FrozenAssignment:
    assignment = assignment_of(row.enrolment.version, row.assignment_key)
    if assignment is None:
        raise Http404
    return assignment


def _mark(request: HttpRequest, seat: Desk, form: MarkForm) -> bool:
    given: dict[str, Any] = {
        "submission": seat.work,
        "by": signed_in(request),
        "points": form.points(),
        "criteria": form.criteria(),
        "comment": form.cleaned_data["comment"],
    }
    try:
        if seat.is_blind:
            mark_blind(**given)
        else:
            reason = form.cleaned_data.get("reason", "")
            mark(**given, seen=form.cleaned_data["seen"], reason=reason)
    except Refused as error:
        form.add_error(None, str(error))
        return False
    return True


def _go_on(request: HttpRequest, seat: Desk) -> HttpResponse:
    row = seat.work
    messages.success(request, _("The mark of %(name)s is saved.") % {"name": seat.name})
    if request.POST.get("do") != "next":
        return redirect("works:mark", row.pk)
    waiting = _beside(request, row).filter(Q(is_judged=False))
    taken = MarkingClaim.objects.of_others(signed_in(request), timezone.now())
    waiting = waiting.exclude(pk__in=taken.values("submission"))
    later = Q(submitted_at__gt=row.submitted_at) | Q(submitted_at=row.submitted_at, pk__gt=row.pk)
    following = waiting.filter(later).order_by(*ORDER).first() or waiting.order_by(*ORDER).first()
    if following is None:
        messages.info(request, _("No further work of this assignment waits."))
        return redirect("works:inbox")
    return redirect("works:mark", following.pk)


def _beside(request: HttpRequest, row: Submission) -> SubmissionQuerySet:
    """Return the works of the same class and assignment."""
    return _judged(request).filter(
        enrolment__cohort=row.enrolment.cohort_id, assignment_key=row.assignment_key
    )


def _neighbours(request: HttpRequest, row: Submission) -> dict[str, Any]:
    """Return the queue around a work, and the works before and after it."""
    beside = _beside(request, row).select_related("enrolment__learner")
    earlier = Q(submitted_at__lt=row.submitted_at) | Q(submitted_at=row.submitted_at, pk__lt=row.pk)
    before = list(beside.filter(earlier).order_by("-submitted_at", "-pk")[:3])[::-1]
    after = list(beside.exclude(earlier).exclude(pk=row.pk).order_by(*ORDER)[:QUEUE_AT_MOST])
    counts = _beside(request, row).aggregate(
        waiting=Count("pk", filter=Q(is_judged=False)), all=Count("pk")
    )
    return {
        "queue": [*before, row, *after],
        "previous": before[-1] if before else None,
        "following": after[0] if after else None,
        "counts": counts,
    }


def _rights(request: HttpRequest, cohort_id: int) -> dict[str, bool]:
    """Return which acts on the class are offered beside marking, in one query."""
    wanted = {"may_release": Permission.RELEASE_RESULTS, "may_extend": Permission.GRANT_EXTENSIONS}
    held = {
        name: Exists(Cohort.objects.allowing(request.user, permission).filter(pk=OuterRef("pk")))
        for name, permission in wanted.items()
    }
    found: dict[str, bool] = Cohort.objects.annotate(**held).values(*wanted).get(pk=cohort_id)
    return found


def _figures(cohort: Cohort, key: uuid.UUID) -> dict[str, int]:
    """Return the numbers a release is decided by, in two queries."""
    places = cohort.enrolments.in_force()
    works = Submission.objects.current().filter(enrolment__in=places, assignment_key=key)
    cells = GradeCell.objects.filter(enrolment__in=places, component_key=key)
    figures: dict[str, int] = works.aggregate(
        handed_in=Count("pk"), waiting=Count("pk", filter=Q(state=SubmissionState.SUBMITTED))
    )
    figures |= cells.aggregate(
        marked=Count("pk"),
        passed=Count("pk", filter=Q(entry__is_passed=True)),
        known=Count("pk", filter=Q(released_at__isnull=False)),
    )
    figures["failed"] = figures["marked"] - figures["passed"]
    figures["missing"] = max(cohort.enrolled_count - figures["handed_in"], 0)
    return figures


def _extend(request: HttpRequest, enrolment: Enrolment, key: uuid.UUID, form: DayForm) -> bool:
    try:
        extend_one(
            enrolment=enrolment,
            component_key=key,
            by=signed_in(request),
            reason=form.cleaned_data["reason"],
            due_at=form.due_at(),
        )
    except Refused as error:
        form.add_error(None, str(error))
        return False
    return True
