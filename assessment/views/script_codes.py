"""Scripts of a component on paper under codes: coding, entering marks by code, joining."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessment.actions import script_codes as actions
from assessment.actions.script_codes import CodedMark
from assessment.errors import Refused
from assessment.forms.gradebook import CodedSheetForm
from assessment.gradebook import Item
from assessment.models import ScriptCoding
from assessment.models.script_codes import WAITING
from assessment.script_exports import NAMES, SHEET
from assessment.script_sheets import propose_script_marks, read_mark, shown_mark
from assessment.views.gradebook import FIELD, NUMBER, SENT_AT_MOST, Opened, opened
from jobs.exports import respond
from lms.pages import keyset_page
from lms.sheets import SheetError

ORDER = ("code", "pk")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scripts(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show how far the scripts of a component are; code them, give the codes up, join them."""
    book, item = _paper(request, pk, key)
    coding = _codings(book, key).first()
    if request.method == "POST":
        if not book.may_decide:
            raise Http404
        try:
            _act(request, book, item, coding)
        except Refused as error:
            messages.error(request, str(error))
        return redirect("assessment:scripts", pk, key)
    context = {
        "cohort": book.cohort,
        "item": item,
        "coding": coding,
        "may_decide": book.may_decide,
        **(_figures(book, coding) if coding else {}),
    }
    return render(request, "assessment/scripts/overview.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key_scripts(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Type marks down the list of codes; no name is near."""
    book, item = _paper(request, pk, key)
    coding = _open_coding(book, key)
    try:
        actions.refuse_keying(coding, book.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessment:scripts", pk, key)
    page = keyset_page(coding.codes.with_marks(), request, order=ORDER)
    rows = [Typed(row, shown_mark(row.points, row.is_absent)) for row in page.rows]
    if request.method == "POST":
        rows = _posted(request, coding)
        if _keyed(request, book, coding, rows):
            messages.success(request, _("The marks are saved."))
            goes_on = "next" in request.POST and page.next_token
            query = urlencode({"page": page.next_token}) if goes_on else request.GET.urlencode()
            return redirect(f"{request.path}?{query}")
    failed = any(row.error for row in rows)
    context = {"cohort": book.cohort, "item": item, "rows": rows, "page": page, "failed": failed}
    status = 422 if failed else 200
    return render(request, "assessment/scripts/enter.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def script_file(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Take a workbook of marks by code; what it would write is looked at first."""
    book, item = _paper(request, pk, key)
    coding = _open_coding(book, key)
    form = CodedSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"]
        told = {"content": content, "name": content.name, "size": content.size, "by": book.user}
        try:
            actions.refuse_keying(coding, book.user)
            change = propose_script_marks(coding=coding, **told)
        except (SheetError, ValidationError, Refused) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("jobs:change", change.pk)
    context = {"cohort": book.cohort, "item": item, "form": form}
    status = 422 if form.errors else 200
    return render(request, "assessment/scripts/file.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def script_sheet(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponseBase:
    """Return the sheet of codes, to be filled in."""
    book, _item = _paper(request, pk, key)
    coding = get_object_or_404(_codings(book, key))
    return respond(request, SHEET, {"coding": coding.pk})


@require_http_methods(["GET", "HEAD", "POST"])
def script_names(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponseBase:
    """Return the names beside the codes; who has it enters no marks from then on."""
    book, _item = _paper(request, pk, key)
    coding = get_object_or_404(_codings(book, key))
    if not book.may_decide:
        raise Http404
    try:
        actions.see_names(coding=coding, by=book.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessment:scripts", pk, key)
    return respond(request, NAMES, {"coding": coding.pk})


@dataclass
class Typed:
    """A line of the list of codes: what stands in its field, and why it was not saved."""

    row: Any
    text: str
    error: str = ""

    @property
    def name(self) -> str:
        """Return the name of the field."""
        return f"m{self.row.pk}"


def _paper(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Opened, Item]:
    book = opened(request, pk)
    item = book.item(key)
    if not item.is_on_paper:
        raise Http404
    return book, item


def _codings(book: Opened, key: uuid.UUID) -> Any:
    rows = ScriptCoding.objects.filter(cohort=book.cohort, component_key=key)
    return rows.select_related("cohort", "coded_by", "joined_by")


def _open_coding(book: Opened, key: uuid.UUID) -> ScriptCoding:
    coding: ScriptCoding = get_object_or_404(_codings(book, key).filter(joined_at=None))
    return coding


def _act(request: HttpRequest, book: Opened, item: Item, coding: ScriptCoding | None) -> None:
    wanted = request.POST.get("do")
    if wanted == "code":
        actions.code_scripts(cohort=book.cohort, key=item.key, by=book.user)
        messages.success(request, _("Every learner of the class has a script code."))
    elif wanted == "drop" and coding:
        actions.drop_coding(coding=coding, by=book.user)
        messages.success(request, _("The script codes are given up."))
    elif wanted == "join" and coding:
        _told_of_join(request, actions.join_scripts(coding=coding, by=book.user))


def _told_of_join(request: HttpRequest, refused: dict[int, str]) -> None:
    messages.success(request, _("Names and marks are joined. Learners see them after the release."))
    if refused:
        text = ngettext(
            "%(n)s mark was not entered: the learner has left the class or the result rests.",
            "%(n)s marks were not entered: the learners have left the class or the results rest.",
            len(refused),
        )
        messages.warning(request, text % {"n": len(refused)})


def _figures(book: Opened, coding: ScriptCoding) -> dict[str, Any]:
    places = book.cohort.enrolments.in_force()
    figures: dict[str, Any] = coding.codes.with_marks().aggregate(
        scripts=Count("pk"),
        waiting=Count("pk", filter=WAITING),
        absent=Count("pk", filter=Q(is_absent=True)),
        marked=Count("mark"),
    )
    return figures | {
        "uncoded": places.exclude(script_codes__coding=coding).count(),
        "has_keyed": actions.has_keyed(coding, book.user),
        "has_seen": coding.seen_by.filter(pk=book.user.pk).exists(),
    }


def _posted(request: HttpRequest, coding: ScriptCoding) -> list[Typed]:
    """Return the lines whose fields were sent."""
    sent = [int(match[1]) for name in request.POST if (match := FIELD.match(name))]
    codes = coding.codes.with_marks().filter(pk__in=sent[:SENT_AT_MOST]).order_by(*ORDER)
    return [Typed(row, request.POST[f"m{row.pk}"]) for row in codes]


def _keyed(request: HttpRequest, book: Opened, coding: ScriptCoding, rows: Sequence[Typed]) -> bool:
    """Save what was typed; keep beside each field why it was not. Return whether all was saved."""
    marks = []
    for line in rows:
        try:
            points, is_absent = read_mark(line.text)
        except ValidationError as error:
            line.error = " ".join(error.messages)
            continue
        seen = request.POST.get(f"s{line.row.pk}", "")
        last = int(seen) if NUMBER.fullmatch(seen) else None
        marks.append(CodedMark(line.row.pk, points, is_absent, last))
    try:
        refused = actions.key_marks(coding=coding, marks=marks, by=book.user)
    except Refused as error:
        messages.error(request, str(error))
        return False
    for line in rows:
        line.error = refused.get(line.row.pk, line.error)
    return not any(line.error for line in rows)
