"""Hearing an appeal: asked in time, heard by somebody who has not marked, answered once."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.grades import record_grade, refuse_own
from assessment.appeals import first_markers, reason_against_asking, released_cell
from assessment.components import component_of
from assessment.errors import NotTheLearner, OwnRecord, Refused
from assessment.models import Appeal, GradeCell, GradeEntry
from assessment.models.appeals import AppealState
from assessment.models.grades import GradeSource
from assessment.notices import APPEAL, appeal_context
from audit.actions import record
from enrolments.models import Enrolment
from lms.clock import today
from notifications.actions import NoticeSpec, plan_notices


class AppealRefused(Refused):
    """An act on an appeal that is refused, with its sentence."""


class PointsRefused(AppealRefused):
    """Points that the work cannot have."""


@transaction.atomic
def ask_appeal(*, enrolment: Enrolment, key: uuid.UUID, reason: str, by: User) -> Appeal:
    """Ask that a released result be looked at again. Safe to call twice."""
    held = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if by.pk != held.learner_id:
        raise NotTheLearner
    known = Appeal.objects.open().filter(enrolment=held, component_key=key).first()
    if known:
        return known
    cell = released_cell(held, key)
    if cell is None:
        raise AppealRefused(_("The result is not released yet."))
    against = reason_against_asking(held, cell)
    if against:
        raise AppealRefused(against)
    row = Appeal.objects.create(
        enrolment=held, component_key=key, before=cell.entry, reason=reason.strip()
    )
    _record(row, by, "ask_appeal", reason=row.reason)
    return row


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, by: User) -> bool:
    """Take an appeal back before it is answered. Return whether it was open."""
    if by.pk != appeal.enrolment.learner_id:
        raise NotTheLearner
    rows = Appeal.objects.open().filter(pk=appeal.pk)
    done = bool(rows.update(state=AppealState.WITHDRAWN))
    if done:
        _record(appeal, by, "withdraw_appeal")
    return done


@transaction.atomic
def assign_appeal(*, appeal: Appeal, to: User, by: User) -> None:
    """Give an appeal to somebody who has not marked the work."""
    held = _held(appeal)
    refuse_own(held.enrolment, by)
    _refuse_hearer(held, to)
    Appeal.objects.filter(pk=held.pk).update(heard_by=to)
    _record(held, by, "assign_appeal", to=to.full_name)


@transaction.atomic
def decide_appeal(*, appeal: Appeal, points: Decimal, answer: str, by: User) -> Appeal:
    """Answer an appeal: another mark is entered in the ledger, the same one keeps it.

    Raises `OwnRecord` for the learner and who has marked the work, `PointsRefused`, and
    `AppealRefused` for an appeal that was answered meanwhile.
    """
    held = _held(appeal)
    _refuse_hearer(held, by)
    now = (
        GradeCell.objects.select_related("entry")
        .get(enrolment=held.enrolment, component_key=held.component_key)
        .entry
    )
    if not 0 <= points <= now.max_points:
        facts = {"most": f"{now.max_points.normalize():f}"}
        raise PointsRefused(_("Points lie between 0 and %(most)s.") % facts)
    held.answer, held.decided_by, held.decided_at = answer.strip(), by, timezone.now()
    held.after = _corrected(held, now, points, by) if points != now.points else None
    held.state = AppealState.CHANGED if held.after else AppealState.KEPT
    held.save()
    _record(held, by, "decide_appeal", state=held.state, points=str(points))
    plan_notices(notices=[_notice(held)])
    return held


def _held(appeal: Appeal) -> Appeal:
    """Return the appeal under a lock, while it is open."""
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(
        "enrolment__version", "enrolment__cohort", "before"
    )
    held = rows.get(pk=appeal.pk)
    if not held.is_open:
        raise AppealRefused(_("This appeal has been answered or withdrawn meanwhile."))
    return held


def _refuse_hearer(appeal: Appeal, person: User) -> None:
    refuse_own(appeal.enrolment, person)
    if person.pk in first_markers(appeal.enrolment, appeal.component_key):
        raise OwnRecord(_("Who has marked a work does not hear the appeal against its mark."))


def _corrected(appeal: Appeal, now: GradeEntry, points: Decimal, by: User) -> GradeEntry:
    enrolment = appeal.enrolment
    component = component_of(enrolment.version, appeal.component_key)
    return record_grade(
        enrolment=enrolment,
        component_key=appeal.component_key,
        points=points,
        max_points=now.max_points,
        is_passed=component is not None and component.passes(points, now.max_points),
        source=GradeSource.CORRECTION,
        by=by,
        attempt=now.attempt,
        reason=_("Appeal: %(answer)s") % {"answer": appeal.answer[:250]},
    )


def _notice(appeal: Appeal) -> NoticeSpec:
    enrolment = appeal.enrolment
    component = component_of(enrolment.version, appeal.component_key)
    return NoticeSpec(
        person_id=enrolment.learner_id,
        kind=APPEAL,
        subject=f"appeal:{appeal.pk}",
        due_on=today(),
        send_at=timezone.now(),
        context=appeal_context(component, enrolment.cohort.name),
        url=reverse("assessment:appeal", args=[enrolment.pk, appeal.component_key]),
        unit_id=enrolment.sending_unit_id,
    )


def _record(appeal: Appeal, by: User, action: str, *, reason: str = "", **facts: str) -> None:
    unit_id = appeal.enrolment.sending_unit_id
    target = appeal.enrolment
    after = {"component": str(appeal.component_key), **facts}
    record(by=by, action=action, target=target, unit_id=unit_id, after=after, reason=reason)
