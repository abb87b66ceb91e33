"""One learner's final mark as a sum, with where each grade comes from; corrected with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.actions import gradebook as actions
from assessment.actions.gradebook import KeyedMark
from assessment.errors import Refused
from assessment.forms.gradebook import CorrectionForm, ExemptForm
from assessment.gradebook import (
    FinalMark,
    Item,
    Part,
    Scheme,
    finals_of,
    scheme_of,
)
from assessment.http import own_enrolment
from assessment.models import GradeCell, GradeEntry, GradeExemption, Resit
from assessment.views.gradebook import Opened, opened
from enrolments.models import Enrolment
from lms.templatetags.ui import vi_number


@dataclass(frozen=True)
class Line:
    """A component of the sum, with every grade ever given and an exemption in force."""

    part: Part
    history: list[GradeEntry]
    exemption: GradeExemption | None


@require_safe
def own_grades(request: HttpRequest, pk: int) -> HttpResponse:
    """Show learners how their final mark comes about, as far as it is released."""
    place = own_enrolment(request, pk)
    scheme = scheme_of(place.cohort)
    final = finals_of(scheme, [place.pk], released_only=True)[place.pk]
    shown = _lines(place, final, since=_released(place))
    context = {"place": place, "cohort": place.cohort, "scheme": scheme, "final": final}
    context |= {"lines": shown, "resits": _coming(place, scheme)}
    return render(request, "assessment/gradebook/own.html", context)


def _coming(place: Enrolment, scheme: Scheme) -> list[tuple[str, Resit]]:
    """Return the resits one is listed for, with what is sat again."""
    rows = Resit.objects.open().filter(places__enrolment=place, places__struck_at=None)
    found = [(scheme.item(row.component_key), row) for row in rows.order_by("held_at")]
    return [(item.title, row) for item, row in found if item]


@require_safe
def learner(request: HttpRequest, pk: int, place_pk: int) -> HttpResponse:
    """Show one learner's sum, and the ledger behind each mark."""
    book = opened(request, pk)
    place = _place(book, place_pk)
    final = finals_of(book.scheme, [place.pk])[place.pk]
    context = {"book": book, "cohort": book.cohort, "scheme": book.scheme, "place": place}
    context |= {"final": final, "lines": _lines(place, final)}
    return render(request, "assessment/gradebook/learner.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int, place_pk: int, key: uuid.UUID) -> HttpResponse:
    """Give one learner another mark, with a reason."""
    book, place, item = _aim(request, pk, place_pk, key)
    cell = GradeCell.objects.filter(enrolment=place, component_key=key).first()
    entry = cell.entry if cell else None
    initial = {"seen": entry.pk if entry else None, "points": _words(entry)}
    form = CorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            refusal = _corrected(book, place, item, form.cleaned_data)
        except Refused as error:
            refusal = str(error)
        if not refusal:
            messages.success(request, _("The mark is entered in the ledger."))
            return redirect("assessment:learner_grades", pk, place_pk)
        form.add_error("points", refusal)
    return _form_page(request, book, place, item, form=form, entry=entry)


def _corrected(book: Opened, place: Enrolment, item: Item, told: dict[str, Any]) -> str:
    """Enter the mark; return in words why it was refused, or nothing."""
    mark = KeyedMark(place.pk, told["points"], told["seen"])
    refused = actions.enter_marks(
        cohort=book.cohort, item=item, marks=[mark], by=book.user, reason=told["reason"]
    )
    return refused.get(place.pk, "")


@require_http_methods(["GET", "HEAD", "POST"])
def exempt(request: HttpRequest, pk: int, place_pk: int, key: uuid.UUID) -> HttpResponse:
    """Leave a component out of one learner's sum."""
    book, place, item = _aim(request, pk, place_pk, key)
    form = ExemptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.exempt(enrolment=place, item=item, reason=reason, by=book.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The component does not count for this learner."))
            return redirect("assessment:learner_grades", pk, place_pk)
    return _form_page(request, book, place, item, form=form)


@require_POST
def end_exemption(request: HttpRequest, pk: int, place_pk: int, key: uuid.UUID) -> HttpResponse:
    """Let a component count again."""
    book, place, item = _aim(request, pk, place_pk, key)
    try:
        actions.end_exemption(enrolment=place, item=item, by=book.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The component counts again."))
    return redirect("assessment:learner_grades", pk, place_pk)


def _place(book: Opened, pk: int) -> Enrolment:
    return get_object_or_404(book.places().select_related("cohort", "version"), pk=pk)


def _aim(
    request: HttpRequest, pk: int, place_pk: int, key: uuid.UUID
) -> tuple[Opened, Enrolment, Item]:
    book = opened(request, pk)
    if not book.may_decide:
        raise Http404
    return book, _place(book, place_pk), book.item(key)


def _released(place: Enrolment) -> dict[uuid.UUID, dt.datetime]:
    """Return since when a learner sees which components."""
    cells = GradeCell.objects.filter(enrolment=place)
    return {cell.component_key: cell.released_at for cell in cells if cell.released_at}


def _lines(
    place: Enrolment, final: FinalMark, since: Mapping[uuid.UUID, dt.datetime] | None = None
) -> list[Line]:
    """Return the components with their ledger, the newest entry first.

    `since` is of a learner: of each component the mark that was released, and what came after.
    """
    given: dict[uuid.UUID, list[GradeEntry]] = defaultdict(list)
    entries = GradeEntry.objects.filter(enrolment=place).select_related("given_by")
    for entry in entries.order_by("-pk"):
        known = given[entry.component_key]
        if since is None or _is_seen(since.get(entry.component_key), known):
            known.append(entry)
    exemptions = GradeExemption.objects.in_force().filter(enrolment=place)
    by_key = {row.component_key: row for row in exemptions.select_related("given_by")}
    return [Line(part, given[part.item.key], by_key.get(part.item.key)) for part in final.parts]


def _is_seen(since: dt.datetime | None, newer: list[GradeEntry]) -> bool:
    """Return whether an entry is the one that was released, or newer; those before never were."""
    return since is not None and (not newer or newer[-1].given_at > since)


def _words(entry: GradeEntry | None) -> str:
    return vi_number(entry.points) if entry else ""


def _form_page(
    request: HttpRequest,
    book: Opened,
    place: Enrolment,
    item: Item,
    *,
    form: CorrectionForm | ExemptForm,
    entry: GradeEntry | None = None,
) -> HttpResponse:
    context = {"book": book, "cohort": book.cohort, "place": place, "item": item, "form": form}
    context |= {"entry": entry, "is_correction": isinstance(form, CorrectionForm)}
    status = 422 if form.errors else 200
    return render(request, "assessment/gradebook/form.html", context, status=status)
