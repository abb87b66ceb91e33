"""Trainings held outside the system: one's own, and those of one's people."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need, signed_in
from accounts.models import User
from accounts.permissions import Permission
from enrolments.actions import outside as actions
from enrolments.errors import Refused
from enrolments.forms.outside import OutsideForm, OutsideSheetForm, ReviewForm
from enrolments.models import OutsideTraining
from enrolments.outside_sheets import header, propose_trainings
from files.links import link_to
from lms.export import xlsx_response
from lms.pages import keyset_page
from lms.sheets import SheetError

RELATED = ("person", "content_group", "study_form", "decided_by", "entered_by", "file__blob")


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """List one's own trainings held outside, with what became of each."""
    mine = OutsideTraining.objects.filter(person=signed_in(request))
    page = keyset_page(mine.select_related(*RELATED), request, order=("-ends_on", "-pk"))
    return render(request, "enrolments/outside/own.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a training of one's own."""
    form = OutsideForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.declare(
                person=signed_in(request),
                facts=form.facts(),
                content=file.file if file else None,
                name=file.name if file else "",
            )
        except ValidationError as error:
            form.add_error("file", error)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The training is declared; the HR officer reviews it."))
            return redirect("enrolments:outside_own")
    return _form(request, "enrolments/outside/declare.html", form)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's declaration back."""
    user = signed_in(request)
    row = get_object_or_404(OutsideTraining.objects.filter(person=user), pk=pk)
    if actions.take_back(training=row, by=user):
        messages.success(request, _("The declaration is taken back."))
    return redirect("enrolments:outside_own")


@require_safe
def outside(request: HttpRequest) -> HttpResponse:
    """List the trainings of one's people: those that wait, or all."""
    user = need(request, Permission.SEND_PEOPLE)
    found = OutsideTraining.objects.decided_by(user)
    every = request.GET.get("tat_ca") == "1"
    shown = (found if every else found.open()).select_related(*RELATED)
    page = keyset_page(shown, request, order=("-pk",) if every else ("pk",))
    context = {"page": page, "every": every, "waiting": found.open().count()}
    return render(request, "enrolments/outside/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a training of somebody; accept it, return it, or take it out of the ledger."""
    user = need(request, Permission.SEND_PEOPLE)
    rows = OutsideTraining.objects.decided_by(user).select_related(*RELATED, "entry")
    row = get_object_or_404(rows, pk=pk)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sentence = _reviewed(request, row, user, form.cleaned_data["answer"])
        except Refused as error:
            # Only what waits or counts still has a form on its page.
            if not OutsideTraining.objects.standing().filter(pk=pk, state=row.state).exists():
                messages.error(request, str(error))
                return redirect("enrolments:review_outside", pk)
            form.add_error("answer", str(error))
        else:
            messages.success(request, sentence)
            return redirect("enrolments:outside")
    file = link_to(row.file, user=user, inline=True) if row.file else ""
    status = 422 if form.errors else 200
    context = {"row": row, "form": form, "file": file}
    return render(request, "enrolments/outside/review.html", context, status=status)


def _reviewed(request: HttpRequest, row: OutsideTraining, user: User, answer: str) -> str:
    act = request.POST.get("act")
    if act == "accept":
        actions.accept(training=row, by=user, answer=answer)
        return _("The training is accepted; its periods are in the ledger.")
    if act == "return":
        actions.send_back(training=row, by=user, answer=answer)
        return _("The declaration is returned; the person gets a notice.")
    if act != "reverse":
        raise Http404
    if not answer.strip():
        raise Refused(_("Say why: the person reads the reason."))
    actions.reverse_training(training=row, by=user, reason=answer)
    return _("The training is taken out of the ledger.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """Take a workbook of trainings; what it would write is looked at first."""
    user = need(request, Permission.SEND_PEOPLE)
    form = OutsideSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"]
        try:
            change = propose_trainings(
                content=content, name=content.name, size=content.size, by=user
            )
        except (SheetError, ValidationError) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("jobs:change", change.pk)
    return _form(request, "enrolments/outside/sheet.html", form)


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """Return an empty workbook with the headings."""
    need(request, Permission.SEND_PEOPLE)
    return xlsx_response("dao-tao-ho-so-giay", header(), [])


def _form(request: HttpRequest, page: str, form: OutsideForm | OutsideSheetForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, page, {"form": form}, status=status)
