"""Applications that wait for a person's answer, and who stands in for whom."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from admissions.actions import applying as actions
from admissions.actions.settings import end_deputy, name_deputy, set_admission
from admissions.forms.applying import (
    AdmissionForm,
    DecideForm,
    DeputyForm,
    TickedForm,
    typed_of,
)
from admissions.models import Admission, Application, Deputy
from enrolments.errors import Refused
from enrolments.views.common import seen
from lms.pages import keyset_page

ACTS = {"approve": True, "refuse": False}


@never_cache
@require_safe
def to_decide(request: HttpRequest) -> HttpResponse:
    """List the applications that wait for one's answer."""
    user = signed_in(request)
    rows = Application.objects.decided_by(user)
    related = rows.select_related("cohort__version", "learner", "unit")
    page = keyset_page(related, request, order=("applied_at", "pk"))
    context = {"page": page, "form": DecideForm(), "deputies": _deputies(user)}
    return render(request, "admissions/to_decide.html", context)


def _deputies(user: User) -> list[Deputy]:
    return list(Deputy.objects.in_force().filter(person=user).select_related("deputy"))


@require_POST
def decide_ticked(request: HttpRequest) -> HttpResponse:
    """Approve or refuse the ticked applications alike."""
    user = signed_in(request)
    form, act = TickedForm(request.POST, by=user), request.POST.get("act", "")
    if act not in ACTS:
        raise Http404
    if not form.is_valid():
        messages.warning(request, _("Tick applications first."))
        return redirect("admissions:to_decide")
    rows, note = list(form.cleaned_data["ids"]), form.cleaned_data["note"]
    try:
        done = actions.decide_many(applications=rows, by=user, approve=ACTS[act], note=note)
    except Refused as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%(n)s application answered.", "%(n)s applications answered.", done)
        messages.success(request, text % {"n": done})
    return redirect("admissions:to_decide")


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one application."""
    user, form = signed_in(request), DecideForm(request.POST)
    row = get_object_or_404(Application.objects.visible_to(user).exclude(learner=user), pk=pk)
    act = request.POST.get("act", "")
    if act not in ACTS or not form.is_valid():
        raise Http404
    try:
        note = form.cleaned_data["note"]
        actions.decide(application=row, by=user, approve=ACTS[act], note=note)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("admissions:application", pk)
    messages.success(request, _("The application is answered; the person gets a notice."))
    return redirect("admissions:to_decide")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: HttpRequest) -> HttpResponse:
    """Name who decides applications in one's place."""
    user = signed_in(request)
    form = DeputyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name_deputy(person=user, **form.named())
        except Refused as error:
            form.add_error("deputy", str(error))
        else:
            messages.success(request, _("The deputy is named."))
            return redirect("admissions:deputies")
    rows = Deputy.objects.filter(person=user).select_related("deputy").order_by("-since", "-pk")
    now = {row.pk for row in Deputy.objects.standing().filter(person=user)}
    context = {"form": form, "rows": [(row, row.pk in now) for row in rows[:50]]}
    status = 422 if form.errors else 200
    return render(request, "admissions/deputies.html", context, status=status)


@require_POST
def stop_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    """End that somebody stands in."""
    user = signed_in(request)
    row = get_object_or_404(Deputy.objects.filter(person=user), pk=pk)
    if end_deputy(row=row, by=user):
        messages.success(request, _("The deputy no longer decides."))
    return redirect("admissions:deputies")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a class takes applications, and those it has; change it."""
    shown = seen(request, pk, Permission.MANAGE_COHORTS)
    admission = Admission.objects.filter(cohort=shown.cohort).first()
    sent = request.POST if request.method == "POST" else None
    form = AdmissionForm(sent, initial=typed_of(admission))
    if sent is not None and form.is_valid():
        set_admission(cohort=shown.cohort, by=shown.user, **form.cleaned_data)
        messages.success(request, _("The class takes applications as said here."))
        return redirect("admissions:of_class", pk)
    rows = Application.objects.filter(cohort=shown.cohort).select_related("learner", "unit")
    page = keyset_page(rows, request, order=("-pk",))
    context = {"seen": shown, "cohort": shown.cohort, "form": form, "page": page}
    status = 422 if form.errors else 200
    return render(request, "admissions/of_class.html", context, status=status)
