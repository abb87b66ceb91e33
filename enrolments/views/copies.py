"""Opening classes like one that was held."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import need
from accounts.permissions import Permission
from enrolments.actions.copies import copy_cohort
from enrolments.errors import Refused
from enrolments.forms.copies import CopyForm
from enrolments.views.common import done, form_page, seen


def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for code, name and first day; open the drafts."""
    shown = seen(request, pk, Permission.MANAGE_COHORTS)
    need(request, Permission.OPEN_COHORTS)
    initial = {"name": shown.cohort.name, "organiser": shown.cohort.organiser_id}
    form = CopyForm(request.POST or None, by=shown.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = copy_cohort(cohort=shown.cohort, data=form.data_of_copy(), by=shown.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = ngettext(
                "%(n)s class is open as a draft.", "%(n)s classes are open as drafts.", len(made)
            )
            return done(request, words % {"n": len(made)}, "enrolments:cohort", made[0].pk)
    return form_page(request, shown, form, title=_("Open classes like this"), submit=_("Open"))
