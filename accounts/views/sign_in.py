"""In and out, and what to do about a forgotten password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.actions.activation import activate as activate_with_code
from accounts.actions.activation import count_wrong_code, reset_by_mail, untold_resets
from accounts.actions.email import ask_for_reset
from accounts.backends import find_by_login, find_by_personal_address
from accounts.errors import Refused
from accounts.forms.access import ActivationForm, AddressForm, NewPasswordForm, SignInForm
from accounts.http import client_address, next_page
from accounts.limits import RESET_ADDRESS, RESET_MAIL, WRONG_CODE_ADDRESS, WRONG_CODE_HERE
from accounts.models import User
from accounts.sign_in import TooManyTries, account_key, start_session, try_sign_in


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in, and back to the page that was asked for."""
    if request.user.is_authenticated:
        return redirect(next_page(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _person_of(request, form)
        if person is not None:
            start_session(request, person, shared=form.cleaned_data["shared"])
            _tell_resets(request, person)
            return redirect(next_page(request))
    context = {"form": form, "next": next_page(request), "ended": request.GET.get("ended", "")}
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and leave nothing of the person in the browser."""
    logout(request)
    response = redirect(f"{reverse('account_login')}?ended=signed-out")
    response["Clear-Site-Data"] = '"storage"'
    return response


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again", "code")
def activate(request: HttpRequest) -> HttpResponse:
    """Let a person with a slip choose a password."""
    form = ActivationForm(request.POST or None, initial={"login": request.GET.get("ma", "")})
    if request.method == "POST" and form.is_valid():
        person = _activated(request, form)
        if person is not None:
            start_session(request, person)
            messages.success(request, _("The account is activated."))
            return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/activate.html", {"form": form}, status=status)


@login_not_required
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say how to get a new password; an address we do not know gets the same answer."""
    form = AddressForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        email = form.cleaned_data["email"]
        if RESET_ADDRESS.take(client_address(request)) and RESET_MAIL.take(email.lower()):
            person = find_by_personal_address(email)
            if person is not None and person.is_active and person.archived_at is None:
                ask_for_reset(person=person, slot=get_random_string(12))
    return render(request, "accounts/forgotten.html", {"form": form, "is_sent": is_sent})


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
def reset_password(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Let a person who opened the link of the mail choose a password."""
    person = _person_of_link(key, token)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reset_by_mail(person=person, password=form.cleaned_data["password"])
        messages.success(request, _("The password is changed. Sign in with the new one."))
        return redirect("account_login")
    status = 422 if form.errors else 200
    return render(request, "accounts/reset_password.html", {"form": form}, status=status)


def _person_of(request: HttpRequest, form: SignInForm) -> User | None:
    login_name, password = form.cleaned_data["login"], form.cleaned_data["password"]
    try:
        person = try_sign_in(request, login_name=login_name, password=password)
    except TooManyTries:
        form.add_error(None, _("Too many wrong tries. Wait five minutes and try again."))
        return None
    if person is None:
        form.add_error(None, _("The sign-in code or the password is not right."))
    return person


def _activated(request: HttpRequest, form: ActivationForm) -> User | None:
    data = form.cleaned_data
    account, address = account_key(data["login"]), client_address(request)
    here = f"{account} {address}"
    if WRONG_CODE_HERE.is_used_up(here) or WRONG_CODE_ADDRESS.is_used_up(address):
        form.add_error(None, _("Too many wrong tries. Wait five minutes and try again."))
        return None
    person = find_by_login(data["login"])
    if person and _is_born(person, *data["birth"]) and _code_opens(person, data):
        return person
    WRONG_CODE_HERE.take(here)
    WRONG_CODE_ADDRESS.take(address)
    count_wrong_code(person=person)
    form.add_error(None, _("These details do not belong together, or the code has expired."))
    return None


def _code_opens(person: User, data: dict[str, str]) -> bool:
    try:
        activate_with_code(person=person, code=data["code"], password=data["password"])
    except Refused:
        return False
    return True


def _is_born(person: User, birth_date: object, birth_year: int | None) -> bool:
    """Compare with what is known: the day, else the year, else nothing."""
    if not person.is_active or person.archived_at is not None:
        return False
    if person.birth_date is not None:
        return birth_date == person.birth_date
    return person.birth_year is None or birth_year == person.birth_year


def _tell_resets(request: HttpRequest, person: User) -> None:
    for reset in untold_resets(person=person):
        who = reset.issued_by.full_name if reset.issued_by else _("a link sent by e-mail")
        words = {"when": f"{reset.at:%d/%m/%Y %H:%M}", "who": who}
        sentence = _("The password was set anew on %(when)s by means of: %(who)s.")
        messages.warning(request, sentence % words)


def _person_of_link(key: str, token: str) -> User:
    try:
        pk = int(urlsafe_base64_decode(key))
    except ValueError as error:
        raise Http404 from error
    person: User | None = User.objects.active().filter(pk=pk).first()
    if person is None or not default_token_generator.check_token(person, token):
        raise Http404
    return person
