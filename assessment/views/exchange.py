"""Questions from a file into a bank, and out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import signed_in
from assessment.actions import exchange as actions
from assessment.forms.exchange import QuestionFileForm
from assessment.interchange import WRITERS
from assessment.interchange.base import BYTES_AT_MOST, QUESTIONS_AT_MOST
from assessment.interchange.table import template
from assessment.kinds import question_kinds
from assessment.models import QuestionBank
from assessment.views.bank import open_bank

CONFIRMED = "ghi"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file, show what it would add, and add it when that is confirmed."""
    held = open_bank(request, pk)
    form = QuestionFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        context = {"bank": held, "form": form, "kilobytes": BYTES_AT_MOST // 1000}
        context["most"] = QUESTIONS_AT_MOST
        status = 422 if form.errors else 200
        return render(request, "assessment/studio/import.html", context, status=status)
    if request.POST.get("act") == CONFIRMED:
        return _write(request, held, form)
    return _dry_run(request, held, form)


@never_cache
@require_safe
def import_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the table to be written over."""
    open_bank(request, pk)
    # Spreadsheets take UTF-8 for what it is only with its mark in front.
    return _download("\ufeff" + template(), "mau-cau-hoi.csv", "text/csv")


@never_cache
@require_safe
def export_questions(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Return the questions of a bank, keys included, as a file of another system."""
    held = open_bank(request, pk)
    if form not in WRITERS:
        raise Http404
    _name, suffix, write = WRITERS[form]
    items = actions.export_questions(bank=held, form=form, by=signed_in(request))
    text, _left_out = write(items)
    kind = "text/xml" if suffix == "xml" else "text/plain"
    return _download(text, f"ngan-hang-{held.pk}.{suffix}", kind)


def _dry_run(request: HttpRequest, held: QuestionBank, form: QuestionFileForm) -> HttpResponse:
    plan = actions.plan(bank=held, read=form.read)
    labels = {kind.code: kind.label for kind in question_kinds}
    context = {
        "bank": held,
        "plan": plan,
        "new": [(item, labels[item.kind]) for item in plan.new],
        "carried": {name: form.cleaned_data[name] for name in ("format", "content", "name")},
        "confirmed": CONFIRMED,
    }
    return render(request, "assessment/studio/import_plan.html", context)


def _write(request: HttpRequest, held: QuestionBank, form: QuestionFileForm) -> HttpResponse:
    count = actions.import_questions(bank=held, read=form.read, by=signed_in(request))
    said = ngettext("%(n)d question is added.", "%(n)d questions are added.", count)
    if count:
        messages.success(request, said % {"n": count})
    else:
        messages.info(request, _("Nothing is added: the bank holds all of it already."))
    return redirect("assessment:bank", held.pk)


def _download(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
