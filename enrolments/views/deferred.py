"""Places that were put off (bảo lưu), and where they go on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from enrolments.actions.transfers import resume_place, transfer
from enrolments.errors import Refused
from enrolments.forms.transfers import TransferForm, classes_to_go_on_in
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentQuerySet
from enrolments.views.common import done
from lms.clock import today
from lms.pages import keyset_page


@require_safe
def deferred(request: HttpRequest) -> HttpResponse:
    """List the places put off that one answers for, the nearest day first."""
    user = _officer(request)
    page = keyset_page(_related(user), request, order=("deferred_until", "pk"))
    context = {"page": page, "day": today()}
    return render(request, "enrolments/deferred.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a place go on: in its own class or in another one of the course."""
    user = _officer(request)
    place = get_object_or_404(_related(user), pk=pk)
    classes = classes_to_go_on_in(place.cohort.course_id, user)
    form = TransferForm(request.POST or None, classes=classes)
    if request.method == "POST" and form.is_valid():
        try:
            _go_on(place, form.cleaned_data["to"], user, form.cleaned_data["reason"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = _("%(name)s goes on in class %(class)s.")
            facts = {"name": place.learner.full_name, "class": form.cleaned_data["to"].code}
            return done(request, words % facts, "enrolments:deferred")
    status = 422 if form.errors else 200
    context = {"place": place, "form": form}
    return render(request, "enrolments/go_on.html", context, status=status)


def _go_on(place: Enrolment, to: Cohort, by: User, reason: str) -> None:
    if to.pk == place.cohort_id:
        resume_place(enrolment=place, by=by)
    else:
        transfer(enrolment=place, to=to, by=by, reason=reason)


def _officer(request: HttpRequest) -> User:
    return need(request, Permission.SEND_PEOPLE, Permission.MANAGE_COHORTS)


def _related(user: User) -> EnrolmentQuerySet:
    places = Enrolment.objects.deferred_by(user)
    return places.select_related("learner", "cohort", "sending_unit", "version")
