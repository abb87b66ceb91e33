"""Times away on the page of a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import absences as actions
from accounts.errors import Refused
from accounts.forms.absences import AbsenceEndForm, AbsenceForm
from accounts.models import Absence, User
from accounts.views.common import done, form_page, managed


def enter_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter that somebody is away."""
    user, shown = managed(request, pk)
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.enter_absence(person=shown, by=user, **form.cleaned_data)
            return done(request, _("The absence is entered."), "accounts:person", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Enter an absence"),
        lead=shown.full_name,
        warning=_("Duties of courses that are due meanwhile are put off by the days away."),
        submit=_("Enter"),
        back=reverse("accounts:person", args=[shown.pk]),
    )


def change_absence(request: HttpRequest, pk: int, absence_pk: int) -> HttpResponse:
    """Move the last day of an absence, or take it back."""
    user, shown = managed(request, pk)
    standing = Absence.objects.standing().filter(person=shown).select_related("kind", "person")
    row = get_object_or_404(standing, pk=absence_pk)
    form = AbsenceEndForm(request.POST or None, initial={"until": row.until})
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, row, form, user)
        except Refused as error:
            form.add_error("until", str(error))
    context = {"form": form, "person": shown, "absence": row}
    status = 422 if form.errors else 200
    return render(request, "accounts/absence.html", context, status=status)


def _changed(request: HttpRequest, row: Absence, form: AbsenceEndForm, by: User) -> HttpResponse:
    told = form.cleaned_data
    if request.POST.get("do") == "withdraw":
        actions.withdraw_absence(absence=row, by=by, reason=told["reason"])
        sentence = _("The absence is taken back.")
    else:
        actions.move_absence_end(absence=row, by=by, **told)
        sentence = _("The last day of the absence is changed.")
    return done(request, sentence, "accounts:person", row.person_id)
