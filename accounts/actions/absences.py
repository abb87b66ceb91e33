"""Entering when people are away; what follows for duties and hours is told by a signal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import Absence, User
from accounts.signals import absence_changed
from audit.actions import record

if TYPE_CHECKING:
    from reference.models import Code


@transaction.atomic
def enter_absence(
    *, person: User, kind: Code, since: dt.date, until: dt.date, document: str, by: User
) -> Absence:
    """Enter a time away. The same one again changes nothing; one kind does not overlap itself."""
    _hold(person, by)
    standing = Absence.objects.standing().filter(person=person, kind=kind)
    same = standing.filter(since=since, until=until).first()
    if same:
        return same
    _refuse_overlap(standing.touching(since, until).first())
    row = Absence.objects.create(
        person=person, kind=kind, since=since, until=until, document=document, entered_by=by
    )
    _tell(row, "enter_absence", by)
    return row


@transaction.atomic
def move_absence_end(*, absence: Absence, until: dt.date, by: User, reason: str) -> Absence:
    """Let a time away end sooner or later than was entered. Safe to call twice."""
    row = _standing(absence, by)
    if row.until == until:
        return row
    if until < row.since:
        raise Refused(_("The last day lies before the first."))
    others = Absence.objects.standing().filter(person=row.person_id, kind=row.kind_id)
    _refuse_overlap(others.exclude(pk=row.pk).touching(row.since, until).first())
    before, row.until = row.until, until
    row.save(update_fields=["until"])
    _tell(row, "move_absence_end", by, before=before, reason=reason)
    return row


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: User, reason: str) -> bool:
    """Take back what was entered by mistake. Return whether it still stood."""
    _hold(absence.person, by)
    rows = Absence.objects.standing().filter(pk=absence.pk)
    done = rows.update(withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_reason=reason[:200])
    if done:
        absence.refresh_from_db()
        _tell(absence, "withdraw_absence", by, reason=reason)
    return bool(done)


def _hold(person: User, by: User) -> None:
    """Lock the person, so that two who enter at once see each other's row; never one's own."""
    if by.pk == person.pk:
        raise Refused(_("Nobody decides on their own record."))
    User.objects.select_for_update().get(pk=person.pk)


def _standing(absence: Absence, by: User) -> Absence:
    _hold(absence.person, by)
    row = Absence.objects.standing().filter(pk=absence.pk).select_related("person", "kind").first()
    if row is None:
        raise Refused(_("This absence was taken back."))
    return row


def _refuse_overlap(other: Absence | None) -> None:
    if other:
        days = {
            "since": other.since.strftime("%d/%m/%Y"),
            "until": other.until.strftime("%d/%m/%Y"),
        }
        raise Refused(_("The same kind is entered from %(since)s to %(until)s already.") % days)


def _tell(
    row: Absence, action: str, by: User, *, before: dt.date | None = None, reason: str = ""
) -> None:
    record(
        by=by,
        action=action,
        target=row.person,
        before={"until": before.isoformat()} if before else {},
        after={
            "kind": row.kind.code,
            "since": row.since.isoformat(),
            "until": row.until.isoformat(),
            "document": row.document,
        },
        reason=reason,
    )
    absence_changed.send(sender=Absence, absence=row, by=by)
