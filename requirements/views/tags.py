"""The marks of a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from enrolments.errors import Refused
from requirements.actions.tags import set_tags
from requirements.forms.audiences import TagForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change what is said of somebody's work."""
    user = need(request, Permission.MANAGE_REQUIREMENTS)
    people = User.objects.allowing(user, Permission.MANAGE_REQUIREMENTS)
    person = get_object_or_404(people, pk=pk)
    now = [row.tag_id for row in person.tags.all()]
    sent = request.POST if request.method == "POST" else None  # nothing ticked sends nothing
    form = TagForm(sent, initial={"tags": now})
    if request.method == "POST" and form.is_valid():
        try:
            set_tags(person=person, tags=form.cleaned_data["tags"], by=user)
        except Refused as error:
            form.add_error("tags", str(error))
        else:
            messages.success(request, _("The marks are written."))
            return redirect("accounts:person", pk)
    context = {"form": form, "person": person}
    status = 422 if form.errors else 200
    return render(request, "requirements/tags.html", context, status=status)
