"""Sổ cấp: the book of a year, its export, and what an institution sets up before it issues."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import need, signed_in
from accounts.permissions import Permission
from certificates.actions import setup
from certificates.errors import Refused
from certificates.exports import REGISTER, papers_of
from certificates.forms.papers import PaperFilter
from certificates.forms.setup import (
    AuthorisationForm,
    EndForm,
    NewRegisterForm,
    RegisterForm,
    SignatoryForm,
)
from certificates.models import Authorisation, Register, SignatoryPost
from certificates.models.register import providers_allowing
from certificates.views.common import done, form_page
from courses.models import Provider
from jobs.exports import respond
from lms.pages import keyset_page

P = Permission
BOOK_PAGE = 100


@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """Show registers, authorisations and signatories of one's institutions."""
    user = need(request, P.SEE_CERTIFICATES)
    own = {"provider__in": providers_allowing(user, P.SEE_CERTIFICATES)}
    context = {
        "registers": Register.objects.filter(**own).select_related("provider"),
        "authorisations": Authorisation.objects.filter(**own).select_related("provider", "course"),
        "signatories": SignatoryPost.objects.filter(**own).select_related("provider", "person"),
        "may_set_up": _providers(request).exists(),
    }
    return render(request, "certificates/registers.html", context)


@require_safe
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the register as a book: every number taken, in order, whatever became of it."""
    register = _register(request, pk, P.SEE_CERTIFICATES)
    form = PaperFilter(request.GET)
    papers = form.narrow(papers_of(register))
    context = {
        "register": register,
        "filter": form,
        "page": keyset_page(papers, request, order=("number", "pk"), size=BOOK_PAGE),
        "may_set_up": _providers(request).filter(pk=register.provider_id).exists(),
    }
    return render(request, "certificates/book.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the register as a workbook, narrowed as the page is."""
    _register(request, pk, P.SEE_CERTIFICATES)
    return respond(request, REGISTER, {"register": pk, "filter": request.GET.urlencode()})


@require_http_methods(["GET", "POST"])
def new_register(request: HttpRequest) -> HttpResponse:
    """Open the register of a kind and a year."""
    form = NewRegisterForm(request.POST or None, providers=_own(request))
    if request.method == "POST" and form.is_valid():
        made = setup.ensure_register(by=signed_in(request), **form.cleaned_data)
        return done(request, _("The register is open."), "certificates:edit_register", made.pk)
    return _setup_page(request, form, _("Open a register"))


@require_http_methods(["GET", "POST"])
def edit_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how the numbers of a register print."""
    register = _register(request, pk, P.ISSUE_CERTIFICATES)
    form = RegisterForm.of(register, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            setup.edit_register(register=register, by=signed_in(request), **form.cleaned_data)
            return done(request, _("The register is saved."), "certificates:book", register.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return _setup_page(request, form, f"{register.get_kind_display()} {register.year}")


@require_http_methods(["GET", "POST"])
def new_authorisation(request: HttpRequest) -> HttpResponse:
    """Enter that a programme was assigned to the institution."""
    form = AuthorisationForm(request.POST or None, providers=_own(request))
    if request.method == "POST" and form.is_valid():
        setup.authorise(by=signed_in(request), **form.cleaned_data)
        return done(request, _("The authorisation is entered."), "certificates:registers")
    return _setup_page(request, form, _("Enter an authorisation"))


@require_http_methods(["GET", "POST"])
def new_signatory(request: HttpRequest) -> HttpResponse:
    """Name who signs."""
    form = SignatoryForm(request.POST or None, providers=_own(request))
    if request.method == "POST" and form.is_valid():
        try:
            setup.name_signatory(by=signed_in(request), **form.cleaned_data)
            return done(request, _("The signatory is named."), "certificates:registers")
        except Refused as error:
            form.add_error(None, str(error))
    return _setup_page(request, form, _("Name a signatory"))


@require_http_methods(["GET", "POST"])
def end_signatory(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the last day on which somebody signs."""
    posts = SignatoryPost.objects.allowing(request.user, P.ISSUE_CERTIFICATES)
    post = get_object_or_404(posts.select_related("person", "provider"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            setup.end_signatory(post=post, by=signed_in(request), **form.cleaned_data)
            return done(request, _("The last day is entered."), "certificates:registers")
        except Refused as error:
            form.add_error(None, str(error))
    return _setup_page(request, form, str(post))


def _setup_page(request: HttpRequest, form: Any, title: str) -> HttpResponse:
    back = reverse("certificates:registers")
    return form_page(request, form, title=title, submit=_("Save"), back=back)


def _register(request: HttpRequest, pk: int, permission: Permission) -> Register:
    found = Register.objects.allowing(request.user, permission)
    return get_object_or_404(found.select_related("provider__unit"), pk=pk)


def _providers(request: HttpRequest) -> QuerySet[Provider]:
    return providers_allowing(request.user, P.ISSUE_CERTIFICATES)


def _own(request: HttpRequest) -> QuerySet[Provider]:
    need(request, P.ISSUE_CERTIFICATES)
    return _providers(request)
