"""Notes beside a work, written from the marking page without losing what else is typed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest

from accounts.errors import Refused
from accounts.http import signed_in
from assessment.actions.margin_notes import add_note, drop_note
from assessment.desks import Desk
from assessment.forms.margin_notes import NoteForm
from assessment.margins import Margins, margins
from assessment.models import MarginNote
from assessment.work_pages import files_for

SAVES: Final = {"save", "next"}
FIELDS: Final = ("place", "at", "quote", "text")


@dataclass(frozen=True)
class Noted:
    """The work, the form of the next note, and what else is typed where only a note was meant."""

    work: Margins
    form: NoteForm
    typed: dict[str, Any] | None


def note_sent(request: HttpRequest, seat: Desk) -> Noted:
    """Write or take away the note that came with the form of the mark.

    A note typed and not added is added when the mark is saved: nothing typed is lost.
    """
    work, sent = margins_of(request, seat), request.POST
    is_given = sent.get("do") == "note" or (sent.get("do") in SAVES and _text(sent))
    typed = {name: sent[f"note-{name}"] for name in FIELDS if f"note-{name}" in sent}
    form = NoteForm(sent if is_given else None, work=work, initial=typed)
    is_written = bool(is_given and form.is_valid() and _add(request, seat, form))
    is_pressed = sent.get("do") == "note" or "drop_note" in sent or bool(form.errors)
    if "drop_note" in sent and _drop(request, seat):
        work = margins_of(request, seat)
    if is_written:
        work = margins_of(request, seat)
        form = NoteForm(work=work, initial={"place": typed.get("place")})
    return Noted(work, form, sent.dict() if is_pressed else None)


def margins_of(request: HttpRequest, seat: Desk, *, with_both: bool = False) -> Margins:
    """Return the work with its notes: of two who mark independently, one's own, or `with_both`."""
    marker = signed_in(request)
    notes = MarginNote.objects.filter(submission=seat.work).in_order().select_related("author")
    if seat.is_blind and not seat.is_closed and not with_both:
        notes = notes.by(marker)
    files = files_for(seat.work, marker, hides_names=seat.hides_name)
    return margins(seat.work, files, notes, reader_id=marker.pk)


def _add(request: HttpRequest, seat: Desk, form: NoteForm) -> bool:
    text = form.cleaned_data["text"]
    try:
        add_note(submission=seat.work, place=form.where(), text=text, by=signed_in(request))
    except Refused as error:
        form.add_error("text", str(error))
        return False
    return True


def _drop(request: HttpRequest, seat: Desk) -> bool:
    wanted = request.POST["drop_note"]
    rows = MarginNote.objects.filter(submission=seat.work).by(signed_in(request))
    note = rows.filter(pk=wanted).first() if wanted.isdigit() else None
    try:
        return bool(note and drop_note(note=note, by=signed_in(request)))
    except Refused as error:
        messages.error(request, str(error))
        return False


def _text(sent: Mapping[str, Any]) -> str:
    return str(sent.get("note-text", "")).strip()
