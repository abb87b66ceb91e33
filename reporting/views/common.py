"""What the pages of plans and programmes share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    submit: str,
    back: str,
    template: str = "reporting/form.html",
    **words: Any,
) -> HttpResponse:
    """Draw a page that is one form; with errors it answers 422."""
    context = {"form": form, "title": title, "submit": submit, "back": back, **words}
    status = 422 if form.errors else 200
    return render(request, template, context, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: object) -> HttpResponse:
    """Say what was done on the next page."""
    messages.success(request, sentence)
    return redirect(to, *args)
