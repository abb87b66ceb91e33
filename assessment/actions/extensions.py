"""Extensions: more time, another day or one more attempt, for one person or for several at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.attempts import GRACE
from assessment.actions.grades import refuse_own
from assessment.errors import ExtensionRefused
from assessment.frozen import quiz_of
from assessment.models import Attempt, Extension
from audit.actions import record
from enrolments.models import Enrolment
from reference.rules import rule

FACTORS = "assessment.time_factors"


def factors() -> list[Decimal]:
    """Return by how much the time of a test may be made longer, as data."""
    return [Decimal(text) for text in rule(FACTORS, default=["1.25", "1.5", "2"])]


@transaction.atomic
def extend(
    *,
    enrolment: Enrolment,
    component_key: uuid.UUID,
    by: User,
    reason: str,
    extra_minutes: int = 0,
    extra_attempts: int = 0,
    time_factor: Decimal | None = None,
    due_at: dt.datetime | None = None,
    expires_on: dt.date | None = None,
) -> Extension:
    """Grant one person more: minutes hold for the attempt that is open too."""
    refuse_own(enrolment, by)
    if time_factor is not None and time_factor not in factors():
        raise ExtensionRefused(_("The time of a test is not made longer by this."))
    before = _minutes(enrolment, component_key)
    row = Extension.objects.create(
        enrolment=enrolment,
        component_key=component_key,
        extra_minutes=extra_minutes,
        extra_attempts=extra_attempts,
        time_factor=time_factor,
        due_at=due_at,
        expires_on=expires_on,
        reason=reason,
        granted_by=by,
    )
    more = _minutes(enrolment, component_key) - before
    if more > 0:
        _move_deadline(enrolment, component_key, dt.timedelta(minutes=more))
    _tell(row, "extend", by, reason)
    return row


@transaction.atomic
def extend_many(*, places: Sequence[Enrolment], by: User, **granted: Any) -> int:
    """Grant several people the same; return to how many. Who has it already is not given twice."""
    key = granted["component_key"]
    facts = {name: value for name, value in granted.items() if name != "component_key"}
    known = Extension.objects.in_force().filter(enrolment__in=places, component_key=key, **facts)
    having = set(known.values_list("enrolment", flat=True))
    new = [place for place in places if place.pk not in having]
    for place in new:
        extend(enrolment=place, by=by, **granted)
    return len(new)


@transaction.atomic
def end_extension(*, extension: Extension, by: User) -> bool:
    """Let an extension hold no longer; an open attempt keeps its time. Safe to call twice."""
    refuse_own(extension.enrolment, by)
    rows = Extension.objects.filter(pk=extension.pk, ended_at=None)
    done = bool(rows.update(ended_at=timezone.now(), ended_by=by))
    if done:
        _tell(extension, "end_extension", by, "")
    return done


def _minutes(enrolment: Enrolment, key: uuid.UUID) -> int:
    """Return by how many minutes a test is longer for a learner now."""
    quiz = quiz_of(enrolment.version, key)
    minutes, _attempts = Extension.objects.of(enrolment, key).allowance(
        quiz.minutes if quiz else None
    )
    return minutes


def _move_deadline(enrolment: Enrolment, quiz_key: uuid.UUID, more: dt.timedelta) -> None:
    attempts = Attempt.objects.select_for_update().open()
    for attempt in attempts.filter(enrolment=enrolment, quiz_key=quiz_key):
        if attempt.deadline_at:
            attempt.deadline_at += more
            attempt.check_at = attempt.deadline_at + GRACE
            attempt.save(update_fields=["deadline_at", "check_at"])


def _tell(row: Extension, action: str, by: User, reason: str) -> None:
    facts: dict[str, Any] = {
        "component": str(row.component_key),
        "minutes": row.extra_minutes,
        "attempts": row.extra_attempts,
        "factor": str(row.time_factor) if row.time_factor else None,
        "due_at": str(row.due_at) if row.due_at else None,
        "expires_on": str(row.expires_on) if row.expires_on else None,
    }
    record(
        by=by,
        action=action,
        target=row.enrolment,
        unit_id=row.enrolment.sending_unit_id,
        after=facts,
        reason=reason,
    )
