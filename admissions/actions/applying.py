"""Applications: made, decided step by step, admitted, waiting for a seat, offered one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from admissions.approvers import approvers_of, settle_who
from admissions.models import (
    Admission,
    Application,
    ApplicationState,
    ApplicationStep,
    StepKind,
    StepState,
)
from admissions.notices import answered, to_decide
from audit.actions import record
from enrolments.actions.duties import refuse_own, unit_of
from enrolments.actions.places import enrol, lock_class
from enrolments.errors import CohortClosed, Refused
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentSource
from enrolments.quotas import why_not_seated
from lms.clock import today
from notifications.actions import plan_notices, stop_notices
from reference.calendar import WorkingCalendar
from reference.rules import rule

DAYS_TO_DECIDE, HOURS_TO_TAKE = 3, 48
S = ApplicationState


@transaction.atomic
def apply(*, cohort: Cohort, learner: User, reason: str = "") -> Application:
    """Ask for a place. While an application is open, asking again returns it."""
    held = lock_class(cohort)
    known = Application.objects.open().filter(cohort=held, learner=learner).first()
    if known:
        return known
    unit, chain = _may_apply(held, learner)
    row = Application.objects.create(
        cohort=held, learner=learner, unit=unit, reason=reason.strip()[:500]
    )
    ApplicationStep.objects.bulk_create(
        ApplicationStep(application=row, position=n, kind=kind)
        for n, kind in enumerate(chain, start=1)
    )
    record(by=learner, action="apply", target=row, unit_id=unit.pk, reason=row.reason)
    _advance(row, by=learner)
    return row


def _may_apply(cohort: Cohort, learner: User) -> tuple[Unit, list[StepKind]]:
    """Return the unit that would send the person, and who must agree; or refuse."""
    admission = Admission.objects.filter(cohort=cohort).first()
    if admission is None or not admission.takes_applications:
        raise CohortClosed(_("The class does not take applications now."))
    if Enrolment.objects.in_force().filter(learner=learner, cohort=cohort).exists():
        raise Refused(_("There is a place in this class already."))
    unit = unit_of(learner, today())
    if unit is None:
        raise Refused(_("Whoever applies holds a post; the record shows none today."))
    return unit, admission.chain


def _hold(application: Application) -> Application:
    """Return the application as it is now, under the lock of its class, then its own."""
    lock_class(application.cohort)
    rows = Application.objects.select_for_update(of=("self",))
    related = rows.select_related("cohort__version", "cohort__admission", "learner", "unit")
    return related.get(pk=application.pk)


@transaction.atomic
def decide(*, application: Application, by: User, approve: bool, note: str = "") -> Application:
    """Approve or refuse the step of today; a refusal says why. Safe to call twice.

    Who is not meant by the step, and the learner, are refused.
    """
    held = _hold(application)
    refuse_own(held.learner_id, by)
    if not Application.objects.decided_by(by).filter(pk=held.pk).exists():
        raise Refused(_("This step has been answered, or waits for somebody else."))
    if not approve and not note.strip():
        raise Refused(_("Say why: the person reads the reason."))
    step = held.steps.select_for_update().get(state=StepState.CURRENT)
    step.state = StepState.APPROVED if approve else StepState.REFUSED
    step.decided_by, step.decided_at, step.note = by, timezone.now(), note.strip()[:300]
    step.save()
    stop_notices(subjects=[f"application_step:{step.pk}"], reason="answered")
    action = "approve_application" if approve else "refuse_application"
    record(by=by, action=action, target=held, unit_id=held.unit_id, reason=step.note)
    if approve:
        _advance(held, by=by)
    else:
        _close(held, S.REFUSED, step.note)
    return held


@transaction.atomic
def decide_many(
    *, applications: Sequence[Application], by: User, approve: bool, note: str = ""
) -> int:
    """Decide ticked applications alike; those answered meanwhile are left. Return how many."""
    done = 0
    for row in applications:
        if Application.objects.decided_by(by).filter(pk=row.pk).exists():
            decide(application=row, by=by, approve=approve, note=note)
            done += 1
    return done


def _advance(application: Application, *, by: User | None) -> None:
    """Go to the next step, or admit whom all steps have agreed to."""
    step = application.steps.filter(state=StepState.AHEAD).first()
    if step is None:
        _admit(application, by=by)
        return
    step.application = application
    settle_who(step)
    days = rule("admissions.days_to_decide", default=DAYS_TO_DECIDE)
    step.due_on = WorkingCalendar().add_working_days(today(), days, application.unit_id)
    step.state = StepState.CURRENT
    step.save()
    plan_notices(notices=[to_decide(step, person) for person in approvers_of(step)])


def _admit(application: Application, *, by: User | None) -> None:
    """Give a place, or one on the waiting list: nobody passes who waits already."""
    cohort = lock_class(application.cohort)
    application.approved_at = timezone.now()
    before = Application.objects.filter(cohort=cohort, state__in=[S.WAITING, S.OFFERED])
    [why_not] = why_not_seated(cohort, [application.unit_id])
    waits = cohort.seats_left is not None and before.exists()
    if waits or why_not:
        application.state = S.WAITING
        application.save(update_fields=["state", "approved_at"])
        plan_notices(notices=[answered(application)])
        return
    _enrol(application, by=by or application.learner)


def _enrol(application: Application, *, by: User) -> None:
    place = enrol(
        cohort=application.cohort,
        learner=application.learner,
        unit=application.unit,
        by=by,
        source=EnrolmentSource.SELF,
    )
    application.state, application.enrolment, application.offer_until = S.ENROLLED, place, None
    application.save(update_fields=["state", "enrolment", "offer_until", "approved_at"])
    plan_notices(notices=[answered(application)])


def _close(application: Application, state: str, reason: str = "") -> None:
    application.state, application.offer_until = state, None
    application.closed_reason = reason[:300]
    application.save(update_fields=["state", "offer_until", "closed_reason"])
    steps = application.steps.filter(state=StepState.CURRENT)
    keys = [f"application_step:{pk}" for pk in steps.values_list("pk", flat=True)]
    stop_notices(subjects=keys, reason=state)
    steps.update(state=StepState.AHEAD)
    plan_notices(notices=[answered(application)])


@transaction.atomic
def withdraw(*, application: Application, by: User) -> bool:
    """Take one's own application back, or give an offered seat back; False if it was closed."""
    held = _hold(application)
    if held.learner_id != by.pk:
        raise Refused(_("Only the person who applied can take it back."))
    if not held.is_open:
        return False
    if held.state == S.OFFERED:
        _free_kept(held.cohort_id)
    _close(held, S.WITHDRAWN)
    record(by=by, action="withdraw_application", target=held, unit_id=held.unit_id)
    return True


@transaction.atomic
def take_offer(*, application: Application, by: User) -> Application:
    """Take the seat that was kept. Safe to call twice; after its end it is gone."""
    held = _hold(application)
    if held.learner_id != by.pk:
        raise Refused(_("Only the person who applied can take the seat."))
    if held.state == S.ENROLLED:
        return held
    if held.state != S.OFFERED or held.offer_until is None or held.offer_until < timezone.now():
        raise Refused(_("This seat is no longer kept."))
    _free_kept(held.cohort_id)
    held.state, held.offer_until = S.WAITING, None  # the kept seat is not counted beside the place
    held.save(update_fields=["state", "offer_until"])
    _enrol(held, by=by)
    record(by=by, action="take_offer", target=held, unit_id=held.unit_id)
    return held


def _free_kept(cohort_id: int) -> None:
    Cohort.objects.filter(pk=cohort_id).update(kept_count=F("kept_count") - 1)


@transaction.atomic
def offer_seats(*, cohort: Cohort) -> int:
    """Offer free seats to the first of the waiting list, each for a time; return how many.

    A seat that is offered is kept: nobody else is given it meanwhile.
    """
    held = lock_class(cohort)
    free = held.seats_left if held.takes_learners else 0
    rows = Application.objects.filter(cohort=held, state=S.WAITING)
    waiting = rows.select_related("cohort__version").order_by("approved_at", "pk")
    chosen = _fitting(held, list(waiting)) if free is None or free > 0 else []
    hours = rule("admissions.hours_to_take_a_seat", default=HOURS_TO_TAKE)
    until = timezone.now() + dt.timedelta(hours=hours)
    for row in chosen:
        row.state, row.offer_until = S.OFFERED, until
        row.save(update_fields=["state", "offer_until"])
    Cohort.objects.filter(pk=held.pk).update(kept_count=F("kept_count") + len(chosen))
    plan_notices(notices=[answered(row) for row in chosen])
    return len(chosen)


def _fitting(cohort: Cohort, waiting: Sequence[Application]) -> list[Application]:
    """Return who gets a seat in their order; who waits for a quota keeps nobody else waiting."""
    reasons = why_not_seated(cohort, [row.unit_id for row in waiting])
    return [row for row, why in zip(waiting, reasons, strict=True) if not why]


@transaction.atomic
def end_offer(*, application: Application) -> bool:
    """Let an offer lapse whose time is over; False if it was taken or given back meanwhile."""
    held = _hold(application)
    if held.state != S.OFFERED or held.offer_until is None or held.offer_until > timezone.now():
        return False
    _free_kept(held.cohort_id)
    with translation.override("vi"):  # kept with the application
        _close(held, S.LAPSED, _("The seat was not taken in time."))
    return True


@transaction.atomic
def pass_on(*, step: ApplicationStep) -> bool:
    """Pass a step on that was not answered in time; the last one of a chain is never passed."""
    held = _hold(step.application)
    late = held.steps.filter(pk=step.pk, state=StepState.CURRENT, due_on__lt=today())
    if not held.steps.filter(state=StepState.AHEAD).exists():
        return False
    if not late.update(state=StepState.PASSED):
        return False
    stop_notices(subjects=[f"application_step:{step.pk}"], reason="passed on")
    _advance(held, by=None)
    return True


@transaction.atomic
def lapse(*, application: Application) -> bool:
    """End an application to a class that no longer takes learners."""
    held = _hold(application)
    if not held.is_open or held.cohort.takes_learners:
        return False
    if held.state == S.OFFERED:
        _free_kept(held.cohort_id)
    with translation.override("vi"):  # kept with the application
        _close(held, S.LAPSED, _("The class no longer takes learners."))
    return True


@transaction.atomic
def close_placed(*, application: Application) -> bool:
    """End the application of somebody who was sent to the class meanwhile; a kept seat is freed."""
    held = _hold(application)
    places = Enrolment.objects.in_force().filter(cohort=held.cohort_id, learner=held.learner_id)
    place = places.first()
    if place is None or not held.is_open:
        return False
    if held.state == S.OFFERED:
        _free_kept(held.cohort_id)
    held.enrolment = place
    held.save(update_fields=["enrolment"])
    _close(held, S.ENROLLED)
    return True
