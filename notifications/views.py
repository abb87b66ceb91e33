"""One's own notices: the inbox, the settings, the way out of a letter."""

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.clock import today
from notifications import actions
from notifications.forms import MailKindsForm
from notifications.kinds import notice_kinds, optional_kinds
from notifications.mail import read_unsubscribe_token
from notifications.models import Channel, InboxItem, Preference

PAGE = 50


def _signed_in(request: HttpRequest) -> AbstractBaseUser:
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionError("This page is for signed-in people only.")
    return request.user


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the newest lines, or those before a given one."""
    items = InboxItem.objects.visible_to(_signed_in(request)).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal():
        items = items.filter(pk__lt=int(before))
    page = list(items[: PAGE + 1])
    groups = [(label, list(lines)) for label, lines in groupby(page[:PAGE], _group_label)]
    context = {
        "groups": groups,
        "before": page[PAGE - 1].pk if len(page) > PAGE else None,
        "has_unread": InboxItem.objects.visible_to(_signed_in(request)).unread().exists(),
    }
    return render(request, "notifications/inbox.html", context)


def _group_label(item: InboxItem) -> str:
    day, now = timezone.localdate(item.created_at), today()
    if day >= now:
        return _("Today")
    monday = now - dt.timedelta(days=now.weekday())
    return _("This week") if day >= monday else _("Earlier")


@require_POST
def read_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and go where it points."""
    user = _signed_in(request)
    item = get_object_or_404(InboxItem.objects.visible_to(user), pk=pk)
    actions.mark_read(item=item, by=user)
    on_site = item.url and url_has_allowed_host_and_scheme(item.url, allowed_hosts=None)
    return redirect(item.url if on_site else "notifications:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_all_read(by=_signed_in(request))
    return redirect("notifications:inbox")


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Choose which kinds come by mail."""
    user = _signed_in(request)
    off = set(
        Preference.objects.filter(person_id=user.pk, channel=Channel.EMAIL, is_on=False)
        .order_by("kind")
        .values_list("kind", flat=True)
    )
    wanted = [kind.code for kind in optional_kinds() if kind.code not in off]
    # Without a ticked box there may be no data at all, and that is an answer too.
    data = request.POST if request.method == "POST" else None
    form = MailKindsForm(data, initial={"kinds": wanted})
    if form.is_valid():
        actions.set_mail_kinds(wanted=form.cleaned_data["kinds"], by=user)
        messages.success(request, _("Saved."))
        return redirect("notifications:settings")
    mandatory = [kind for kind in notice_kinds if kind.mandatory]
    return render(request, "notifications/settings.html", {"form": form, "mandatory": mandatory})


@csrf_exempt  # a mail program posts here; the signed token is the proof
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and on POST switch the mail of the letter's optional kinds off."""
    held = read_unsubscribe_token(token)
    if held is None:
        raise Http404
    person_id, codes = held
    if request.method == "POST":
        actions.unsubscribe(person_id=person_id, kinds=codes)
    context = {
        "kinds": [kind for kind in optional_kinds() if kind.code in codes],
        "mandatory": [kind for kind in notice_kinds if kind.mandatory],
        "is_done": request.method == "POST",
    }
    return render(request, "notifications/unsubscribe.html", context)
