"""The gradebook of a class: who has which mark, how it counts, marks typed in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from assessment.actions import gradebook as actions
from assessment.actions.gradebook import KeyedMark
from assessment.errors import Refused
from assessment.exports import GRADES
from assessment.forms.gradebook import SchemeForm, SheetForm, item_forms, parse_points
from assessment.frozen import quizzes_of
from assessment.gradebook import (
    FinalMark,
    Item,
    Scheme,
    finals_of,
    scheme_of,
    work_of,
)
from assessment.mark_sheets import propose_marks
from assessment.models import GradeCell, Release, ScriptCoding
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentQuerySet
from enrolments.models.rights import permissions_on
from jobs.exports import respond
from lms.pages import keyset_page
from lms.sheets import SheetError
from lms.templatetags.ui import vi_number
from lms.text import fold
from reference.rules import rule

SENT_AT_MOST = 200
NUMBER = re.compile(r"[0-9]{1,15}")
FIELD = re.compile(rf"m({NUMBER.pattern})\Z")
ORDER = ("learner_sort_key", "pk")
BY = frozenset({Permission.MARK, Permission.RELEASE_RESULTS})


@dataclass(frozen=True)
class Opened:
    """A gradebook as one person may see it."""

    cohort: Cohort
    user: User
    scheme: Scheme
    may_decide: bool

    def places(self) -> EnrolmentQuerySet:
        """Return the learners by name, without oneself: one's own marks come with the release."""
        places = self.cohort.enrolments.in_force().exclude(learner_id=self.user.pk)
        return places.select_related("learner")

    def item(self, key: uuid.UUID) -> Item:
        """Return a component; else there is none."""
        found = self.scheme.item(key)
        if found is None:
            raise Http404
        return found


def opened(request: HttpRequest, pk: int) -> Opened:
    """Return the gradebook of a class for who marks or releases in it; else there is none."""
    user = signed_in(request)
    cohort = get_object_or_404(Cohort.objects.select_related("version", "organiser"), pk=pk)
    held = permissions_on(cohort, user)
    if not held & BY:
        raise Http404
    return Opened(cohort, user, scheme_of(cohort), Permission.RELEASE_RESULTS in held)


@require_safe
def gradebook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the marks of the learners, fifty at a time."""
    book = opened(request, pk)
    sought = request.GET.get("q", "")
    page = keyset_page(_sought(book.places(), sought), request, order=ORDER)
    context = {
        "book": book,
        "cohort": book.cohort,
        "scheme": book.scheme,
        "rows": _rows(book, page.rows),
        "page": page,
        "q": sought,
        "released": _shown(book.cohort),
    }
    return render(request, "assessment/gradebook/grid.html", context)


def _shown(cohort: Cohort) -> set[uuid.UUID]:
    """Return the components whose marks learners see: released, or shown as soon as marked."""
    released = Release.objects.filter(cohort=cohort).values_list("component_key", flat=True)
    at_once = (quiz.key for quiz in quizzes_of(cohort.version).values() if quiz.shows_at_once)
    return {*released, *at_once}


def _sought(places: EnrolmentQuerySet, words: str) -> EnrolmentQuerySet:
    return places.filter(learner__search_key__contains=fold(words)) if words else places


@dataclass(frozen=True)
class Row:
    """A learner's line."""

    place: Enrolment
    final: FinalMark


def _rows(book: Opened, places: Sequence[Enrolment]) -> list[Row]:
    finals = finals_of(book.scheme, [place.pk for place in places])
    return [Row(place, finals[place.pk]) for place in places]


@dataclass
class Typed:
    """A learner's field of a column that is typed in."""

    place: Enrolment
    cell: GradeCell | None
    text: str = ""
    error: str = ""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"m{self.place.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Type the marks of one component down the list."""
    book = opened(request, pk)
    item = book.item(key)
    if not item.is_on_paper:
        raise Http404
    if ScriptCoding.objects.sealed().filter(cohort=book.cohort, component_key=key).exists():
        return redirect("assessment:scripts", pk, key)
    page = keyset_page(book.places(), request, order=ORDER)
    rows = _typed(page.rows, item)
    if request.method == "POST":
        rows = _typed(_posted_places(request, book), item)
        try:
            is_saved = _entered(request, book, item, rows)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("assessment:gradebook", pk)
        if is_saved:
            messages.success(request, _("The marks are saved."))
            goes_on = "next" in request.POST and page.next_token
            query = urlencode({"page": page.next_token}) if goes_on else request.GET.urlencode()
            return redirect(f"{request.path}?{query}")
    failed = any(row.error for row in rows)
    context = {"cohort": book.cohort, "item": item, "rows": rows, "page": page, "failed": failed}
    status = 422 if failed else 200
    return render(request, "assessment/gradebook/enter.html", context, status=status)


def _posted_places(request: HttpRequest, book: Opened) -> list[Enrolment]:
    """Return the learners whose fields were sent, whoever came or left since the page was drawn."""
    sent = [int(match[1]) for name in request.POST if (match := FIELD.match(name))]
    places = book.cohort.enrolments.filter(pk__in=sent[:SENT_AT_MOST])
    return list(places.exclude(learner_id=book.user.pk).select_related("learner").order_by(*ORDER))


def _typed(places: Sequence[Enrolment], item: Item) -> list[Typed]:
    cells = GradeCell.objects.filter(enrolment__in=places, component_key=item.key)
    found = {cell.enrolment_id: cell for cell in cells.select_related("entry")}
    rows = []
    for place in places:
        cell = found.get(place.pk)
        text = vi_number(cell.entry.points) if cell else ""
        rows.append(Typed(place, cell, text))
    return rows


def _entered(request: HttpRequest, book: Opened, item: Item, rows: Sequence[Typed]) -> bool:
    """Save what was typed; keep beside each field why it was not. Return whether all was saved."""
    marks = []
    for row in rows:
        row.text = request.POST[row.name]
        try:
            points = parse_points(row.text)
        except ValidationError as error:
            row.error = " ".join(error.messages)
            continue
        marks.append(KeyedMark(row.place.pk, points, _seen(request.POST, row)))
    refused = actions.enter_marks(cohort=book.cohort, item=item, marks=marks, by=book.user)
    for row in rows:
        row.error = refused.get(row.place.pk, row.error)
    return not any(row.error for row in rows)


def _seen(posted: Mapping[str, str], row: Typed) -> int | None:
    text = posted.get(f"s{row.place.pk}", "")
    return int(text) if NUMBER.fullmatch(text) else None


@require_http_methods(["GET", "HEAD", "POST"])
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide which components count, and how much."""
    book = opened(request, pk)
    if not book.may_decide:
        raise Http404
    least = int(rule("assessment.pass_percent", default=50))
    data = request.POST if request.method == "POST" else None
    names = ("method", "least_percent", "drop_lowest", "revision")
    initial = {name: getattr(book.scheme, name) for name in names}
    form = SchemeForm(data, initial=initial)
    rows = item_forms(data, book.scheme, work_of(book.cohort.version).values(), least)
    if data and all([form.is_valid(), *(row.is_valid() for row in rows)]):
        try:
            return _decided(request, book, form, rows)
        except Refused as error:
            form.add_error(None, str(error))
    failed = bool(form.errors) or any(row.errors for row in rows)
    context = {"book": book, "cohort": book.cohort, "form": form, "rows": rows, "failed": failed}
    return render(
        request, "assessment/gradebook/scheme.html", context, status=422 if failed else 200
    )


def _decided(request: HttpRequest, book: Opened, form: SchemeForm, rows: Any) -> HttpResponse:
    specs = [spec for row in rows if (spec := row.spec())]
    actions.set_scheme(cohort=book.cohort, items=specs, by=book.user, **form.cleaned_data)
    messages.success(request, _("The way of working out the marks is saved."))
    return redirect("assessment:gradebook", book.cohort.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a workbook of marks; what it would write is looked at first."""
    book = opened(request, pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"]
        try:
            change = propose_marks(
                cohort=book.cohort,
                content=content,
                name=content.name,
                size=content.size,
                by=book.user,
            )
        except (SheetError, ValidationError) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("jobs:change", change.pk)
    context = {"book": book, "cohort": book.cohort, "form": form, "scheme": book.scheme}
    status = 422 if form.errors else 200
    return render(request, "assessment/gradebook/sheet.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the gradebook as a workbook."""
    return respond(request, GRADES, {"cohort": opened(request, pk).cohort.pk})
