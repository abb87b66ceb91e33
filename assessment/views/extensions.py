"""The extensions of a class for one test, and the same for several learners at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions import extensions as actions
from assessment.errors import Refused
from assessment.forms.results import GroupForm
from assessment.frozen import quiz_of
from assessment.models import Extension
from enrolments.models import Cohort
from lms.pages import keyset_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extensions(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """List the extensions of a class for a test, and grant the same to several learners."""
    cohort = _class(request, pk)
    quiz = quiz_of(cohort.version, key)
    if quiz is None:
        raise Http404
    places = cohort.enrolments.in_force().exclude(learner_id=signed_in(request).pk)
    form = GroupForm(request.POST or None, places=places.select_related("version", "learner"))
    if request.method == "POST" and form.is_valid() and _granted(request, key, form):
        return redirect("assessment:extensions", pk, key)
    rows = Extension.objects.filter(enrolment__cohort=cohort, component_key=key)
    rows = rows.exclude(enrolment__learner_id=signed_in(request).pk)
    related = rows.select_related("enrolment__learner", "granted_by", "ended_by")
    page = keyset_page(related, request, order=("-granted_at", "-pk"))
    context = {"cohort": cohort, "quiz": quiz, "form": form, "page": page}
    status = 422 if form.errors else 200
    return render(request, "assessment/class/extensions.html", context, status=status)


@require_POST
def end_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an extension hold no longer."""
    cohorts = Cohort.objects.allowing(request.user, Permission.GRANT_EXTENSIONS)
    rows = Extension.objects.filter(enrolment__cohort__in=cohorts.values("pk"))
    rows = rows.exclude(enrolment__learner_id=signed_in(request).pk)
    row = get_object_or_404(rows.select_related("enrolment"), pk=pk)
    if actions.end_extension(extension=row, by=signed_in(request)):
        messages.success(request, _("The extension holds no longer."))
    return redirect("assessment:extensions", row.enrolment.cohort_id, row.component_key)


def _class(request: HttpRequest, pk: int) -> Cohort:
    cohorts = Cohort.objects.allowing(request.user, Permission.GRANT_EXTENSIONS)
    cohort: Cohort = get_object_or_404(cohorts.select_related("version"), pk=pk)
    return cohort


def _granted(request: HttpRequest, key: uuid.UUID, form: GroupForm) -> bool:
    told: dict[str, Any] = dict(form.cleaned_data)
    places = told.pop("people")
    try:
        count = actions.extend_many(places=places, by=signed_in(request), component_key=key, **told)
    except Refused as error:
        form.add_error(None, str(error))
        return False
    text = ngettext("Granted to %(n)s learner.", "Granted to %(n)s learners.", count)
    messages.success(request, text % {"n": count})
    return True
