"""What the pages of this app share."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    submit: str,
    back: str,
    lead: str = "",
    warning: str = "",
) -> HttpResponse:
    """Draw a page that is one form; with errors it answers 422."""
    words = {"title": title, "submit": submit, "back": back, "lead": lead, "warning": warning}
    status = 422 if form.errors else 200
    return render(request, "accounts/form.html", {"form": form, **words}, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: object) -> HttpResponse:
    """Say what was done on the next page."""
    messages.success(request, sentence)
    return redirect(to, *args)


def managed(request: HttpRequest, pk: int) -> tuple[User, User]:
    """Return the reader and a person whose record they keep; never their own."""
    user = signed_in(request)
    allowed = User.objects.allowing(user, Permission.MANAGE_PEOPLE).exclude(pk=user.pk)
    return user, get_object_or_404(allowed, pk=pk)
