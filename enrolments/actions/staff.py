"""Who teaches and looks after a class, and the hand-over from one to another."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.errors import Refused
from enrolments.models import Cohort, CohortStaff
from lms.clock import start_of_day


@transaction.atomic
def add_staff(*, cohort: Cohort, person: User, role: str, since: dt.date, by: User) -> CohortStaff:
    """Name a person on a class. Safe to call twice."""
    row, created = CohortStaff.objects.get_or_create(
        cohort=cohort, user=person, role=role, until=None, defaults={"since": since}
    )
    if created:
        _told(by, "add_staff", row)
    return row


@transaction.atomic
def end_staff(*, staff: CohortStaff, on: dt.date, by: User) -> bool:
    """End a person's part from a day; False if it had ended."""
    open_row = CohortStaff.objects.filter(pk=staff.pk, until=None)
    if open_row.update(until=max(on, staff.since)) != 1:
        return False
    _told(by, "end_staff", staff)
    return True


@transaction.atomic
def replace_staff(*, staff: CohortStaff, person: User, on: dt.date, by: User) -> CohortStaff:
    """Hand a class over from a day: rights and sessions to come move, the past keeps its names."""
    if person.pk == staff.user_id:
        raise Refused(_("Choose another person."))
    end_staff(staff=staff, on=on, by=by)
    row = add_staff(cohort=staff.cohort, person=person, role=staff.role, since=on, by=by)
    to_come = staff.cohort.sessions.filter(
        trainer=staff.user_id, starts_at__gte=start_of_day(on), cancelled_at=None
    )
    to_come.update(trainer=person)
    return row


def _told(by: User, action: str, row: CohortStaff) -> None:
    after = {"cohort": row.cohort_id, "user": row.user_id, "role": row.role}
    record(by=by, action=action, target=row, unit_id=row.cohort.organiser_id, after=after)
