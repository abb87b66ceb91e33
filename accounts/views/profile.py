"""One's own record."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import identity
from accounts.actions import email as email_actions
from accounts.actions.activation import change_password as change
from accounts.actions.corrections import request_correction
from accounts.forms.access import ChangePasswordForm, OwnAddressForm
from accounts.forms.people import CORRECTABLE, CorrectionForm
from accounts.http import signed_in
from accounts.limits import EMAIL_CHANGE, WRONG_HERE
from accounts.views.common import done, form_page


def profile(request: HttpRequest) -> HttpResponse:
    """Show what is kept about the person and what is asked to be corrected."""
    person = signed_in(request)
    posts = person.postings.in_force().select_related("unit", "category").order_by("-is_primary")
    corrections = [
        (CORRECTABLE.get(row.field, row.field), row)
        for row in person.corrections.order_by("-created_at")[:10]
    ]
    context = {
        "person": person,
        "posts": posts,
        "corrections": corrections,
        "addresses": EmailAddress.objects.filter(user=person),
        "identity": identity.masked(person.identity_cipher),
        "is_shared": bool(person.email) and email_actions.is_shared(person.email, person),
    }
    return render(request, "accounts/profile.html", context)


def correction(request: HttpRequest) -> HttpResponse:
    """Propose a correction of one's record."""
    person = signed_in(request)
    form = CorrectionForm(request.POST or None, initial={"field": request.GET.get("field")})
    if request.method == "POST" and form.is_valid():
        request_correction(person=person, **form.cleaned_data)
        sentence = _("The request is with the HR officer of the unit.")
        return done(request, sentence, "accounts:profile")
    return form_page(
        request,
        form,
        title=_("Request a correction"),
        lead=_("The HR officer of the unit decides; the answer appears in the profile."),
        submit=_("Send the request"),
        back=reverse("accounts:profile"),
    )


@sensitive_post_parameters("current", "password", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; other sessions end, this one stays."""
    person = signed_in(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _knows_password(request, form):
        change(person=person, password=form.cleaned_data["password"])
        update_session_auth_hash(request, person)
        sentence = _("The password is changed. Other devices are signed out.")
        return done(request, sentence, "accounts:profile")
    return form_page(
        request,
        form,
        title=_("Change the password"),
        submit=_("Change the password"),
        back=reverse("accounts:profile"),
    )


def email(request: HttpRequest) -> HttpResponse:
    """Add or change one's address."""
    person = signed_in(request)
    form = OwnAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _may_use(request, form):
        return _take_address(request, form)
    return form_page(
        request,
        form,
        title=_("E-mail address"),
        lead=_("A personal address lets one sign in and reset the password after it is confirmed."),
        warning=_shared_warning(person.email, request),
        submit=_("Save"),
        back=reverse("accounts:profile"),
    )


def prove_email(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address: the link shows a button, so that no mail scanner confirms it."""
    person = signed_in(request)
    if request.method == "POST":
        if email_actions.prove(token=token, by=person):
            return done(request, _("The address is confirmed."), "accounts:profile")
        return render(request, "accounts/prove_email.html", {"is_refused": True}, status=422)
    return render(request, "accounts/prove_email.html")


def _knows_password(request: HttpRequest, form: ChangePasswordForm) -> bool:
    person = signed_in(request)
    who = f"change {person.pk}"
    if not WRONG_HERE.is_used_up(who) and person.check_password(form.cleaned_data["current"]):
        return True
    WRONG_HERE.take(who)
    form.add_error("current", _("The current password is not right."))
    return False


def _may_use(request: HttpRequest, form: OwnAddressForm) -> bool:
    person, address = signed_in(request), form.cleaned_data["email"]
    if not EMAIL_CHANGE.take(str(person.pk)):
        form.add_error(None, _("Too many changes. Try again in an hour."))
        return False
    if not form.cleaned_data["is_shared"] and email_actions.is_shared(address, person):
        form.add_error("email", _("Other people use this address too. Tick the box below."))
        return False
    return True


def _take_address(request: HttpRequest, form: OwnAddressForm) -> HttpResponse:
    person, address = signed_in(request), form.cleaned_data["email"]
    if form.cleaned_data["is_shared"]:
        email_actions.use_shared(person=person, email=address)
        return done(request, _("Notices now go to this address."), "accounts:profile")
    email_actions.ask_to_prove(person=person, email=address)
    sentence = _("A letter with a link was sent. Open the link to confirm the address.")
    return done(request, sentence, "accounts:profile")


def _shared_warning(address: str, request: HttpRequest) -> str:
    if address and email_actions.is_shared(address, signed_in(request)):
        return _("The present address is used by other people too; it lets nobody sign in.")
    return ""
