"""Documents of a class: what there is, why one is not there yet, and the files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from enrolments.documents import Dossier, class_documents
from enrolments.documents.making import KIND
from enrolments.forms.classes import organising_units
from enrolments.views.common import seen
from jobs.exports import respond


@require_safe
def documents(request: HttpRequest, pk: int) -> HttpResponse:
    """List the documents this person may have of the class, with a reason where one is missing."""
    shown = seen(request, pk)
    dossier = Dossier(shown)
    rows = []
    for document in class_documents:
        offers = document.offers(dossier)
        ready = [offer for offer in offers if not offer.missing]
        if offers:
            rows.append((document, ready, offers[0].missing))
    offices = organising_units(shown.user)
    may_change = shown.may_manage and offices.filter(pk=shown.cohort.organiser_id).exists()
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "rows": rows,
        "may_change_layouts": may_change,
    }
    return render(request, "enrolments/documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, pk: int, code: str, form: str) -> HttpResponseBase:
    """Send a short document; a long one is written in the background."""
    args = {"cohort": pk, "code": code, "form": form, "of": request.GET.get("of", "")}
    return respond(request, KIND, args)
