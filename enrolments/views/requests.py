"""Requests about duties: one's own, and those an officer answers."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need, signed_in
from accounts.permissions import Permission
from enrolments.actions import requests as actions
from enrolments.due import Duty, with_reasons
from enrolments.errors import Refused
from enrolments.forms.requests import AnswerForm, AskForm
from enrolments.models import DutyRequest, Obligation
from enrolments.slots import panels_of
from files.links import link_to
from lms.pages import keyset_page

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_about(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a duty of one's own with what was asked about it; ask."""
    user = signed_in(request)
    own = with_reasons(Obligation.objects.filter(person=user))
    duty = get_object_or_404(own, pk=pk)
    form = AskForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_about(obligation=duty, asked=form.asked(), by=user)
        except ValidationError as error:
            form.add_error("file", error)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The request is on its way; the answer is a notice."))
            return redirect("enrolments:ask_about", pk)
    made = list(duty.requests.select_related("decided_by").order_by("-pk"))
    context = {
        "duty": Duty(duty),
        "panels": panels_of(duty),
        "made": made,
        "may_ask": duty.is_outstanding and not any(row.is_open for row in made),
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "enrolments/requests/own.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's request back."""
    user = signed_in(request)
    own = DutyRequest.objects.filter(obligation__person=user).select_related("obligation")
    row = get_object_or_404(own, pk=pk)
    if actions.take_back(request=row, by=user):
        messages.success(request, _("The request is taken back."))
    return redirect("enrolments:ask_about", row.obligation_id)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List the requests of one's people: those that wait, or all."""
    user = need(request, Permission.SEND_PEOPLE)
    found = DutyRequest.objects.decided_by(user)
    every = request.GET.get("tat_ca") == "1"
    shown = (found if every else found.open()).select_related("obligation__person", "decided_by")
    page = keyset_page(shown, request, order=("asked_at", "pk"))
    context = {"page": page, "every": every, "waiting": found.open().count()}
    return render(request, "enrolments/requests/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request with its duty; grant or refuse it."""
    user = need(request, Permission.SEND_PEOPLE)
    rows = DutyRequest.objects.decided_by(user).select_related(
        "obligation__person", "obligation__basis", "file__blob", "decided_by",
        "obligation__enrolment__cohort__opening_decision",
    )  # fmt: skip
    row = get_object_or_404(rows, pk=pk)
    form = AnswerForm(request.POST or None, asked=row)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, row, form)
        except Refused as error:
            if not DutyRequest.objects.open().filter(pk=pk).exists():
                messages.error(request, str(error))
                return redirect("enrolments:answer_request", pk)
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The request is answered; the person gets a notice."))
            return redirect("enrolments:requests")
    file = link_to(row.file, user=user, inline=True) if row.file else ""
    context = {"row": row, "duty": Duty(row.obligation), "form": form, "file": file}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "enrolments/requests/answer.html", context, status=status)


def _decide(request: HttpRequest, row: DutyRequest, form: AnswerForm) -> None:
    user, values = signed_in(request), form.cleaned_data
    act = request.POST.get("act")
    if act == "grant":
        due_on = values.get("due_on")
        actions.grant(request=row, by=user, answer=values["answer"], due_on=due_on)
    elif act == "refuse":
        actions.refuse(request=row, by=user, answer=values["answer"])
    else:
        raise Http404
