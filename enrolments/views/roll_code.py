"""Taking the roll by a code on the wall: the screen in the room, and the learner's telephone."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import signed_in
from accounts.permissions import Permission
from enrolments import roll_code
from enrolments.actions.sessions import record_attendance
from enrolments.errors import Refused
from enrolments.models import Attendance
from enrolments.views.common import seen

NEWEST = 12


@never_cache
@require_safe
def roll_screen(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """Show the code of now, how many are present and who came last; asked for again and again."""
    shown = seen(request, pk, Permission.RECORD_ATTENDANCE)
    session = get_object_or_404(shown.cohort.sessions.select_related("cohort"), pk=session_pk)
    now = timezone.now()
    is_open = roll_code.is_open(session, now)
    came = session.attendance.filter(status=Attendance.Status.PRESENT)
    newest = came.select_related("enrolment__learner").order_by("-recorded_at", "-pk")
    context = {
        "cohort": shown.cohort,
        "session": session,
        "is_open": is_open,
        "code": _drawn(roll_code.code_of(session, shown.user, now)) if is_open else "",
        "present": came.count(),
        "learners": shown.cohort.enrolled_count,
        "newest": newest[:NEWEST],
    }
    partial = request.headers.get("HX-Request") == "true"
    name = "enrolments/roll/_code.html" if partial else "enrolments/roll/screen.html"
    return render(request, name, context)


def _drawn(code: str) -> SafeString:
    address = f"{settings.SITE_URL}{reverse('enrolments:roll', args=[code])}"
    drawing = segno.make(address, error="m", micro=False)
    svg: str = drawing.svg_inline(border=2, omitsize=True, svgclass="roll-code")
    return SafeString(svg)  # our own drawing of our own address


@never_cache
@require_safe
def roll(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the learner who has scanned the code to say that they are here."""
    user = signed_in(request)
    shown = roll_code.read_code(code, timezone.now())
    place = roll_code.place_of(shown, user) if shown else None
    proof = roll_code.proof_of(shown, user) if shown and place else ""
    context = {"shown": shown, "place": place, "proof": proof}
    return render(request, "enrolments/roll/here.html", context)


@require_POST
def be_present(request: HttpRequest) -> HttpResponse:
    """Mark the learner present; twice marks once."""
    user = signed_in(request)
    shown = roll_code.read_proof(request.POST.get("proof", ""), user)
    place = roll_code.place_of(shown, user) if shown else None
    if shown is None or place is None or not roll_code.is_open(shown.session, timezone.now()):
        messages.error(request, _("This took too long: scan the code on the screen again."))
        return redirect("enrolments:agenda")
    try:
        marks = {place.pk: Attendance.Status.PRESENT.value}
        record_attendance(session=shown.session, marks=marks, by=shown.by)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Present. The mark stands in the attendance list."))
    return redirect("enrolments:overview", place.pk)
