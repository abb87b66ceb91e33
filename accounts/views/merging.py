"""Records that may be of one person: listed, compared, merged, and taken apart again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.merging import GROUPS, merge_people, undo_merge
from accounts.errors import Refused
from accounts.http import need
from accounts.merging import answered_for, doubtful, is_bound, pairs_among, twins_of
from accounts.models import PersonMerge, User
from accounts.permissions import Permission
from lms.pages import keyset_page

SHOWN = 10
LABELS = {
    "sign_in": gettext_lazy("Sign-in code"),
    "staff_code": gettext_lazy("Staff code"),
    "name": gettext_lazy("Full name"),
    "birth": gettext_lazy("Date of birth"),
    "gender": gettext_lazy("Gender"),
    "mobile": gettext_lazy("Mobile"),
    "email": gettext_lazy("E-mail"),
    "identity": gettext_lazy("Identity number"),
}


@dataclass(frozen=True)
class Line:
    """One thing to choose: what either record says of it."""

    key: str
    label: str | Promise
    kept: str
    ended: str

    @property
    def takes(self) -> bool:
        """Return whether the other record's word is offered: ours says nothing."""
        return not self.kept and bool(self.ended)


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the records that may be of one person."""
    user = need(request, Permission.MANAGE_PEOPLE)
    page = keyset_page(doubtful(user), request)
    mine = answered_for(user)
    merges = PersonMerge.objects.filter(undone_at=None, kept__in=mine.values("pk"))
    context = {
        "page": page,
        "pairs": pairs_among(page.rows, user),
        "merges": merges.select_related("kept", "ended", "merged_by")[:SHOWN],
    }
    return render(request, "accounts/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, kept_pk: int, ended_pk: int) -> HttpResponse:
    """Compare two records side by side, and merge them."""
    user = need(request, Permission.MANAGE_PEOPLE)
    kept = get_object_or_404(answered_for(user).with_posts(), pk=kept_pk)
    ended = get_object_or_404(twins_of(kept, user).with_posts(), pk=ended_pk)
    if request.method == "POST":
        take = {key: request.POST.get(key) == "ended" for key in GROUPS}
        try:
            merge_people(kept=kept, ended=ended, take=take, by=user)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("accounts:compare_people", kept_pk, ended_pk)
        messages.success(request, _("The two records are one now."))
        return redirect("accounts:person", kept.pk)
    context = {
        "kept": kept,
        "ended": ended,
        "lines": [Line(key, LABELS[key], _value(kept, key), _value(ended, key)) for key in GROUPS],
        "is_bound": is_bound(ended),
    }
    return render(request, "accounts/compare_people.html", context)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two records apart again."""
    user = need(request, Permission.MANAGE_PEOPLE)
    mine = PersonMerge.objects.filter(undone_at=None, kept__in=answered_for(user).values("pk"))
    merge = mine.filter(pk=pk).first()
    if merge is None:
        raise Http404
    try:
        undo_merge(merge=merge, by=user)
        messages.success(request, _("The two records stand as they stood."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("accounts:duplicates")


def _value(person: User, key: str) -> str:
    if key == "identity":
        return _("Recorded") if person.identity_index else ""
    shown = {"sign_in": person.username, "name": person.full_name, "birth": person.birth}
    shown["gender"] = str(person.get_gender_display())
    return shown[key] if key in shown else str(getattr(person, key) or "")
