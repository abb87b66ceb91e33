"""Resits of a component: set one, enter its marks, release them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessment.actions import resits as actions
from assessment.actions.resits import ResitMark
from assessment.errors import Refused
from assessment.forms.resits import ResitForm
from assessment.gradebook import Item
from assessment.models import Resit, ResitPlace
from assessment.resits import candidates
from assessment.script_sheets import read_mark, shown_mark
from assessment.views.gradebook import Opened, opened


@dataclass
class Typed:
    """A learner on the list: what stands in the field of the mark, and why it was not kept."""

    row: ResitPlace
    text: str
    error: str = ""

    @property
    def name(self) -> str:
        """Return the name of the field."""
        return f"m{self.row.enrolment_id}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resit(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show the open resit of a component with its marks, or set one."""
    book, item = _decided_by(request, pk, key)
    row = Resit.objects.open().filter(cohort=book.cohort, component_key=key).first()
    return _marks(request, book, item, row) if row else _set(request, book, item)


@require_POST
def end_resit(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Release the marks of a resit, call it off, or strike one learner off its list."""
    book, _item = _decided_by(request, pk, key)
    rows = Resit.objects.open().filter(cohort=book.cohort, component_key=key)
    row = get_object_or_404(rows)
    try:
        _end(request, book, row)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("assessment:resit", pk, key)


def _set(request: HttpRequest, book: Opened, item: Item) -> HttpResponse:
    offered = candidates(book.cohort, item, without=book.user.pk)
    form = ResitForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_resit(cohort=book.cohort, key=item.key, plan=form.plan(), by=book.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The resit is set; the learners get a notice."))
            return redirect("assessment:resit", book.cohort.pk, item.key)
    past = Resit.objects.filter(cohort=book.cohort, component_key=item.key)
    context = {
        "cohort": book.cohort,
        "item": item,
        "form": form,
        "offered": offered,
        "past": past.select_related("released_by", "cancelled_by"),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/resits/new.html", context, status=status)


def _marks(request: HttpRequest, book: Opened, item: Item, row: Resit) -> HttpResponse:
    places = row.places.select_related("enrolment__learner", "enrolment__sending_unit")
    listed = places.exclude(enrolment__learner_id=book.user.pk)
    rows = [
        Typed(place, shown_mark(place.points, place.is_absent))
        for place in listed.order_by("enrolment__learner_sort_key", "pk")
    ]
    if request.method == "POST" and _kept(request, book, row, rows):
        messages.success(request, _("The marks are saved."))
        return redirect("assessment:resit", book.cohort.pk, item.key)
    failed = any(line.error for line in rows)
    context = {"cohort": book.cohort, "item": item, "resit": row, "rows": rows, "failed": failed}
    context["waiting"] = sum(not line.text and line.row.struck_at is None for line in rows)
    status = 422 if failed else 200
    return render(request, "assessment/resits/marks.html", context, status=status)


def _kept(request: HttpRequest, book: Opened, row: Resit, rows: Sequence[Typed]) -> bool:
    """Keep what was typed; leave beside each field why it was not. Return whether all was."""
    marks = []
    for line in rows:
        if line.name not in request.POST:
            continue
        line.text = request.POST[line.name]
        try:
            points, is_absent = read_mark(line.text)
        except ValidationError as error:
            line.error = " ".join(error.messages)
            continue
        marks.append(ResitMark(line.row.enrolment_id, points, is_absent))
    try:
        refused = actions.key_marks(resit=row, marks=marks, by=book.user)
    except Refused as error:
        messages.error(request, str(error))
        return False
    for line in rows:
        line.error = refused.get(line.row.enrolment_id, line.error)
    return not any(line.error for line in rows)


def _end(request: HttpRequest, book: Opened, row: Resit) -> None:
    reason = request.POST.get("reason", "").strip()
    struck = request.POST.get("strike", "")
    if request.POST.get("do") == "release":
        count = actions.release_resit(resit=row, by=book.user)
        text = ngettext(
            "The result of %(n)s learner is released.",
            "The results of %(n)s learners are released.",
            count,
        )
        messages.success(request, text % {"n": count})
    elif not reason:
        messages.error(request, _("Write the reason."))
    elif struck.isdigit():
        if actions.strike(resit=row, place=int(struck), by=book.user, reason=reason):
            messages.success(request, _("The learner is off the list."))
    elif actions.call_off(resit=row, by=book.user, reason=reason):
        messages.success(request, _("The resit is called off."))


def _decided_by(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Opened, Item]:
    """Return the gradebook and a component of it, to who releases in the class."""
    book = opened(request, pk)
    if not book.may_decide:
        raise Http404
    return book, book.item(key)
