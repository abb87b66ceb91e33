"""The learner's side: read the brief, write, add files, check, hand in, read the result."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refused
from accounts.http import signed_in
from assessment.actions import works as actions
from assessment.assignments import FrozenAssignment, due_at
from assessment.forms.works import TextForm, UploadsForm
from assessment.margins import own_margins
from assessment.models import Submission
from assessment.studying import reason_against
from assessment.work_errors import DraftMoved, ResultKnown, WorkClosed
from assessment.work_pages import asked, files_for, own_enrolment, own_work, released_result
from enrolments.models import Enrolment
from files.accept import AUDIO, PAPERS

ACCEPT_OF = {"paper": PAPERS, "recording": AUDIO}


@never_cache
@require_GET
def work(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show the brief and the criteria, the draft if there is one, what was handed in."""
    enrolment = own_enrolment(request, pk)
    return _page(request, enrolment, asked(enrolment, key))


@require_POST
def begin(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Begin a draft, or go on with it."""
    enrolment = own_enrolment(request, pk)
    asked(enrolment, key)
    try:
        actions.start_draft(enrolment=enrolment, assignment_key=key, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("works:work", pk, key)


@never_cache
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the text while it is written; the page's script asks for it."""
    draft = own_work(request, pk)
    form = TextForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _first(form)}, status=422)
    try:
        kept = actions.save_draft(submission=draft, by=signed_in(request), **form.cleaned_data)
    except DraftMoved as error:
        return JsonResponse({"error": str(error)}, status=409)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"revision": kept.revision, "saved": _saved(kept)})


@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole form: the text is kept first, whatever button was pressed."""
    draft = own_work(request, pk)
    enrolment = draft.enrolment
    assignment = asked(enrolment, draft.assignment_key)
    text = TextForm(request.POST)
    uploads = UploadsForm(request.POST, request.FILES, by=signed_in(request), assignment=assignment)
    if not (text.is_valid() & uploads.is_valid()):
        return _page(request, enrolment, assignment, text=text, uploads=uploads)
    try:
        actions.save_draft(submission=draft, by=signed_in(request), **text.cleaned_data)
    except DraftMoved:
        return _moved(request, draft, assignment, text.cleaned_data["text"])
    except Refused as error:
        messages.error(request, str(error))
        return redirect("works:work", enrolment.pk, assignment.key)
    faults = _take(request, draft, uploads) or _remove(request, draft)
    if faults:
        messages.error(request, faults)
    elif request.POST.get("do") == "check":
        return redirect("works:check", draft.pk)
    return redirect("works:work", enrolment.pk, assignment.key)


@never_cache
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is about to be handed in."""
    draft = own_work(request, pk)
    if not draft.is_draft:
        return redirect("works:receipt", draft.pk)
    return render(request, "assessment/works/check.html", _one(request, draft))


@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand it in; a second click finds it handed in."""
    draft = own_work(request, pk)
    try:
        actions.hand_in(submission=draft, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
        return redirect("works:work", draft.enrolment_id, draft.assignment_key)
    return redirect("works:receipt", draft.pk)


@never_cache
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a work handed in, under its receipt number: the newest or an earlier one."""
    handed = own_work(request, pk)
    if handed.is_draft:
        return redirect("works:work", handed.enrolment_id, handed.assignment_key)
    return render(request, "assessment/works/receipt.html", _one(request, handed))


def _one(request: HttpRequest, row: Submission) -> dict[str, Any]:
    assignment = asked(row.enrolment, row.assignment_key)
    due = due_at(row.enrolment, assignment)
    return {
        "work": row,
        "enrolment": row.enrolment,
        "assignment": assignment,
        "margins": own_margins(row, signed_in(request)),
        "due_at": due,
        "is_late": timezone.now() > due if row.is_draft else row.is_late,
        "words": len(row.text.split()),
    }


def _page(
    request: HttpRequest,
    enrolment: Enrolment,
    assignment: FrozenAssignment,
    *,
    text: TextForm | None = None,
    uploads: UploadsForm | None = None,
    **more: Any,
) -> HttpResponse:
    user = signed_in(request)
    works = enrolment.submissions.filter(assignment_key=assignment.key)
    rows = list(works.order_by("-number"))
    draft = next((row for row in rows if row.is_draft), None)
    due = due_at(enrolment, assignment)
    context = {
        "enrolment": enrolment,
        "assignment": assignment,
        "draft": draft,
        "handed_in": [row for row in rows if not row.is_draft],
        "due_at": due,
        "is_late": timezone.now() > due,
        "closed": _closed(enrolment, assignment, is_begun=draft is not None),
        "result": released_result(enrolment, assignment),
        "most_files": actions.FILES_AT_MOST,
        "error_forms": [form for form in (text, uploads) if form and form.errors],
        **more,
    }
    if draft:
        first = {"text": draft.text, "revision": draft.revision}
        context["text"] = text or TextForm(initial=first)
        context["uploads"] = uploads or UploadsForm(by=user, assignment=assignment)
        context["files"] = files_for(draft, user)
        context["saved"] = _saved(draft)
    status = 422 if context["error_forms"] else 409 if more else 200
    return render(request, "assessment/works/work.html", context, status=status)


def _moved(
    request: HttpRequest, draft: Submission, assignment: FrozenAssignment, typed: str
) -> HttpResponse:
    """Show both texts: what was typed goes on in the editor, what is stored stands beside it."""
    draft.refresh_from_db()
    text = TextForm(initial={"text": typed, "revision": draft.revision})
    return _page(request, draft.enrolment, assignment, text=text, stored=draft.text)


def _closed(enrolment: Enrolment, assignment: FrozenAssignment, *, is_begun: bool) -> str:
    try:
        actions.refuse_closed(enrolment, assignment.key)
    except (WorkClosed, ResultKnown) as error:
        return str(error)
    # What is being written stays in the editor while the class is postponed.
    return "" if is_begun else reason_against(enrolment, assignment.key)


def _take(request: HttpRequest, draft: Submission, uploads: UploadsForm) -> str:
    """Add what came with the form; return the sentence of the first file that is refused."""
    user = signed_in(request)
    try:
        for name, upload in uploads.sent():
            actions.attach_upload(
                submission=draft,
                content=cast(BinaryIO, upload.file),
                name=upload.name or "",
                accept=ACCEPT_OF[name],
                by=user,
            )
        for file in uploads.cleaned_data["uploaded"]:
            actions.attach(submission=draft, file=file, by=user)
    except ValidationError as error:
        return " ".join(error.messages)
    except Refused as error:
        return str(error)
    return ""


def _remove(request: HttpRequest, draft: Submission) -> str:
    wanted = request.POST.get("remove", "")
    if not wanted.isdecimal():
        return ""
    row = get_object_or_404(draft.files.filter(removed_at=None), pk=wanted)
    try:
        actions.remove_file(file=row, by=signed_in(request))
    except Refused as error:
        return str(error)
    return ""


def _saved(draft: Submission) -> str:
    """Return «Đã lưu 10:42» in the office's time."""
    return _("Saved %(time)s") % {"time": timezone.localtime(draft.saved_at).strftime("%H:%M")}


def _first(form: TextForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
