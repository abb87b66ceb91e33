"""What the pages of classes share."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.http import signed_in
from accounts.permissions import Permission
from enrolments.sight import Seen, seen_by


def seen_with_learners(request: HttpRequest, pk: int) -> Seen:
    """Return the class if there is a list of its learners to show; else 404."""
    shown = seen(request, pk)
    if not shown.sees_learners:
        raise Http404
    return shown


def seen(request: HttpRequest, pk: int, *needed: Permission) -> Seen:
    """Return the class if the person may see it and holds what the page needs; else 404."""
    shown = seen_by(signed_in(request), pk)
    if shown is None or not shown.held.issuperset(needed):
        raise Http404
    return shown


def form_page(
    request: HttpRequest, seen_class: Seen, form: forms.Form, *, title: str, submit: str
) -> HttpResponse:
    """Draw a page that is one form about a class; with errors it answers 422."""
    context = {"seen": seen_class, "cohort": seen_class.cohort, "form": form, "title": title}
    status = 422 if form.errors else 200
    page = "enrolments/form.html"
    return render(request, page, {**context, "submit": submit}, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: object) -> HttpResponse:
    """Say what was done on the next page."""
    messages.success(request, sentence)
    return redirect(to, *args)


__all__ = ["Seen", "done", "form_page", "seen", "seen_with_learners"]
