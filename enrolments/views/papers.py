"""The layouts of an office's documents: which is in use, sending one, going back."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need
from accounts.models import Unit, User
from accounts.permissions import Permission
from enrolments.actions.papers import SAMPLE, drop_template, use_template
from enrolments.documents import class_documents
from enrolments.forms.classes import organising_units
from enrolments.forms.papers import PaperTemplateForm
from enrolments.models import PaperTemplate
from enrolments.models.papers import PaperTemplateQuerySet
from lms.docx_template import BEHIND, BODY, FIELDS, signer_fields, starting_template
from lms.official_docx import DOCX_TYPE


@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the layout of each document, and take an own one."""
    user, unit = _office(request, pk)
    form = PaperTemplateForm(request.POST or None, request.FILES or None)
    if form.is_valid() and _taken(form, unit, user):
        messages.success(request, _("The layout is in use from now on."))
        return redirect("enrolments:paper_templates", pk)
    own = {one.code: one for one in _in_use(unit)}
    context = {
        "unit": unit,
        "form": form,
        "rows": [(document, own.get(document.code)) for document in class_documents],
        "fields": [(name, words) for name, (words, _value) in FIELDS.items()],
        "signer_fields": list(signer_fields(SAMPLE)),
        "blocks": (BODY, BEHIND),
    }
    return render(request, "enrolments/paper_templates.html", context)


def _taken(form: PaperTemplateForm, unit: Unit, user: User) -> bool:
    sent = form.cleaned_data["file"]
    try:
        use_template(
            unit=unit, code=form.cleaned_data["code"], content=sent.file, name=sent.name, by=user
        )
    except ValidationError as error:
        form.add_error("file", error)
        return False
    return True


@require_safe
def template_file(request: HttpRequest, pk: int, code: str) -> FileResponse:
    """Send the layout in use, else the built-in one with its fields to begin from."""
    _user, unit = _office(request, pk)
    if code not in class_documents:
        raise Http404
    own = _in_use(unit).filter(code=code).first()
    content = own.content() if own else starting_template(SAMPLE)
    name = f"mau-{code}.docx"
    return FileResponse(
        io.BytesIO(content), as_attachment=True, filename=name, content_type=DOCX_TYPE
    )


@require_POST
def drop(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Go back to the built-in layout."""
    user, unit = _office(request, pk)
    if drop_template(unit=unit, code=code, by=user):
        messages.success(request, _("The built-in layout is in use again."))
    return redirect("enrolments:paper_templates", pk)


def _in_use(unit: Unit) -> PaperTemplateQuerySet:
    own = PaperTemplate.objects.in_use().filter(unit=unit)
    return own.select_related("file__blob", "created_by")


def _office(request: HttpRequest, pk: int) -> tuple[User, Unit]:
    user = need(request, Permission.OPEN_COHORTS)
    return user, get_object_or_404(organising_units(user), pk=pk)
