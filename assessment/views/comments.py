"""Stock comments: keeping, dropping, and putting one into the comment on a work."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Refused
from accounts.http import need, signed_in
from accounts.permissions import Permission
from assessment.actions.comments import drop_comment, keep_comment
from assessment.forms.comments import CommentForm
from assessment.models import StockComment, Submission


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest) -> HttpResponse:
    """List one's stock comments and take another."""
    by = need(request, Permission.MARK)
    form = CommentForm(request.POST or None, by=by)
    if form.is_valid():
        try:
            keep_comment(by=by, **form.cleaned_data)
        except Refused as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("The comment is kept."))
            return redirect("works:comments")
    rows = StockComment.objects.of(by).select_related("course")
    status = 422 if form.errors else 200
    context = {"form": form, "rows": rows}
    return render(request, "assessment/works/comments.html", context, status=status)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop one's own stock comment."""
    by = need(request, Permission.MARK)
    row = get_object_or_404(StockComment.objects.of(by), pk=pk)
    if drop_comment(comment=row, by=by):
        messages.success(request, _("The comment is dropped; marks that hold it keep it."))
    return redirect("works:comments")


def typed_with_comment(request: HttpRequest, work: Submission) -> dict[str, Any] | None:
    """Return what stands in the marking form after a press on a stock comment; else nothing.

    For browsers without JavaScript, in which the press sends the form.
    """
    typed: dict[str, Any] = request.POST.dict()
    words = typed.get("comment", "").rstrip()
    if "insert" in typed:
        offered = offered_for(request, work)
        pressed = offered.filter(pk=typed["insert"]) if typed["insert"].isdigit() else None
        chosen = pressed.first() if pressed else None
        return typed | {"comment": f"{words}\n{chosen.text}".lstrip() if chosen else words}
    if typed.get("do") == "keep":
        _keep(request, words)
        return typed
    return None


def offered_for(request: HttpRequest, work: Submission) -> Any:
    """Return the stock comments that fit a work."""
    return StockComment.objects.offered(signed_in(request), work.version.course_id)


def _keep(request: HttpRequest, words: str) -> None:
    try:
        keep_comment(text=words, by=signed_in(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The comment is kept."))
