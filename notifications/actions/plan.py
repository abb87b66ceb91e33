"""Planning and stopping notices: what other apps call."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from lms.clock import today
from notifications.kinds import notice_kinds
from notifications.models import Notice

CHUNK = 500


@dataclass(frozen=True)
class NoticeSpec:
    """A notice to plan. `offset` is the days before the due day, negative after it."""

    person_id: int
    kind: str
    subject: str
    due_on: dt.date
    send_at: dt.datetime
    offset: int = 0
    context: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    unit_id: int | None = None

    def row(self) -> Notice:
        """Return the notice, not yet written. An unregistered kind is a programming error."""
        return Notice(
            person_id=self.person_id,
            kind=notice_kinds[self.kind].code,
            subject=self.subject,
            offset=self.offset,
            due_on=self.due_on,
            send_at=self.send_at,
            context=dict(self.context),
            url=self.url,
            unit_id=self.unit_id,
        )


@transaction.atomic
def plan_notices(*, notices: Iterable[NoticeSpec]) -> int:
    """Plan the notices that are not planned yet; return how many. Safe to call twice.

    A notice that was stopped and whose time is still to come is planned again.
    """
    rows = {row.key: row for row in (spec.row() for spec in notices)}
    return sum(_plan(chunk) for chunk in _chunks(list(rows.values())))


def _chunks(rows: list[Notice]) -> Iterable[list[Notice]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _plan(rows: list[Notice]) -> int:
    candidates = Notice.objects.filter(
        person_id__in={row.person_id for row in rows}, subject__in={row.subject for row in rows}
    )
    known = {notice.key: notice for notice in candidates}
    new = [row for row in rows if row.key not in known]
    # Another transaction may have planned the same in between: the unique key decides.
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    again = [known[row.key].pk for row in rows if row.key in known]
    stopped = Notice.objects.filter(
        pk__in=again, state=Notice.State.STOPPED, send_at__gt=timezone.now()
    )
    return len(new) + stopped.update(state=Notice.State.PLANNED, stopped_reason="")


@transaction.atomic
def stop_notices(*, subjects: Iterable[str], reason: str, kinds: Iterable[str] = ()) -> int:
    """Stop what is still planned about the subjects; return how many. Safe to call twice."""
    found = Notice.objects.planned().about(*subjects)
    chosen = list(kinds)
    if chosen:
        found = found.filter(kind__in=chosen)
    return found.update(state=Notice.State.STOPPED, stopped_reason=reason)


def notify_now(
    *,
    person: AbstractBaseUser,
    kind: str,
    subject: str,
    context: Mapping[str, Any],
    url: str = "",
    unit_id: int | None = None,
) -> bool:
    """Tell a person at the next tick; return False if they were told about it today."""
    spec = NoticeSpec(
        person_id=person.pk,
        kind=kind,
        subject=subject,
        due_on=today(),
        send_at=timezone.now(),
        context=context,
        url=url,
        unit_id=unit_id,
    )
    return plan_notices(notices=[spec]) == 1
