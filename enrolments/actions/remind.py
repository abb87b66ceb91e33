"""Reminders by hand: at most one a day about the same duty."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from audit.actions import record
from enrolments.models import Enrolment, Obligation
from enrolments.reminders import BY_HAND, reminder_now
from notifications.actions import plan_notices


@transaction.atomic
def remind(*, enrolments: Sequence[Enrolment], by: User) -> int:
    """Remind these learners of what is due; return how many were not reminded today yet."""
    duties = Obligation.objects.outstanding().filter(enrolment__in=enrolments)
    sent = _send(duties)
    if sent:
        record(by=by, action="remind", target=enrolments[0].cohort, after={"people": sent})
    return sent


@transaction.atomic
def remind_of(*, duties: QuerySet[Obligation], by: User) -> int:
    """Remind people of duties that no class stands behind; return how many were not today yet."""
    sent = _send(duties)
    if sent:
        record(by=by, action="remind", target=duties.order_by("pk")[0], after={"people": sent})
    return sent


def _send(duties: QuerySet[Obligation]) -> int:
    now = timezone.now()
    found = duties.select_related("enrolment", "basis")
    return plan_notices(notices=[reminder_now(duty, BY_HAND, now) for duty in found])
