"""A unit's answer to a round: choose people, check the list, send it; or nobody takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from enrolments.actions import nominations as actions
from enrolments.actions.rounds import holders_of
from enrolments.errors import Refused
from enrolments.forms.classes import ReasonForm
from enrolments.forms.rounds import FOUND_AT_MOST, ListForm, SendingForm
from enrolments.models import RoundAnswer
from enrolments.models.rounds import AnswerState, OverQuota
from enrolments.nominees import Judged, people_of
from enrolments.views.common import done

CHECK, SEND = "check", "send"


@dataclass(frozen=True)
class Asked:
    """An answer and the officer who may give it."""

    answer: RoundAnswer
    user: User

    def current(self) -> dict[int, str]:
        """Return the list as it was last sent."""
        return dict(self.answer.nominations.values_list("person", "note"))


def _asked(request: HttpRequest, pk: int) -> Asked:
    user = signed_in(request)
    mine = RoundAnswer.objects.allowing(user, Permission.SEND_PEOPLE)
    held = mine.select_related("round__course", "round__organiser", "unit", "decision")
    return Asked(get_object_or_404(held, pk=pk), user)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the unit's list and its people; check it; send it."""
    asked = _asked(request, pk)
    if request.method != "POST":
        form = ListForm(initial={"revision": asked.answer.revision})
        return _choose(request, asked, form, asked.current(), [])
    form = ListForm(request.POST)
    if not form.is_valid():
        return _choose(request, asked, form, form.notes(), [])
    notes = form.notes()
    act = request.POST.get("act", "")
    if act == SEND:
        return _send(request, asked, form, notes)
    pasted, unknown = form.pasted(people_of(asked.answer))
    notes |= {person: "" for person in pasted if person not in notes}
    if act == CHECK and notes and not unknown:
        return _check(request, asked, form, notes, SendingForm.of(asked.answer))
    return _choose(request, asked, form, notes, unknown, is_empty=act == CHECK and not notes)


def _choose(
    request: HttpRequest,
    asked: Asked,
    form: ListForm,
    notes: dict[int, str],
    unknown: Sequence[str],
    *,
    is_empty: bool = False,
) -> HttpResponse:
    answer = asked.answer
    text = form.cleaned_data.get("q", "") if form.is_bound and form.is_valid() else ""
    people = people_of(answer).exclude(pk__in=notes)
    found = list(
        (people.matching(text) if text else people)
        .by_given_name()
        .with_posts()[: FOUND_AT_MOST + 1]
    )
    lines = actions.judged(answer, notes, asked.user) if notes else []
    context = _words(asked) | {
        "form": form,
        "lines": lines,
        "found": found[:FOUND_AT_MOST],
        "is_more": len(found) > FOUND_AT_MOST,
        "unknown": unknown,
        "is_empty": is_empty,
        "reason": ReasonForm(),
    }
    status = 422 if unknown or is_empty or form.errors else 200
    return render(request, "enrolments/rounds/answer.html", context, status=status)


def _words(asked: Asked) -> dict[str, object]:
    answer = asked.answer
    on_behalf = actions.is_on_behalf(answer, asked.user)
    return {
        "answer": answer,
        "asked": answer.round,
        "classes": answer.round.cohorts.order_by("code"),
        "on_behalf": on_behalf,
        "has_holder": on_behalf and bool(holders_of([answer])[answer.unit_id]),
        "is_returned": answer.state == AnswerState.RETURNED,
    }


def _check(
    request: HttpRequest,
    asked: Asked,
    form: ListForm,
    notes: dict[int, str],
    decision: SendingForm,
    *,
    refusal: str = "",
) -> HttpResponse:
    """Say of each person whether they can be named, before anything is sent."""
    lines = actions.judged(asked.answer, notes, asked.user)
    ready: list[Judged] = [line for line in lines if line.fits]
    limit = asked.answer.limit
    is_over = limit is not None and len(ready) > limit
    is_refused = is_over and asked.answer.round.over_quota == OverQuota.REFUSE
    context = _words(asked) | {
        "form": form,
        "lines": lines,
        "ready": ready,
        "decision": decision,
        "is_over": is_over,
        "may_send": bool(ready) and not is_refused,
        "refusal": refusal,
    }
    status = 422 if refusal or decision.errors else 200
    return render(request, "enrolments/rounds/check.html", context, status=status)


def _send(
    request: HttpRequest, asked: Asked, form: ListForm, notes: dict[int, str]
) -> HttpResponse:
    decision = SendingForm(request.POST, request.FILES)
    if not decision.is_valid():
        return _check(request, asked, form, notes, decision)
    try:
        held = actions.submit(
            answer=asked.answer,
            notes=notes,
            revision=form.cleaned_data["revision"],
            by=asked.user,
            paper=_paper(asked, decision),
        )
    except Refused as error:
        return _check(request, asked, form, notes, decision, refusal=str(error))
    sentence = _("The list of %(n)s people is sent.") % {"n": held.people}
    return done(request, sentence, "enrolments:answer_round", held.pk)


def _paper(asked: Asked, decision: SendingForm) -> actions.Paper | None:
    data = decision.data_for(asked.answer)
    if data is None:
        return None
    file = decision.cleaned_data["file"]
    scan = (
        actions.keep_scan(answer=asked.answer, content=file, name=file.name, by=asked.user)
        if file
        else None
    )
    return actions.Paper(data, scan)


@require_POST
def answer_nobody(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer that nobody takes part, with the reason."""
    asked = _asked(request, pk)
    form, revision = ReasonForm(request.POST), request.POST.get("revision", "")
    if not revision.isdecimal() or len(revision) > 9:  # noqa: PLR2004
        raise Http404
    if form.is_valid():
        try:
            actions.answer_nobody(
                answer=asked.answer,
                reason=form.cleaned_data["reason"],
                revision=int(revision),
                by=asked.user,
            )
            sentence = _("The answer is sent: nobody takes part.")
            return done(request, sentence, "enrolments:answer_round", pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = _words(asked) | {"form": form, "revision": revision}
    return render(request, "enrolments/rounds/nobody.html", context, status=422)
