"""Sending one's own people to a class (cử học viên): choose, check, confirm."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission
from enrolments.actions.cohorts import enter_decision
from enrolments.actions.places import EnrolMany, enrol_many
from enrolments.errors import Refused
from enrolments.forms.classes import DecisionForm
from enrolments.forms.sending import (
    READY,
    Line,
    PeopleToSend,
    SendForm,
    codes_of,
    lines_of,
    sendable,
)
from enrolments.models import Decision, Enrolment
from enrolments.models.cohorts import DecisionKind
from enrolments.models.places import EnrolmentSource
from enrolments.quotas import QuotaUsed, SeatsByUnit
from enrolments.views.common import Seen, seen
from lms.pages import keyset_page


def _sending(request: HttpRequest, pk: int) -> Seen:
    shown = seen(request, pk)
    if not shown.may_send:
        raise Http404
    return shown


def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the officer's own people to tick, and room for pasted codes and the decision."""
    return _choose(request, _sending(request, pk), SendForm(), DecisionForm())


def _choose(
    request: HttpRequest, shown: Seen, form: SendForm, decision: DecisionForm
) -> HttpResponse:
    filter_form = PeopleToSend(request.GET)
    page = keyset_page(filter_form.narrow(sendable(shown.user)).with_posts(), request)
    inside = Enrolment.objects.in_force().filter(cohort=shown.cohort, learner__in=page.rows)
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "filter": filter_form,
        "page": page,
        "inside": set(inside.values_list("learner", flat=True)),
        "form": form,
        "decision": decision,
        "ticked": set(form.ticked()),
        "quotas": _quotas(shown),
    }
    status = 422 if form.errors or decision.errors else 200
    return render(request, "enrolments/send.html", context, status=status)


def _quotas(shown: Seen) -> list[QuotaUsed]:
    """Return the quotas under which the officer's own people come."""
    by_unit = SeatsByUnit(shown.cohort)
    if not by_unit.quotas:
        return []
    own = set(RoleGrant.objects.giving(shown.user, Permission.SEND_PEOPLE).unit_ids())
    mine = {above for below, above in by_unit.covering.items() if below in own}
    return [line for line in by_unit.lines() if line.unit.pk in mine]


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what will come of each person; nothing is written yet."""
    shown = _sending(request, pk)
    form, decision = SendForm(request.POST), DecisionForm(request.POST)
    if not (form.is_valid() & decision.is_valid()):
        return _choose(request, shown, form, decision)
    return _checked(request, shown, _lines(form, shown), decision, "")


def _lines(form: SendForm, shown: Seen) -> list[Line]:
    codes = codes_of(form.cleaned_data["codes"])
    return lines_of(ids=form.ticked(), codes=codes, cohort=shown.cohort, user=shown.user)


def _checked(
    request: HttpRequest, shown: Seen, lines: list[Line], decision: DecisionForm, refusal: str
) -> HttpResponse:
    context = {
        "seen": shown,
        "cohort": shown.cohort,
        "lines": lines,
        "ready": [line for line in lines if line.verdict == READY],
        "decision": decision,
        "pasted": bool(request.POST.get("codes")),
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "enrolments/send_check.html", context, status=status)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the people who were shown as ready; sent twice, nothing happens the second time."""
    shown = _sending(request, pk)
    form, decision = SendForm(request.POST), DecisionForm(request.POST)
    if not (form.is_valid() & decision.is_valid()):
        return _choose(request, shown, form, decision)
    lines = _lines(form, shown)
    people = [(line.person, line.unit) for line in lines if line.person and line.unit]
    try:
        sent = _send(shown, people, decision, request.POST.get("source", ""))
    except Refused as error:
        return _checked(request, shown, lines, decision, str(error))
    context = {"seen": shown, "cohort": shown.cohort, "sent": sent}
    return render(request, "enrolments/sent.html", context)


@transaction.atomic
def _send(
    shown: Seen, people: list[tuple[User, Unit]], decision: DecisionForm, source: str
) -> EnrolMany:
    pasted = source == EnrolmentSource.PASTED
    return enrol_many(
        cohort=shown.cohort,
        people=people,
        by=shown.user,
        source=EnrolmentSource.PASTED if pasted else EnrolmentSource.TICKED,
        decision=_entered(shown.user, people, decision),
    )


def _entered(user: User, people: list[tuple[User, Unit]], form: DecisionForm) -> Decision | None:
    """Enter the sending decision; it is issued by the unit the officer acts for."""
    granted = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE).exclude(unit=None)
    grant = granted.select_related("unit").order_by("pk").first()
    issuer = grant.unit if grant and grant.unit else people[0][1] if people else None
    data = form.data_of_decision(DecisionKind.SENDING, issuer) if issuer else None
    return enter_decision(data=data, by=user) if data else None
