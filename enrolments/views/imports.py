"""A cohort from a spreadsheet: send, say what the columns hold, look, decide, write, take back."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.imports import ColumnsForm, initial_columns
from accounts.http import signed_in
from accounts.imports.lists import unit_of_the_file
from accounts.imports.reading import outline
from accounts.imports.rows import NEW
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.errors import Refused
from enrolments.exports import VERDICTS
from enrolments.forms.imports import UploadForm
from enrolments.imports import decisions, papers
from enrolments.imports.source import KIND
from enrolments.imports.standing import sending_units
from enrolments.models import Cohort, SheetLayout
from files.accept import SPREADSHEETS
from files.actions import store
from jobs import actions
from jobs.bulk import bulk_kinds
from jobs.exports import respond
from jobs.models import BulkChange, BulkRow, ChangeState
from jobs.views import change_context
from lms.export import XLSX_TYPE
from lms.sheets import SheetError

UNFIXED = (ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file for a class."""
    cohort, user = _cohort(request, pk)
    form = UploadForm(request.POST or None, request.FILES or None, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            change = _begin(cohort, form.cleaned_data, user)
        except (SheetError, ValidationError) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("enrolments:import_columns", cohort.pk, change.pk)
    earlier = BulkChange.objects.visible_to(user).filter(kind=KIND, params__cohort_id=cohort.pk)
    context = {"cohort": cohort, "form": form, "earlier": earlier[:10]}
    status = 422 if form.errors else 200
    return render(request, "enrolments/import_upload.html", context, status=status)


def _begin(cohort: Cohort, sent: dict[str, Any], user: User) -> BulkChange:
    """Keep the file and what it holds; nothing is planned yet."""
    content = sent["file"]
    SPREADSHEETS.check_name(content.name)
    SPREADSHEETS.check_size(content.size)
    shape = outline(content.read(), content.name)
    content.seek(0)
    unit = unit_of_the_file(shape["sheets"][0]["titles"], sending_units(user))
    unit_id = unit.pk if unit else None
    file = store(
        content=content, name=content.name, by=user, accept=SPREADSHEETS, purpose="cohort_import"
    )
    params = {
        "cohort_id": cohort.pk,
        "file_id": file.pk,
        "unit_id": unit_id,
        "decision_id": sent["decision"].pk if sent["decision"] else None,
        "outline": shape,
    }
    return actions.draft(
        kind=KIND,
        key=f"cohort-import:{cohort.pk}:{file.pk}",
        title=_("%(class)s: list %(file)s") % {"class": cohort.code, "file": file.name},
        by=user,
        params=params,
        unit_id=unit_id,
    )


@require_safe
def template(request: HttpRequest, pk: int) -> FileResponse:
    """Return the workbook to fill in."""
    cohort, user = _cohort(request, pk)
    name = f"mau-danh-sach-{cohort.code}.xlsx"
    data = io.BytesIO(papers.template(user))
    return FileResponse(data, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def columns(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """Ask what the columns hold; then check the rows in the background."""
    change, user = _change(request, pk, change_pk)
    if change.state not in UNFIXED:
        return redirect("enrolments:import", pk, change_pk)
    sheet = _sheet(change, request.POST.get("sheet") or request.GET.get("sheet", ""))
    initial = _remembered(change, sheet, user)
    form = ColumnsForm(
        request.POST or None, sheet=sheet, units=sending_units(user), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        _plan(change, sheet, form.cleaned_data, user)
        return redirect("enrolments:import", pk, change_pk)
    context = {
        "cohort": _cohort(request, pk)[0],
        "change": change,
        "form": form,
        "sheet": sheet,
        "sheets": change.params["outline"]["sheets"],
        "notes": change.params["outline"]["notes"],
    }
    status = 422 if form.errors else 200
    return render(request, "enrolments/import_columns.html", context, status=status)


def _sheet(change: BulkChange, name: str) -> dict[str, Any]:
    sheets: list[dict[str, Any]] = change.params["outline"]["sheets"]
    wanted = name or change.params.get("sheet", "")
    return next((sheet for sheet in sheets if sheet["name"] == wanted), sheets[0])


def _remembered(change: BulkChange, sheet: dict[str, Any], user: User) -> dict[str, Any]:
    """Return the columns as chosen for this file, else for this layout before, else guessed."""
    chosen = change.params.get("mapping") if change.params.get("sheet") == sheet["name"] else None
    layouts = SheetLayout.objects.filter(fingerprint=sheet["fingerprint"])
    known = layouts.nearest(user, unit_id=change.unit_id).first()
    mapping = chosen or (known.mapping if known else sheet["guess"])
    kept = {
        "unit": change.params.get("unit_id"),
        "category": change.params.get("category_id"),
        "order": change.params.get("order", ""),
    }
    return initial_columns(mapping) | kept


def _plan(change: BulkChange, sheet: dict[str, Any], chosen: dict[str, Any], user: User) -> None:
    decisions.remember_layout(
        fingerprint=sheet["fingerprint"],
        mapping=chosen["mapping"],
        unit_id=change.unit_id,
        by=user,
    )
    unit, category = chosen["unit"], chosen["category"]
    decisions.settle_columns(
        change=change,
        chosen={
            "sheet": sheet["name"],
            "mapping": chosen["mapping"],
            "order": chosen.get("order", ""),
            "unit_id": unit.pk if unit else None,
            "category_id": category.pk if category else None,
        },
        by=user,
    )


@require_safe
@never_cache
def show(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """Show the check, its progress, or what came of the import."""
    change, user = _change(request, pk, change_pk)
    if change.state == ChangeState.DRAFT:
        return redirect("enrolments:import_columns", pk, change_pk)
    context = change_context(change, request)
    planned = change.state == ChangeState.PLANNED
    rows: list[BulkRow] = context["rows"]
    creatable = change.rows.filter(verdict="unknown", target_type=NEW)
    context |= {
        "cohort": _cohort(request, pk)[0],
        "may_decide": planned,
        "may_create": planned and rights(user).has(Permission.MANAGE_PEOPLE),
        "lines": _lines(rows, user) if planned else [(row, []) for row in rows],
        "alone": decisions.waiting_alone(change).count() if planned else 0,
        "to_create": creatable.filter(included=False).count() if planned else 0,
        "created": creatable.filter(included=True).count() if planned else 0,
        "notes": change.params["outline"]["notes"],
    }
    return render(request, "enrolments/import_detail.html", context)


def _lines(rows: list[BulkRow], user: User) -> list[tuple[BulkRow, list[User]]]:
    """Return each row with the people it may mean, as far as the officer still sees them."""
    named = {row.pk: (row.before or {}).get("candidates", []) for row in rows}
    ids = {pk for several in named.values() for pk in several}
    seen = User.objects.allowing(user, Permission.SEND_PEOPLE).filter(pk__in=ids).with_posts()
    people = {person.pk: person for person in seen} if ids else {}
    return [(row, [people[pk] for pk in named[row.pk] if pk in people]) for row in rows]


@require_POST
def decide(request: HttpRequest, pk: int, change_pk: int, row_pk: int) -> HttpResponse:
    """Say who a row means, or that its record is made, or that it stays out."""
    change, user = _change(request, pk, change_pk)
    row = get_object_or_404(change.rows, pk=row_pk)
    choice = request.POST.get("choice", "")
    simple = {
        decisions.CREATE: decisions.make_record,
        decisions.LEAVE: decisions.leave_out,
        decisions.KEEP: decisions.take_in,
    }
    try:
        if choice in simple:
            simple[choice](row=row, by=user)
        else:
            decisions.choose_person(row=row, person=_candidate(row, choice), by=user)
    except Refused as error:
        messages.error(request, str(error))
    return _back(request, pk, change_pk, row)


def _candidate(row: BulkRow, choice: str) -> User:
    offered = (row.before or {}).get("candidates", [])
    if not choice.isdecimal() or int(choice) not in offered:
        raise Http404
    return get_object_or_404(User, pk=int(choice))


@require_POST
def decide_all(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """Make records for all unknown people, or for none; or take all who fit alone."""
    change, user = _change(request, pk, change_pk)
    try:
        choice = request.POST.get("choice")
        if choice == decisions.TAKE:
            decisions.take_all_alone(change=change, by=user)
        else:
            wanted = choice == decisions.CREATE
            decisions.make_all_records(change=change, wanted=wanted, by=user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("enrolments:import", pk, change_pk)


@require_POST
def confirm(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """Write the plan in the background; the second of two clicks finds nothing to do."""
    change, user = _change(request, pk, change_pk)
    actions.confirm(change=change, by=user)
    return redirect("enrolments:import", pk, change_pk)


@require_http_methods(["GET", "HEAD", "POST"])
def annotated(request: HttpRequest, pk: int, change_pk: int) -> HttpResponseBase:
    """Return the rows of the file, each with its verdict and what came of it."""
    _change(request, pk, change_pk)
    return respond(request, VERDICTS, {"change": change_pk})


def _back(request: HttpRequest, pk: int, change_pk: int, row: BulkRow) -> HttpResponse:
    query = request.POST.get("query", "")
    address = redirect("enrolments:import", pk, change_pk)
    address["Location"] += f"?{query}#row-{row.number}" if query else f"#row-{row.number}"
    return address


def _cohort(request: HttpRequest, pk: int) -> tuple[Cohort, User]:
    """Return a class to which the person may send people of their own; else 404."""
    user = signed_in(request)
    cohort = get_object_or_404(Cohort.objects.visible_to(user), pk=pk)
    if not rights(user).has(Permission.SEND_PEOPLE):
        raise Http404
    return cohort, user


def _change(request: HttpRequest, pk: int, change_pk: int) -> tuple[BulkChange, User]:
    cohort, user = _cohort(request, pk)
    own = BulkChange.objects.visible_to(user).filter(kind=KIND, params__cohort_id=cohort.pk)
    change = get_object_or_404(own.select_related("job"), pk=change_pk)
    if not bulk_kinds[KIND].allows(user, change):
        raise Http404
    return change, user
