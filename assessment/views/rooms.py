"""Examination rooms: opening them, the invigilator's board, the sign of life of an open test."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need, signed_in
from accounts.permissions import Permission
from assessment.actions import rooms as actions
from assessment.errors import Refused
from assessment.forms.rooms import NewRoomsForm, RoomActForm, RoomForm
from assessment.frozen import FrozenQuiz, quiz_of
from assessment.http import own_attempt
from assessment.models import ExamRoom, RoomEvent
from assessment.rooms import candidates, tally
from enrolments.models import Cohort

GONE = 410
EVENTS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """List the rooms of a test of a class, and open more."""
    user = need(request, Permission.INVIGILATE)
    allowed = Cohort.objects.allowing(user, Permission.INVIGILATE).select_related("version")
    cohort = get_object_or_404(allowed, pk=pk)
    quiz = _quiz(cohort, key)
    form = NewRoomsForm(request.POST or None)
    if form.is_valid():
        try:
            made = actions.open_rooms(
                cohort=cohort,
                quiz_key=key,
                data=form.data_(),
                count=form.cleaned_data["rooms"],
                by=user,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = ngettext("%(n)d room is open.", "%(n)d rooms are open.", len(made))
            messages.success(request, words % {"n": len(made)})
            return redirect("assessment:rooms", pk, key)
    found = ExamRoom.objects.of(cohort, key).order_by("opens_at", "name").with_counts()
    context = {"cohort": cohort, "quiz": quiz, "rooms": found, "form": form}
    context |= {"unseated": actions.unseated(cohort, key).count(), "now": timezone.now()}
    return render(request, "assessment/rooms/list.html", context, status=_status(form))


@never_cache
@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is here, who writes, who is lost; a fragment of it is asked for again and again."""
    room = _room(request, pk)
    now = timezone.now()
    found = candidates(room, now)
    context = {
        "room": room,
        "quiz": _quiz(room.cohort, room.quiz_key),
        "candidates": found,
        "tally": tally(found),
        "now": now,
        "events": _events(room),
    }
    partial = request.headers.get("HX-Request") == "true"
    name = "assessment/rooms/_rows.html" if partial else "assessment/rooms/board.html"
    return render(request, name, context)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one act on the ticked candidates."""
    room = _room(request, pk)
    form = RoomActForm(request.POST, room=room)
    if not form.is_valid():
        messages.warning(
            request, " ".join(map(str, form.non_field_errors())) or _("Tick candidates first.")
        )
        return redirect("assessment:room", pk)
    try:
        words = _done(form, room, request)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("assessment:room", pk)


def _done(form: RoomActForm, room: ExamRoom, request: HttpRequest) -> str:
    user, values = signed_in(request), form.cleaned_data
    seats, reason, kind = list(values["seats"]), values["reason"], values["act"]
    if kind == "note":
        actions.note(room=room, by=user, reason=reason)
        return _("The note is written down.")
    if kind == "present":
        count = actions.mark_present(seats=seats, by=user, reason=reason)
    elif kind == "absent":
        count = actions.mark_absent(seats=seats, by=user)
    elif kind == "minutes":
        count = actions.add_minutes(seats=seats, minutes=values["minutes"], by=user, reason=reason)
    else:
        count = actions.stop(seats=seats, by=user, reason=reason)
    words = ngettext("Done for %(n)d candidate.", "Done for %(n)d candidates.", count)
    return words % {"n": count}


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change when and where, before the room is closed."""
    room = _room(request, pk)
    form = RoomForm(request.POST or None, initial=RoomForm.said(room))
    if request.method == "POST" and form.is_valid():
        actions.change_room(room=room, data=form.data_(), by=signed_in(request))
        messages.success(request, _("The room is changed."))
        return redirect("assessment:room", pk)
    context = {"room": room, "form": form}
    return render(request, "assessment/rooms/form.html", context, status=_status(form))


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a room in which nothing has happened."""
    room = _room(request, pk)
    cohort, key = room.cohort_id, room.quiz_key
    try:
        actions.drop_room(room=room, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessment:room", pk)
    messages.success(request, _("The room is taken back; its candidates have no seat now."))
    return redirect("assessment:rooms", cohort, key)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End the examination of the room."""
    room = _room(request, pk)
    try:
        closed = actions.close_room(room=room, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        if closed:
            messages.success(request, _("The room is closed; open tests are handed in."))
    return redirect("assessment:room", pk)


@require_POST
def contact(request: HttpRequest, pk: int, key: uuid.UUID, number: int) -> JsonResponse:
    """Take the sign of life of an open test; answer with the deadline as it stands now."""
    attempt = own_attempt(request, pk, key, number)
    if not attempt.is_open:
        return JsonResponse({}, status=GONE)
    actions.heard_of(attempt=attempt, now=timezone.now())
    deadline = attempt.deadline_at
    return JsonResponse({"deadline": deadline.isoformat() if deadline else None})


def _room(request: HttpRequest, pk: int) -> ExamRoom:
    user = need(request, Permission.INVIGILATE)
    allowed = ExamRoom.objects.allowing(user, Permission.INVIGILATE)
    return get_object_or_404(allowed.select_related("cohort__version", "cohort__organiser"), pk=pk)


def _quiz(cohort: Cohort, key: uuid.UUID) -> FrozenQuiz:
    quiz = quiz_of(cohort.version, key)
    if quiz is None:
        raise Http404
    return quiz


def _events(room: ExamRoom) -> QuerySet[RoomEvent]:
    rows = room.events.select_related("seat__enrolment__learner", "by").order_by("-pk")
    return rows[:EVENTS_SHOWN]


def _status(form: RoomForm) -> int:
    return 422 if form.errors else 200
