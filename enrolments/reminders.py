"""Which notices a duty calls for, and when. The days before are a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from enrolments.models import Cohort, Enrolment, Obligation
from notifications.actions import NoticeSpec
from reference.rules import rule

DUE_SOON, OVERDUE, MANAGER_WEEKLY = "due_soon", "overdue", "manager_weekly"
COHORT_CHANGED, BY_HAND = "cohort_changed", "reminder"
DAYS_BEFORE = [14, 7, 1]
MORNING = dt.time(8)
ONE_DAY = dt.timedelta(days=1)


def morning_of(day: dt.date) -> dt.datetime:
    """Return eight o'clock of a local day."""
    return timezone.make_aware(dt.datetime.combine(day, MORNING))


def subject_of(obligation_id: int) -> str:
    """Return what the notices about a duty bear."""
    return f"obligation:{obligation_id}"


class ReminderPlan:
    """The reminder days in force, read once for any number of duties."""

    def __init__(self) -> None:
        self.days_before: list[int] = rule("reminders.days_before", default=DAYS_BEFORE)
        self.when_overdue: bool = rule("reminders.when_overdue", default=True)
        self.now = timezone.now()

    def notices(self, duties: Iterable[Obligation]) -> list[NoticeSpec]:
        """Return the notices still to come; a day that has passed is not made up for."""
        return [spec for duty in duties for spec in self._of(duty)]

    def _of(self, duty: Obligation) -> list[NoticeSpec]:
        moments = [
            (DUE_SOON, days, morning_of(duty.due_on - dt.timedelta(days=days)))
            for days in self.days_before
        ]
        if self.when_overdue:
            moments.append((OVERDUE, -1, morning_of(duty.due_on + ONE_DAY)))
        return [
            NoticeSpec(
                person_id=duty.person_id,
                kind=kind,
                subject=subject_of(duty.pk),
                due_on=duty.due_on,
                send_at=send_at,
                offset=offset,
                context=context_of(duty),
                url=url_of(duty),
                unit_id=duty.unit_id,
            )
            for kind, offset, send_at in moments
            if send_at > self.now
        ]


def reminder_now(duty: Obligation, kind: str, now: dt.datetime) -> NoticeSpec:
    """Return a reminder sent by hand; a second one on the same day is the same notice."""
    return NoticeSpec(
        person_id=duty.person_id,
        kind=kind,
        subject=subject_of(duty.pk),
        due_on=timezone.localdate(now),
        send_at=now,
        context=context_of(duty),
        url=url_of(duty),
        unit_id=duty.unit_id,
    )


def url_of(duty: Obligation) -> str:
    """Return where a notice about the duty leads: to the class, else to the duty."""
    if duty.enrolment is None:
        return duty.get_absolute_url()
    return reverse("enrolments:cohort", args=[duty.enrolment.cohort_id])


def context_of(duty: Obligation) -> dict[str, str]:
    """Return what the notices about the duty tell."""
    return {
        "title_vi": duty.title_vi,
        "title_en": duty.title_en,
        "due": f"{duty.due_on:%d/%m/%Y}",
        "basis": str(duty.basis) if duty.basis else "",
        "law": duty.required_by,
    }


def cohort_changed(cohort: Cohort, place: Enrolment, kind: str) -> NoticeSpec:
    """Return the notice that a class is postponed or cancelled."""
    return NoticeSpec(
        person_id=place.learner_id,
        kind=kind,
        subject=f"cohort:{cohort.pk}:{cohort.state}",
        due_on=cohort.ends_on,
        send_at=timezone.now(),
        context={
            "name": cohort.name,
            "state": cohort.state,
            "reason": cohort.state_reason,
            "starts": f"{cohort.starts_on:%d/%m/%Y}",
            "ends": f"{cohort.ends_on:%d/%m/%Y}",
        },
        url=reverse("enrolments:cohort", args=[cohort.pk]),
        unit_id=place.sending_unit_id,
    )
