"""What the tick tells people of: new duties, and reminders as their due dates come near.

Reminders of a whole city are not written years ahead: a duty gets its own once its due date is
near; `ReminderPlan` says on which days.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from enrolments.models import Obligation
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from enrolments.reminders import ReminderPlan, context_of, subject_of, url_of
from lms.clock import today
from notifications.actions import NoticeSpec, plan_notices
from requirements.models import RequirementDuty
from requirements.notices import NEW_DUTY

AT_MOST = 500
AHEAD = 7  # days before the first reminder
NOW_OPEN = (ObligationStatus.OPEN, ObligationStatus.OVERDUE)


@transaction.atomic
def tell(*, at_most: int = AT_MOST) -> int:
    """Tell people of duties that have opened; return how many rows were seen to."""
    waiting = RequirementDuty.objects.filter(is_told=False)
    ready = waiting.exclude(obligation__status=ObligationStatus.SCHEDULED)
    rows = list(
        ready.select_for_update(of=("self",))
        .select_related("obligation__basis", "obligation__enrolment")
        .order_by("pk")[:at_most]
    )
    duties = [row.obligation for row in rows if row.obligation.status in NOW_OPEN]
    plan_notices(notices=[_news(duty) for duty in duties])
    RequirementDuty.objects.filter(pk__in=[row.pk for row in rows]).update(is_told=True)
    return len(rows)


def _news(duty: Obligation) -> NoticeSpec:
    return NoticeSpec(
        person_id=duty.person_id,
        kind=NEW_DUTY,
        subject=subject_of(duty.pk),
        due_on=duty.due_on,
        send_at=timezone.now(),
        context=context_of(duty),
        url=url_of(duty),
        unit_id=duty.unit_id,
    )


@transaction.atomic
def plan_reminders(*, at_most: int = AT_MOST) -> int:
    """Plan the reminders of duties whose due date comes near; return how many rows it saw to."""
    plan = ReminderPlan()
    first = max([*plan.days_before, 0]) + AHEAD
    near = Q(obligation__due_on__lte=today() + dt.timedelta(days=first))
    waiting = RequirementDuty.objects.filter(near, is_reminded=False)
    rows = list(
        waiting.filter(obligation__status__in=OUTSTANDING)
        .select_for_update(of=("self",))
        .select_related("obligation__basis", "obligation__enrolment")
        .order_by("pk")[:at_most]
    )
    plan_notices(notices=plan.notices([row.obligation for row in rows]))
    RequirementDuty.objects.filter(pk__in=[row.pk for row in rows]).update(is_reminded=True)
    return len(rows)
