"""The marking sheet of an assignment: taken, filled in without the net, sent again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment import marking_sheets
from assessment.actions import work_archives as archives
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.forms.gradebook import CodedSheetForm
from assessment.models.marking_plans import works_waiting_for
from assessment.work_archives import BYTES_AT_MOST
from enrolments.models import Cohort
from jobs.exports import respond
from lms.sheets import SheetError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def marking_sheet(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Take a filled-in sheet; what it would write is looked at first."""
    cohort, assignment = _marked_in(request, pk, key)
    form = CodedSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"]
        told = {"content": content, "name": content.name, "size": content.size}
        try:
            change = marking_sheets.propose(cohort=cohort, key=key, by=signed_in(request), **told)
        except (SheetError, ValidationError) as error:
            form.add_error("file", getattr(error, "messages", None) or str(error))
        else:
            return redirect("jobs:change", change.pk)
    waiting = works_waiting_for(signed_in(request))
    waiting = waiting.filter(enrolment__cohort=cohort, assignment_key=key)
    context = {"cohort": cohort, "assignment": assignment, "form": form}
    context["waiting"] = waiting.count()
    context["megabytes"] = BYTES_AT_MOST // 1024**2
    status = 422 if form.errors else 200
    return render(request, "assessment/works/sheet.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def take_sheet(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponseBase:
    """Return the sheet of one's works, to be filled in."""
    cohort, _assignment = _marked_in(request, pk, key)
    return respond(request, marking_sheets.KIND, {"cohort": cohort.pk, "key": str(key)})


@require_http_methods(["GET", "HEAD"])
def take_works(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponseBase:
    """Return the works that wait for one's mark as one archive, oldest first."""
    cohort, _assignment = _marked_in(request, pk, key)
    content = archives.take_works(cohort=cohort, key=key, by=signed_in(request))
    if content is None:
        messages.info(request, _("No work waits for your mark."))
        return redirect("works:sheet", pk, key)
    name = f"bai-nop-{slugify(cohort.code) or cohort.pk}.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")


def _marked_in(request: HttpRequest, pk: int, key: uuid.UUID) -> tuple[Cohort, FrozenAssignment]:
    """Return a class and its assignment to who marks there; else there is none."""
    cohorts = Cohort.objects.allowing(request.user, Permission.MARK).select_related("version")
    cohort: Cohort = get_object_or_404(cohorts, pk=pk)
    assignment = assignment_of(cohort.version, key)
    if assignment is None:
        raise Http404
    return cohort, assignment
