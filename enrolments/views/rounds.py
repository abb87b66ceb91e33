"""Nomination rounds as their organiser sees them: the call, its quotas, its board."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import need, signed_in
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from courses.models import Course
from enrolments.actions import nominations
from enrolments.actions import rounds as actions
from enrolments.errors import Refused
from enrolments.forms.classes import ReasonForm
from enrolments.forms.rounds import (
    BoardFilter,
    CourseChoice,
    QuotasForm,
    RoundForm,
    over_quota,
)
from enrolments.models import NominationRound, RoundAnswer
from enrolments.models.rounds import AnswerState, RoundState
from enrolments.slots import QuotaSource, quotas_for
from enrolments.views.common import done
from files.links import link_to
from lms.pages import keyset_page

P = Permission
SHOWN = 50
BOARD_ROWS = 200


def run_by(request: HttpRequest, pk: int) -> tuple[NominationRound, User]:
    """Return a round that the person organises; else 404."""
    user = signed_in(request)
    run = NominationRound.objects.allowing(user, P.MANAGE_COHORTS)
    held = run.select_related("course", "organiser", "file")
    return get_object_or_404(held, pk=pk), user


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """List what one's units owe an answer to, and the rounds one runs."""
    user = need(request, P.SEND_PEOPLE, P.MANAGE_COHORTS)
    own = RoundAnswer.objects.of_ones_own(user).select_related("round", "unit")
    waiting = own.waiting().order_by("round__closes_on", "pk")[:SHOWN]
    answered = own.exclude(pk__in=own.waiting().values("pk")).order_by("-round__closes_on", "-pk")
    run = NominationRound.objects.allowing(user, P.MANAGE_COHORTS).select_related("organiser")
    counted = run.annotate(
        asked=Count("answers"),
        told=Count("answers", filter=~Q(answers__state=AnswerState.SILENT)),
    )
    context = {
        "waiting": waiting,
        "answered": answered[:SHOWN],
        "page": keyset_page(counted, request, order=("-closes_on", "-pk")),
        "may_call": rights(user).has(P.OPEN_COHORTS),
    }
    return render(request, "enrolments/rounds/list.html", context)


def new_round(request: HttpRequest) -> HttpResponse:
    """Begin a round: first the course, then what is said about it."""
    user = need(request, P.OPEN_COHORTS)
    choice = CourseChoice(request.GET or None, by=user)
    if not (choice.is_bound and choice.is_valid()):
        context = {"form": choice, "is_choice": True, "title": _("Call a nomination round")}
        return _page(request, choice, context | {"submit": _("Continue"), "back": _list()})
    course = choice.cleaned_data["course"]
    form = _bound(request, user, course, None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        made = actions.make_round(
            course=course,
            organiser=chosen["organiser"],
            data=form.data_of_round(),
            cohorts=chosen["cohorts"],
            categories=chosen["categories"],
            by=user,
        )
        _keep_call(made, chosen["file"], user)
        sentence = _("The round is begun as a draft: now the quotas.")
        return done(request, sentence, "enrolments:round_quotas", made.pk)
    context = {"title": _("Call a nomination round"), "lead": course.title, "back": _list()}
    return _page(request, form, context | {"submit": _("Save and set quotas")})


def _list() -> str:
    return reverse("enrolments:rounds")


def _bound(
    request: HttpRequest, user: User, course: Course, asked: NominationRound | None
) -> RoundForm:
    posted = request.method == "POST"
    data, files = (request.POST, request.FILES) if posted else (None, None)
    return RoundForm(data, files, by=user, course=course, asked=asked)


def _keep_call(asked: NominationRound, file: Any, user: User) -> None:
    if file:
        actions.attach_call(asked=asked, content=file, name=file.name, by=user)


def _page(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """Draw a page that is one form; with errors it answers 422."""
    status = 422 if form.errors else 200
    page = "enrolments/rounds/form.html"
    return render(request, page, {"form": form, **context}, status=status)


def edit_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the call."""
    asked, user = run_by(request, pk)
    form = _bound(request, user, asked.course, asked)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.edit_round(
                asked=asked,
                data=form.data_of_round(),
                cohorts=chosen["cohorts"],
                categories=chosen["categories"],
                by=user,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            _keep_call(asked, chosen["file"], user)
            return done(request, _("The round is changed."), "enrolments:round", pk)
    back = reverse("enrolments:round", args=[pk])
    context = {"title": _("Change the round"), "lead": asked.title, "back": back}
    return _page(request, form, context | {"submit": _("Save"), "asked": asked})


def round_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which units are asked, and for how many people; or copy it from the plan."""
    asked, user = run_by(request, pk)
    sources = quotas_for(user, asked.course)
    copied = _copied(sources, request.GET.get("from", ""))
    form = QuotasForm(request.POST or None, asked=asked, copied=copied)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_quotas(asked=asked, quotas=form.quotas(), by=user)
            return done(request, _("The quotas are saved."), "enrolments:round", pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"asked": asked, "form": form, "sources": sources, "copied": bool(copied)}
    status = 422 if form.errors else 200
    return render(request, "enrolments/rounds/quotas.html", context, status=status)


def _copied(sources: list[QuotaSource], key: str) -> dict[int, int]:
    return next((dict(source.quotas) for source in sources if source.key == key), {})


@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has answered what, and who is silent."""
    asked, user = run_by(request, pk)
    narrowed = BoardFilter(request.GET)
    answers = asked.answers.select_related("round", "unit", "answered_by", "decision")
    order = ("unit__search_key", "pk")
    page = keyset_page(narrowed.narrow(answers), request, order, BOARD_ROWS)
    may_enter = RoundAnswer.objects.allowing(user, P.SEND_PEOPLE)
    context = {
        "asked": asked,
        "filter": narrowed,
        "page": page,
        "figures": figures(asked),
        "classes": asked.cohorts.order_by("code"),
        "categories": asked.categories.all(),
        "holders": actions.holders_of(page.rows),
        "may_enter": set(may_enter.filter(round=asked).values_list("pk", flat=True)),
    }
    return render(request, "enrolments/rounds/board.html", context)


def figures(asked: NominationRound) -> dict[str, int]:
    """Return how many units stand where; one query."""
    counted = asked.answers.order_by().aggregate(
        units=Count("pk"),
        silent=Count("pk", filter=Q(state=AnswerState.SILENT)),
        sent=Count("pk", filter=Q(state=AnswerState.SENT)),
        nobody=Count("pk", filter=Q(state=AnswerState.NOBODY)),
        returned=Count("pk", filter=Q(state=AnswerState.RETURNED)),
        late=Count("pk", filter=Q(is_late=True)),
        over=Count("pk", filter=over_quota()),
    )
    return {name: int(n) for name, n in counted.items()}


@require_POST
def round_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the round, close it, or open it again."""
    asked, user = run_by(request, pk)
    to = request.POST.get("to", "")
    if to == RoundState.CONSOLIDATED:  # by its places alone
        raise Http404
    try:
        actions.change_state(asked=asked, to=to, by=user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("enrolments:round", pk)


@require_POST
def remind_units(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the silent units; a second click on the same day tells nobody again."""
    asked, user = run_by(request, pk)
    try:
        told = actions.remind_units(asked=asked, by=user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("enrolments:round", pk)
    sentence = ngettext(
        "%(people)s officer is reminded.", "%(people)s officers are reminded.", told.people
    ) % {"people": told.people}
    if told.again:
        sentence += " " + _("%(n)s had a message today already.") % {"n": told.again}
    if told.without:
        sentence += " " + _("%(n)s units have no officer to remind.") % {"n": told.without}
    return done(request, sentence, "enrolments:round", pk)


@require_safe
def round_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the calling document on to the organiser and to the units that are asked."""
    user = signed_in(request)
    run = NominationRound.objects.allowing(user, P.MANAGE_COHORTS).values("pk")
    mine = RoundAnswer.objects.allowing(user, P.SEND_PEOPLE).values("round")
    seen = NominationRound.objects.filter(Q(pk__in=run) | Q(pk__in=mine)).select_related("file")
    asked = get_object_or_404(seen, pk=pk)
    if asked.file is None:
        raise Http404
    return redirect(link_to(asked.file, user=user))


def _answer_of(request: HttpRequest, pk: int) -> tuple[RoundAnswer, User]:
    user = signed_in(request)
    run = NominationRound.objects.allowing(user, P.MANAGE_COHORTS).values("pk")
    rows = RoundAnswer.objects.filter(round__in=run)
    held = rows.select_related("round", "unit", "answered_by", "decision__file")
    return get_object_or_404(held, pk=pk), user


@require_safe
def unit_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the organiser whom one unit names."""
    answer, _user = _answer_of(request, pk)
    return _unit_page(request, answer, ReasonForm())


def _unit_page(request: HttpRequest, answer: RoundAnswer, form: ReasonForm) -> HttpResponse:
    is_sent = answer.state != AnswerState.SILENT
    rows = answer.nominations.select_related("person", "cohort") if is_sent else []
    context = {"answer": answer, "asked": answer.round, "rows": rows, "form": form}
    may_return = answer.state in {AnswerState.SENT, AnswerState.NOBODY}
    context["may_return"] = may_return and answer.round.state == RoundState.OPEN
    status = 422 if form.errors else 200
    return render(request, "enrolments/rounds/unit.html", context, status=status)


@require_POST
def return_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a list back to its unit with a reason."""
    answer, user = _answer_of(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            nominations.return_answer(answer=answer, reason=reason, by=user)
            sentence = _("The list is returned to the unit.")
            return done(request, sentence, "enrolments:round", answer.round_id)
        except Refused as error:
            form.add_error(None, str(error))
    return _unit_page(request, answer, form)


@require_safe
def answer_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the scan of a unit's decision on to the unit and to the organiser."""
    user = signed_in(request)
    run = NominationRound.objects.allowing(user, P.MANAGE_COHORTS).values("pk")
    mine = RoundAnswer.objects.allowing(user, P.SEND_PEOPLE).values("pk")
    seen = RoundAnswer.objects.filter(Q(pk__in=mine) | Q(round__in=run))
    answer = get_object_or_404(seen.select_related("decision__file"), pk=pk)
    if answer.decision is None or answer.decision.file is None:
        raise Http404
    return redirect(link_to(answer.decision.file, user=user))
