"""Sessions of a class, the attendance grid and its sheet; the people who run it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from enrolments.actions import sessions as actions
from enrolments.actions import staff as staff_actions
from enrolments.documents.teaching import attendance_table
from enrolments.errors import Refused
from enrolments.forms.classes import ReasonForm
from enrolments.forms.sessions import (
    HandOverForm,
    SessionForm,
    StaffForm,
    attendance_of,
    initial_of,
)
from enrolments.models import Attendance, Enrolment
from enrolments.views.common import done, form_page, seen
from lms.clock import today
from lms.pages import keyset_page

P = Permission
ORDER = ("learner_sort_key", "pk")
GRID = 200


def sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """List the sessions of a class; who runs it adds one below."""
    shown = seen(request, pk)
    form = SessionForm(request.POST or None, cohort=shown.cohort, initial={"periods": 4})
    if request.method == "POST":
        shown = seen(request, pk, P.MANAGE_COHORTS)
        if form.is_valid():
            actions.add_session(cohort=shown.cohort, data=form.data_of_session(), by=shown.user)
            return done(request, _("The session is added."), "enrolments:sessions", pk)
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "form": form,
        "sessions": shown.cohort.sessions.select_related("trainer").order_by("number"),
    }
    status = 422 if form.errors else 200
    return render(request, "enrolments/sessions.html", context, status=status)


def edit_session(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """Change a session."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    session = get_object_or_404(shown.cohort.sessions, pk=session_pk, cancelled_at=None)
    form = SessionForm(
        request.POST or None, cohort=shown.cohort, session=session, initial=initial_of(session)
    )
    if request.method == "POST" and form.is_valid():
        actions.edit_session(session=session, data=form.data_of_session(), by=shown.user)
        return done(request, _("The session is changed."), "enrolments:sessions", pk)
    return form_page(request, shown, form, title=_("Change the session"), submit=_("Save"))


def cancel_session(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """Take a session off the calendar, with a reason."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    session = get_object_or_404(shown.cohort.sessions, pk=session_pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        actions.cancel_session(session=session, by=shown.user, reason=reason)
        return done(request, _("The session is cancelled."), "enrolments:sessions", pk)
    title = _("Cancel session %(number)s") % {"number": session.number}
    return form_page(request, shown, form, title=title, submit=_("Cancel the session"))


def attendance(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """Show and take the attendance of a session: radio buttons, so the keyboard is enough."""
    shown = seen(request, pk, P.RECORD_ATTENDANCE)
    session = get_object_or_404(shown.cohort.sessions, pk=session_pk)
    places = Enrolment.objects.in_force().filter(cohort=shown.cohort)
    page = keyset_page(
        places.select_related("learner", "sending_unit"), request, order=ORDER, size=GRID
    )
    refusal = ""
    if request.method == "POST":
        marks = attendance_of(request.POST, [place.pk for place in page.rows])
        try:
            n = actions.record_attendance(session=session, marks=marks, by=shown.user)
        except Refused as error:
            refusal = str(error)
        else:
            sentence = ngettext("Saved: %(n)s change.", "Saved: %(n)s changes.", n) % {"n": n}
            messages.success(request, sentence)
            return redirect(request.get_full_path())
    marks = dict(
        session.attendance.filter(enrolment__in=page.rows).values_list("enrolment", "status")
    )
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "session": session,
        "page": page,
        "rows": [(place, marks.get(place.pk, "")) for place in page.rows],
        "choices": Attendance.Status.choices,
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "enrolments/attendance.html", context, status=status)


def attendance_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Print an attendance sheet: a column to sign per session."""
    shown = seen(request, pk, P.RECORD_ATTENDANCE)
    places = shown.places().in_force().select_related("learner", "sending_unit")
    sessions = shown.cohort.sessions.filter(cancelled_at=None).order_by("number")
    table = attendance_table(list(sessions), list(places.order_by(*ORDER)))
    context = {"seen": shown, "cohort": shown.cohort, "table": table}
    return render(request, "enrolments/print_attendance.html", context)


def staff(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and name the people who run a class."""
    shown = seen(request, pk)
    form = StaffForm(request.POST or None)
    if request.method == "POST":
        shown = seen(request, pk, P.MANAGE_COHORTS)
        if form.is_valid() and form.person is not None:
            typed = form.cleaned_data
            staff_actions.add_staff(
                cohort=shown.cohort,
                person=form.person,
                role=typed["role"],
                since=typed["since"],
                by=shown.user,
            )
            return done(request, _("The person is named."), "enrolments:staff", pk)
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "form": form,
        "staff": shown.cohort.staff.select_related("user").order_by("role", "since", "pk"),
    }
    return render(request, "enrolments/staff.html", context, status=422 if form.errors else 200)


def hand_over(request: HttpRequest, pk: int, staff_pk: int) -> HttpResponse:
    """Hand a part over to another person: rights and sessions to come move from a day."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    row = get_object_or_404(shown.cohort.staff.select_related("user"), pk=staff_pk, until=None)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        try:
            staff_actions.replace_staff(
                staff=row, person=form.person, on=form.cleaned_data["since"], by=shown.user
            )
            return done(request, _("The part is handed over."), "enrolments:staff", pk)
        except Refused as error:
            form.add_error("login", str(error))
    title = _("Hand over from %(name)s") % {"name": row.user}
    return form_page(request, shown, form, title=title, submit=_("Hand over"))


@require_POST
def end_staff(request: HttpRequest, pk: int, staff_pk: int) -> HttpResponse:
    """End a part today."""
    shown = seen(request, pk, P.MANAGE_COHORTS)
    row = get_object_or_404(shown.cohort.staff, pk=staff_pk)
    staff_actions.end_staff(staff=row, on=today(), by=shown.user)
    return done(request, _("The part has ended."), "enrolments:staff", pk)
