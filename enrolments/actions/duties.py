"""Duties from their beginning to their credit, and the one ledger of hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Posting, Unit, User
from audit.actions import record
from courses.models import CourseVersion, Module
from enrolments.errors import OwnRecord, Refused
from enrolments.models import (
    Cohort,
    Decision,
    Enrolment,
    HoursEntry,
    Obligation,
    ObligationChange,
    ObligationCredit,
)
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from enrolments.reminders import ReminderPlan, subject_of
from lms.clock import end_of_day, today
from notifications.actions import plan_notices, stop_notices
from reference.calendar import WorkingCalendar

ON_COMPLETION = "on_completion"
COMPLETED = "completed"
BATCH = 500


def refuse_own(person_id: int, by: User | None) -> None:
    """Raise `OwnRecord` if somebody is about to decide on themselves."""
    if by is not None and by.pk == person_id:
        raise OwnRecord(_("Nobody decides on their own record."))


def status_by_clock(*, due_on: dt.date, opens_on: dt.date | None) -> str:
    """Return where a duty stands that nobody has fulfilled yet."""
    day = today()
    if due_on < day:
        return ObligationStatus.OVERDUE
    if opens_on and opens_on > day:
        return ObligationStatus.SCHEDULED
    return ObligationStatus.OPEN


def create_duties(*, cohort: Cohort, enrolments: Sequence[Enrolment]) -> list[Obligation]:
    """Write the duty of each new place and plan its reminders, in a few statements."""
    calendar = WorkingCalendar()
    version = cohort.version
    duties = []
    for place in enrolments:
        due_on, note = due_day(cohort.ends_on, calendar, place.sending_unit_id)
        duties.append(
            Obligation(
                person_id=place.learner_id,
                enrolment=place,
                course_id=cohort.course_id,
                unit_id=place.sending_unit_id,
                title_vi=version.title_vi,
                title_en=version.title_en,
                status=status_by_clock(due_on=due_on, opens_on=cohort.starts_on),
                opens_on=cohort.starts_on,
                due_on=due_on,
                due_at=end_of_day(due_on),
                due_note=note,
                basis=place.sending_decision or cohort.opening_decision,
            )
        )
    Obligation.objects.bulk_create(duties, batch_size=BATCH)
    plan_notices(notices=ReminderPlan().notices(duties))
    return duties


def due_day(
    day: dt.date, calendar: WorkingCalendar, unit_id: int | None = None
) -> tuple[dt.date, str]:
    """Return the due date moved off a non-working day, and the sentence that says so."""
    with translation.override("vi"):  # kept with the duty, read by everybody
        moved = calendar.due_moved(day, unit_id)
    return moved.day, moved.why[:200]


@transaction.atomic
def move_due(
    *,
    obligation: Obligation,
    due_on: dt.date,
    by: User,
    reason: str,
    decision: Decision | None = None,
) -> Obligation:
    """Move a duty later with a reason, or earlier by a named decision. Safe to call twice."""
    refuse_own(obligation.person_id, by)
    move_dues(obligations=[obligation], due_on=due_on, by=by, reason=reason, decision=decision)
    obligation.refresh_from_db()
    return obligation


@transaction.atomic
def move_dues(
    *,
    obligations: Sequence[Obligation],
    due_on: dt.date,
    by: User | None,
    reason: str,
    decision: Decision | None = None,
) -> int:
    """Move outstanding duties to one day (moved off non-working days); return how many moved.

    Own duties move along with those of the whole class; `move_due` refuses a single own one.
    """
    ids = [duty.pk for duty in obligations]
    held = list(
        Obligation.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, status__in=OUTSTANDING)
        .select_related("enrolment", "basis")
    )
    calendar, changes, moved = WorkingCalendar(), [], []
    for duty in held:
        day, note = due_day(due_on, calendar, duty.unit_id)
        if day == duty.due_on:
            continue
        _refuse_earlier(duty, day, decision)
        changes.append(_changed(duty, "due_on", duty.due_on.isoformat(), day.isoformat()))
        duty.due_on, duty.due_at, duty.due_note = day, end_of_day(day), note
        duty.basis = decision or duty.basis
        duty.status = status_by_clock(due_on=day, opens_on=duty.opens_on)
        moved.append(duty)
    fields = ["due_on", "due_at", "due_note", "basis", "status"]
    Obligation.objects.bulk_update(moved, fields, batch_size=BATCH)
    _write(changes, by=by, reason=reason)
    _plan_again(moved, reason="moved")
    return len(moved)


@transaction.atomic
def set_dues(*, days: Mapping[int, dt.date], by: User | None, reason: str, note: str = "") -> int:
    """Give outstanding duties due dates of their own, by key; return how many have them now.

    `note` stands beside the date and says why it is not the one the rule gives.
    """
    held = list(
        Obligation.objects.select_for_update(of=("self",))
        .filter(pk__in=list(days), status__in=OUTSTANDING)
        .select_related("enrolment", "basis")
    )
    changes = []
    for duty in held:
        day = days[duty.pk]
        changes.append(_changed(duty, "due_on", duty.due_on.isoformat(), day.isoformat()))
        duty.due_on, duty.due_at, duty.due_note = day, end_of_day(day), note[:200]
        duty.status = status_by_clock(due_on=day, opens_on=duty.opens_on)
    fields = ["due_on", "due_at", "due_note", "status"]
    Obligation.objects.bulk_update(held, fields, batch_size=BATCH)
    _write(changes, by=by, reason=reason)
    _plan_again(held, reason="moved")
    return len(held)


@transaction.atomic
def carry_duties(
    *, duties: Sequence[Obligation], to: Enrolment, due_on: dt.date, by: User, reason: str
) -> None:
    """Let duties go on with another place; those outstanding are due on the day, either way."""
    held = list(
        Obligation.objects.select_for_update(of=("self",))
        .filter(pk__in=[duty.pk for duty in duties])
        .select_related("basis")
    )
    calendar, changes = WorkingCalendar(), []
    for duty in held:
        if duty.enrolment_id != to.pk:
            changes.append(_changed(duty, "enrolment", str(duty.enrolment_id), str(to.pk)))
            duty.enrolment = to
        day, note = due_day(due_on, calendar, duty.unit_id)
        if duty.is_outstanding and day != duty.due_on:
            changes.append(_changed(duty, "due_on", duty.due_on.isoformat(), day.isoformat()))
            duty.due_on, duty.due_at, duty.due_note = day, end_of_day(day), note
            duty.status = status_by_clock(due_on=day, opens_on=duty.opens_on)
    fields = ["enrolment", "due_on", "due_at", "due_note", "status"]
    Obligation.objects.bulk_update(held, fields, batch_size=BATCH)
    _write(changes, by=by, reason=reason)
    _plan_again([duty for duty in held if duty.is_outstanding], reason="moved")


def _refuse_earlier(duty: Obligation, day: dt.date, decision: Decision | None) -> None:
    if day < duty.due_on and decision is None:
        raise Refused(_("A due date is moved earlier only by a decision."))


def _plan_again(duties: Sequence[Obligation], *, reason: str) -> None:
    stop_notices(subjects=[subject_of(duty.pk) for duty in duties], reason=reason)
    plan_notices(notices=ReminderPlan().notices(duties))


@transaction.atomic
def waive(*, obligation: Obligation, by: User, reason: str) -> bool:
    """Exempt a person from a duty; False if it no longer stood."""
    refuse_own(obligation.person_id, by)
    ended = end_duties(obligations=[obligation], to=ObligationStatus.WAIVED, by=by, reason=reason)
    if ended:
        record(by=by, action="waive", target=obligation, unit_id=obligation.unit_id, reason=reason)
    return ended == 1


@transaction.atomic
def cancel(*, obligation: Obligation, by: User | None, reason: str) -> bool:
    """Take a duty back; False if it no longer stood."""
    refuse_own(obligation.person_id, by)
    ended = end_duties(
        obligations=[obligation], to=ObligationStatus.CANCELLED, by=by, reason=reason
    )
    return ended == 1


@transaction.atomic
def end_duties(*, obligations: Sequence[Obligation], to: str, by: User | None, reason: str) -> int:
    """Waive or cancel outstanding duties, with their history and notices; return how many."""
    ids = [duty.pk for duty in obligations]
    standing = Obligation.objects.filter(pk__in=ids, status__in=OUTSTANDING)
    held = list(standing.select_for_update())
    standing.update(status=to, status_reason=reason[:200])
    _write([_changed(duty, "status", duty.status, to) for duty in held], by=by, reason=reason)
    stop_notices(subjects=[subject_of(duty.pk) for duty in held], reason=to)
    return len(held)


@transaction.atomic
def reopen_duties(*, obligations: Sequence[Obligation], by: User | None, reason: str) -> int:
    """Let cancelled duties stand again with the due date they have; return how many."""
    ids = [duty.pk for duty in obligations]
    cancelled = Obligation.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, status=ObligationStatus.CANCELLED
    )
    held = list(cancelled.select_related("enrolment", "basis"))
    for duty in held:
        duty.status = status_by_clock(due_on=duty.due_on, opens_on=duty.opens_on)
        duty.status_reason = ""
    Obligation.objects.bulk_update(held, ["status", "status_reason"], batch_size=BATCH)
    before = ObligationStatus.CANCELLED
    _write([_changed(duty, "status", before, duty.status) for duty in held], by=by, reason=reason)
    _plan_again(held, reason="reopened")
    return len(held)


@transaction.atomic
def fulfil(*, completed: Mapping[int, dt.datetime], by: User | None) -> None:
    """Credit the duties of completed places (with their times), in time or late; reminders end."""
    duties = Obligation.objects.outstanding().filter(enrolment__in=list(completed))
    facts = duties.values_list("pk", "enrolment_id")
    credit_duties(done={pk: (completed[place], place) for pk, place in facts if place}, by=by)


@transaction.atomic
def credit_duties(
    *, done: Mapping[int, tuple[dt.datetime, int | None]], by: User | None, note: str = ""
) -> int:
    """Credit outstanding duties, by key: when each was fulfilled, and by which place.

    Safe to call twice. Return how many were credited.
    """
    held = list(
        Obligation.objects.select_for_update().filter(pk__in=list(done), status__in=OUTSTANDING)
    )
    for duty in held:
        duty.done_at = done[duty.pk][0]
        in_time = duty.done_at <= duty.due_at
        duty.status = ObligationStatus.DONE if in_time else ObligationStatus.DONE_LATE
    Obligation.objects.bulk_update(held, ["status", "done_at"], batch_size=BATCH)
    ObligationCredit.objects.bulk_create(
        ObligationCredit(obligation=duty, enrolment_id=done[duty.pk][1], credited_by=by, note=note)
        for duty in held
    )
    stop_notices(subjects=[subject_of(duty.pk) for duty in held], reason=COMPLETED)
    return len(held)


@transaction.atomic
def credit_hours(
    *,
    enrolment: Enrolment,
    by: User | None,
    rule: str = ON_COMPLETION,
    closing_on: dt.date,
    evidence: str,
) -> HoursEntry:
    """Enter the hours of a completed place in the ledger, once per rule. Safe to call twice.

    `by` is None where a rule credits by itself.
    """
    refuse_own(enrolment.learner_id, by)
    # The row lock lets one of two callers pass at a time.
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    under_rule = HoursEntry.objects.filter(enrolment=enrolment, rule=rule, reverses=None)
    standing = under_rule.filter(reversed_by=None).first()
    if standing is not None:
        return standing
    entry = _entry(enrolment, closing_on)
    entry.rule, entry.evidence, entry.entered_by = rule, evidence, by
    entry.round = under_rule.count()
    entry.save(force_insert=True)
    after = {"credited": str(entry.credited), "rule": rule, "evidence": evidence}
    record(by=by, action="credit_hours", target=entry, unit_id=entry.unit_id, after=after)
    return entry


def _entry(enrolment: Enrolment, closing_on: dt.date) -> HoursEntry:
    version = enrolment.version
    periods = periods_of(version)
    post = (
        Posting.objects.filter(user=enrolment.learner_id, since__lte=closing_on)
        .order_by("-is_primary", F("until").desc(nulls_first=True), "-since")
        .first()
    )
    return HoursEntry(
        person_id=enrolment.learner_id,
        year=closing_on.year,
        declared=periods,
        credited=periods,
        enrolment=enrolment,
        title=version.title_vi,
        closing_on=closing_on,
        unit_id=post.unit_id if post else enrolment.sending_unit_id,
        category_id=post.category_id if post else None,
        content_group_id=version.course.content_group_id,
    )


def periods_of(version: CourseVersion) -> Decimal:
    """Return the periods (tiết) of a version: those of its modules, of all kinds."""
    total = Sum(F("periods_online") + F("periods_class") + F("periods_guided") + F("periods_test"))
    found = Module.objects.filter(version=version).aggregate(total=total)["total"]
    return Decimal(found or 0)


@transaction.atomic
def reverse_hours(*, entry: HoursEntry, by: User, reason: str) -> HoursEntry:
    """Take an entry back by its opposite, once. Safe to call twice."""
    refuse_own(entry.person_id, by)
    HoursEntry.objects.select_for_update().get(pk=entry.pk)
    reversal, created = HoursEntry.objects.get_or_create(
        reverses=entry,
        defaults={
            "person_id": entry.person_id,
            "year": entry.year,
            "declared": -entry.declared,
            "credited": -entry.credited,
            "rule": entry.rule,
            "enrolment_id": entry.enrolment_id,
            "title": entry.title,
            "evidence": reason[:300],
            "closing_on": entry.closing_on,
            "unit_id": entry.unit_id,
            "category_id": entry.category_id,
            "content_group_id": entry.content_group_id,
            "entered_by": by,
        },
    )
    if created:
        record(by=by, action="reverse_hours", target=entry, unit_id=entry.unit_id, reason=reason)
    return reversal


def unit_of(person: User, day: dt.date) -> Unit | None:
    """Return the unit of the person's primary post on a day."""
    posts = Posting.objects.in_force(day).primary().filter(user=person)
    post = posts.select_related("unit").first()
    return post.unit if post else None


def duties_by_clock(*, now: dt.datetime, at_most: int = 1000) -> int:
    """Open what is due to open and mark what is overdue; return how many rows were touched."""
    day = timezone.localdate(now)
    late = Obligation.objects.filter(
        status__in=[ObligationStatus.OPEN, ObligationStatus.SCHEDULED], due_at__lt=now
    )
    late_ids = list(late.order_by("due_at", "pk").values_list("pk", flat=True)[:at_most])
    touched = late.filter(pk__in=late_ids).update(status=ObligationStatus.OVERDUE)
    begun = Obligation.objects.filter(status=ObligationStatus.SCHEDULED, opens_on__lte=day)
    begun_ids = list(begun.values_list("pk", flat=True)[:at_most])
    return touched + begun.filter(pk__in=begun_ids).update(status=ObligationStatus.OPEN)


def _changed(duty: Obligation, field: str, before: str, after: str) -> ObligationChange:
    return ObligationChange(obligation=duty, field=field, before=before, after=after)


def _write(changes: Sequence[ObligationChange], *, by: User | None, reason: str) -> None:
    for change in changes:
        change.changed_by, change.reason = by, reason[:300]
    ObligationChange.objects.bulk_create(changes, batch_size=BATCH)
