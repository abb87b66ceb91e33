"""People from a spreadsheet: send, say what the columns hold, look, decide, write, take back."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refused
from accounts.forms.imports import COMPLETE, ColumnsForm, PeopleFileForm, initial_columns
from accounts.http import need
from accounts.imports import decisions
from accounts.imports.lists import unit_of_the_file
from accounts.imports.reading import outline
from accounts.imports.source import KIND
from accounts.imports.standing import scope_of, units_of
from accounts.models import User
from accounts.permissions import Permission
from files.accept import SPREADSHEETS
from files.actions import store
from jobs import actions
from jobs.bulk import bulk_kinds
from jobs.models import BulkChange, BulkRow, ChangeState, Verdict
from jobs.views import change_context
from lms.export import XLSX_TYPE, write_xlsx
from lms.sheets import PEOPLE, SheetError

UNFIXED = (ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED)
TEMPLATE = ("staff_code", "full_name", "birth", "gender", "unit", "position", "category",
            "mobile", "email", "identity_number")  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file of people."""
    user = need(request, Permission.MANAGE_PEOPLE)
    form = PeopleFileForm(request.POST or None, request.FILES or None, units=units_of(user))
    if request.method == "POST" and form.is_valid():
        try:
            change = _begin(form.cleaned_data, user)
        except (SheetError, ValidationError) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("accounts:people_columns", change.pk)
    earlier = BulkChange.objects.visible_to(user).filter(kind=KIND)
    context = {"form": form, "earlier": earlier[:10]}
    status = 422 if form.errors else 200
    return render(request, "accounts/imports/upload.html", context, status=status)


def _begin(sent: dict[str, Any], user: User) -> BulkChange:
    """Keep the file and what it holds; nothing is planned yet."""
    content = sent["file"]
    SPREADSHEETS.check_name(content.name)
    SPREADSHEETS.check_size(content.size)
    shape = outline(content.read(), content.name)
    content.seek(0)
    is_whole = sent["mode"] == COMPLETE
    unit = sent["whole"] if is_whole else None
    unit = unit or unit_of_the_file(shape["sheets"][0]["titles"], units_of(user))
    file = store(
        content=content, name=content.name, by=user, accept=SPREADSHEETS, purpose="people_import"
    )
    params = {
        "file_id": file.pk,
        "since": sent["since"].isoformat(),
        "unit_id": unit.pk if unit else None,
        "whole_id": sent["whole"].pk if is_whole else None,
        "reason_id": sent["reason"].pk if is_whole else None,
        "outline": shape,
    }
    return actions.draft(
        kind=KIND,
        key=f"people-import:{file.pk}",
        title=_("Personnel: %(name)s") % {"name": file.name},
        by=user,
        params=params,
        unit_id=unit.pk if unit else None,
    )


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """Return the workbook to fill in."""
    need(request, Permission.MANAGE_PEOPLE)
    labels = {field.key: str(field.label) for field in PEOPLE}
    target = io.BytesIO()
    write_xlsx(target, [labels[key] for key in TEMPLATE], [])
    target.seek(0)
    name = "mau-nhan-su.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what the columns hold; then check the rows in the background."""
    change, user = _change(request, pk)
    if change.state not in UNFIXED:
        return redirect("accounts:people_import", pk)
    sheet = _sheet(change, request.POST.get("sheet") or request.GET.get("sheet", ""))
    form = ColumnsForm(
        request.POST or None, sheet=sheet, units=units_of(user), initial=_initial(change, sheet)
    )
    if request.method == "POST" and form.is_valid():
        _plan(change, sheet, form.cleaned_data, user)
        return redirect("accounts:people_import", pk)
    shape = change.params["outline"]
    context = {"change": change, "form": form, "sheet": sheet}
    context |= {"sheets": shape["sheets"], "notes": shape["notes"]}
    status = 422 if form.errors else 200
    return render(request, "accounts/imports/columns.html", context, status=status)


def _sheet(change: BulkChange, name: str) -> dict[str, Any]:
    sheets: list[dict[str, Any]] = change.params["outline"]["sheets"]
    wanted = name or change.params.get("sheet", "")
    return next((sheet for sheet in sheets if sheet["name"] == wanted), sheets[0])


def _initial(change: BulkChange, sheet: dict[str, Any]) -> dict[str, Any]:
    chosen = change.params.get("mapping") if change.params.get("sheet") == sheet["name"] else None
    return initial_columns(chosen or sheet["guess"]) | {
        "unit": change.params.get("unit_id"),
        "category": change.params.get("category_id"),
        "order": change.params.get("order", ""),
    }


def _plan(change: BulkChange, sheet: dict[str, Any], chosen: dict[str, Any], user: User) -> None:
    unit, category = chosen["unit"], chosen["category"]
    settled = {
        "sheet": sheet["name"],
        "mapping": chosen["mapping"],
        "order": chosen.get("order", ""),
        "unit_id": unit.pk if unit else None,
        "category_id": category.pk if category else None,
    }
    decisions.settle_columns(change=change, chosen=settled, by=user)


@require_safe
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the check, its progress, or what came of the import."""
    change, user = _change(request, pk)
    if change.state == ChangeState.DRAFT:
        return redirect("accounts:people_columns", pk)
    context = change_context(change, request)
    unsure = change.rows.filter(verdict=Verdict.AMBIGUOUS).order_by("number")
    planned = change.state == ChangeState.PLANNED
    undecided = list(unsure.filter(target_type="", message__gt="")[:20]) if planned else []
    context |= {
        "unsure": _lines(undecided, user),
        "unsure_count": unsure.filter(target_type="").count() if planned else 0,
        "notes": change.params["outline"]["notes"],
    }
    return render(request, "accounts/imports/detail.html", context)


def _lines(rows: list[BulkRow], user: User) -> list[tuple[BulkRow, list[User]]]:
    """Return each row with the people it may mean, as far as the officer still sees them."""
    named = {row.pk: (row.before or {}).get("candidates", []) for row in rows}
    ids = {pk for several in named.values() for pk in several}
    people = {one.pk: one for one in scope_of(user).filter(pk__in=ids).with_posts()} if ids else {}
    return [(row, [people[pk] for pk in named[row.pk] if pk in people]) for row in rows]


@require_POST
def decide(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """Say who an unsure row means, or that its record is made, or that it stays out."""
    change, user = _change(request, pk)
    row = get_object_or_404(change.rows, pk=row_pk)
    choice = request.POST.get("choice", "")
    try:
        if choice == decisions.CREATE:
            decisions.make_record(row=row, by=user)
        elif choice == decisions.LEAVE:
            decisions.leave_out(row=row, by=user)
        else:
            decisions.choose_person(row=row, person=_candidate(row, choice), by=user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("accounts:people_import", pk)


def _candidate(row: BulkRow, choice: str) -> User:
    offered = (row.before or {}).get("candidates", [])
    if not choice.isdecimal() or int(choice) not in offered:
        raise Http404
    return get_object_or_404(User, pk=int(choice))


def _change(request: HttpRequest, pk: int) -> tuple[BulkChange, User]:
    user = need(request, Permission.MANAGE_PEOPLE)
    own = BulkChange.objects.visible_to(user).filter(kind=KIND)
    change = get_object_or_404(own.select_related("job"), pk=pk)
    if not bulk_kinds[KIND].allows(user, change):
        raise Http404
    return change, user
