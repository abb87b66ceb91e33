"""The learner's wallet, one paper, and how a paper ends."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import need, signed_in
from accounts.permissions import Permission
from certificates.actions import endings
from certificates.drawing import qr_svg, verify_url
from certificates.errors import Refused
from certificates.forms.papers import NewPaperForm, RefusalForm, ReplacementForm, RevokeForm
from certificates.models import Certificate, CertificateState, Rendition, Replacement
from certificates.models.papers import CertificateQuerySet
from certificates.views.common import done, form_page
from files.links import link_to
from lms.pages import keyset_page


@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """Show one's own papers, the newest first."""
    user = signed_in(request)
    own = Certificate.objects.filter(person=user)
    waiting = own.filter(state=CertificateState.AWAITING_SIGNATURE)
    page = keyset_page(own.handed_out(), request, order=("-issued_on", "-pk"), size=24)
    context = {"page": page, "waiting": waiting.order_by("pk")}
    return render(request, "certificates/wallet.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper, with the way to check it."""
    user = signed_in(request)
    seen = Certificate.objects.visible_to(user).select_related(
        "register__provider", "signed_by", "ended_by", "replaces", "replaced_by", "enrolment"
    )
    paper = get_object_or_404(seen, pk=pk)
    address = verify_url(paper)
    context = {
        "paper": paper,
        "says": paper.snapshot,
        "is_own": paper.person_id == user.pk,
        "is_out": paper.signed_at is not None,
        "address": address,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 (drawn by segno from an address of ours)
        "rendition": _exported(paper),
        "replacements": paper.replacements.order_by("-pk"),
        "may_end": _endable(request).filter(pk=paper.pk).exists(),
    }
    return render(request, "certificates/certificate.html", context)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the PDF of a paper that one may see."""
    user = signed_in(request)
    paper = get_object_or_404(Certificate.objects.visible_to(user), pk=pk)
    rendition = _exported(paper)
    if rendition is None:
        raise Http404
    return redirect(link_to(rendition.file, user=user, inline="xem" in request.GET))


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper back."""
    paper = get_object_or_404(_endable(request), pk=pk)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endings.revoke(certificate=paper, by=signed_in(request), **form.cleaned_data)
        return done(request, _("The paper is revoked."), "certificates:detail", paper.pk)
    return form_page(
        request,
        form,
        title=_("Revoke a paper"),
        lead=f"{paper.register_number} · {paper.snapshot['name']}",
        warning=_("A revoked paper stays in the register and says so to whoever looks it up."),
        submit=_("Revoke"),
        back=reverse("certificates:detail", args=[paper.pk]),
    )


@require_http_methods(["GET", "POST"])
def ask_replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a request for another paper."""
    paper = get_object_or_404(_endable(request), pk=pk)
    form = ReplacementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = endings.ask_replacement(
                certificate=paper, by=signed_in(request), **form.cleaned_data
            )
            return redirect("certificates:replacement", asked.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Another paper"),
        lead=f"{paper.register_number} · {paper.snapshot['name']}",
        submit=_("Enter the request"),
        back=reverse("certificates:detail", args=[paper.pk]),
    )


@require_safe
def replacements(request: HttpRequest) -> HttpResponse:
    """List the requests that wait, the most urgent first."""
    user = need(request, Permission.REVOKE_CERTIFICATES)
    asked = Replacement.objects.allowing(user, Permission.REVOKE_CERTIFICATES).open()
    page = keyset_page(asked.select_related("certificate"), request, order=("due_on", "pk"))
    return render(request, "certificates/replacements.html", {"page": page})


@require_http_methods(["GET", "POST"])
def replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the new paper a request asks for."""
    asked = _asked(request, pk)
    paper = asked.certificate
    form = NewPaperForm(request.POST or None, paper=paper)
    if request.method == "POST" and form.is_valid():
        try:
            made = endings.replace(request=asked, by=signed_in(request), **form.cleaned_data)
            return done(request, _("The new paper is made."), "certificates:detail", made.pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"asked": asked, "paper": paper, "form": form, "person": paper.person}
    status = 422 if form.errors else 200
    return render(request, "certificates/replacement.html", context, status=status)


@require_http_methods(["GET", "POST"])
def refuse_replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a request, with the reason."""
    asked = _asked(request, pk)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endings.refuse_replacement(request=asked, by=signed_in(request), **form.cleaned_data)
        return done(request, _("The request is refused."), "certificates:replacements")
    return form_page(
        request,
        form,
        title=_("Refuse the request"),
        lead=asked.certificate.register_number,
        submit=_("Refuse"),
        back=reverse("certificates:replacement", args=[asked.pk]),
    )


def _exported(paper: Certificate) -> Rendition | None:
    exported = paper.renditions.filter(kind=Rendition.Kind.EXPORTED)
    return exported.select_related("file").first()


def _endable(request: HttpRequest) -> CertificateQuerySet:
    papers = Certificate.objects.allowing(request.user, Permission.REVOKE_CERTIFICATES)
    return papers.filter(state__in=endings.HANDED_OUT)


def _asked(request: HttpRequest, pk: int) -> Replacement:
    found = Replacement.objects.allowing(request.user, Permission.REVOKE_CERTIFICATES)
    related = ("certificate__person", "certificate__register", "certificate__enrolment")
    return get_object_or_404(found.select_related(*related), pk=pk)
