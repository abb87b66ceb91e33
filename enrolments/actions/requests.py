"""Requests about duties: asked by the person, decided by an officer of theirs, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.actions.duties import cancel, move_due, refuse_own, waive
from enrolments.errors import Refused
from enrolments.models import DutyRequest, Obligation
from enrolments.models.duties import OUTSTANDING
from enrolments.models.requests import RequestKind, RequestState
from files.accept import PAPERS
from files.actions import store
from lms.clock import today
from notifications.actions import NoticeSpec, plan_notices

PURPOSE = "duty_request"
ANSWERED = "enrolments.request_answered"


@dataclass(frozen=True)
class Asked:
    """What is asked, and the paper that proves it."""

    kind: str
    reason: str
    wanted_on: dt.date | None = None
    content: BinaryIO | None = None
    name: str = ""


@transaction.atomic
def ask_about(*, obligation: Obligation, asked: Asked, by: User) -> DutyRequest:
    """Ask about one's own duty. While a request is open, asking again returns it."""
    held = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
    if held.person_id != by.pk:
        raise Refused(_("Only the person who must finish it can ask."))
    known = DutyRequest.objects.open().filter(obligation=held).first()
    if known:
        return known
    if held.status not in OUTSTANDING:
        raise Refused(_("There is nothing left to ask: this duty no longer stands."))
    if asked.kind == RequestKind.EXTENSION and (asked.wanted_on or held.due_on) <= held.due_on:
        raise Refused(_("The new day lies after the due date."))
    row = DutyRequest.objects.create(
        obligation=held, kind=asked.kind, wanted_on=asked.wanted_on, reason=asked.reason.strip()
    )
    if asked.content is not None:
        row.file = store(
            content=asked.content, name=asked.name, by=by, accept=PAPERS, purpose=PURPOSE,
            unit_id=held.unit_id,
        )  # fmt: skip
        row.save(update_fields=["file"])
    _record(row, by, "ask_about_duty", reason=row.reason)
    return row


@transaction.atomic
def take_back(*, request: DutyRequest, by: User) -> bool:
    """Withdraw one's own request. Return whether it was open."""
    if request.obligation.person_id != by.pk:
        raise Refused(_("Only the person who must finish it can ask."))
    rows = DutyRequest.objects.open().filter(pk=request.pk)
    done = bool(rows.update(state=RequestState.WITHDRAWN))
    if done:
        _record(request, by, "withdraw_duty_request")
    return done


@transaction.atomic
def grant(
    *, request: DutyRequest, by: User, answer: str = "", due_on: dt.date | None = None
) -> DutyRequest:
    """Grant a request: the due date moves, or the duty is waived or cancelled with the reason."""
    held = _held(request, by)
    duty = Obligation.objects.select_for_update(of=("self",)).get(pk=held.obligation_id)
    if duty.status not in OUTSTANDING:
        raise Refused(_("There is nothing left to ask: this duty no longer stands."))
    reason = answer.strip() or held.reason
    if held.kind == RequestKind.EXTENSION:
        day = due_on or held.wanted_on or duty.due_on
        if day <= duty.due_on:
            raise Refused(_("The new day lies after the due date."))
        move_due(obligation=duty, due_on=day, by=by, reason=reason)
    elif held.kind == RequestKind.WRONG_UNIT:
        cancel(obligation=duty, by=by, reason=reason)
    else:
        waive(obligation=duty, by=by, reason=reason)
    return _decided(held, RequestState.GRANTED, by, answer)


@transaction.atomic
def refuse(*, request: DutyRequest, by: User, answer: str) -> DutyRequest:
    """Refuse a request, with the reason the person reads."""
    held = _held(request, by)
    if not answer.strip():
        raise Refused(_("Say why: the person reads the reason."))
    return _decided(held, RequestState.REFUSED, by, answer)


def _held(request: DutyRequest, by: User) -> DutyRequest:
    """Return the request under a lock, while it is open."""
    rows = DutyRequest.objects.select_for_update(of=("self",)).select_related("obligation__person")
    held = rows.get(pk=request.pk)
    refuse_own(held.obligation.person_id, by)
    if not held.is_open:
        raise Refused(_("This request has been answered or taken back meanwhile."))
    return held


def _decided(held: DutyRequest, state: str, by: User, answer: str) -> DutyRequest:
    held.state, held.answer = state, answer.strip()
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    _record(held, by, "decide_duty_request", reason=held.answer, state=str(state))
    plan_notices(notices=[_notice(held)])
    return held


def _notice(held: DutyRequest) -> NoticeSpec:
    duty = held.obligation
    return NoticeSpec(
        person_id=duty.person_id,
        kind=ANSWERED,
        subject=f"duty-request:{held.pk}",
        due_on=today(),
        send_at=timezone.now(),
        context={"title_vi": duty.title_vi, "title_en": duty.title_en},
        url=reverse("enrolments:ask_about", args=[duty.pk]),
        unit_id=duty.unit_id,
    )


def _record(row: DutyRequest, by: User, action: str, *, reason: str = "", **facts: str) -> None:
    duty = row.obligation
    after = {"kind": row.kind, **facts}
    record(by=by, action=action, target=duty, unit_id=duty.unit_id, after=after, reason=reason)
