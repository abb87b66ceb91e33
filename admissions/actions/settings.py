"""How a class takes applications, and who stands in for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from admissions.models import Admission, Deputy
from audit.actions import record
from enrolments.errors import Refused
from enrolments.models import Cohort
from lms.clock import today


@transaction.atomic
def set_admission(
    *, cohort: Cohort, is_open: bool, steps: Sequence[str], closes_on: dt.date | None, by: User
) -> Admission:
    """Say whether people apply by themselves and who must agree; those under way keep theirs."""
    facts = {"is_open": is_open, "steps": list(steps), "closes_on": closes_on, "changed_by": by}
    admission, _new = Admission.objects.update_or_create(cohort=cohort, defaults=facts)
    after = {"open": is_open, "steps": list(steps), "closes_on": str(closes_on or "")}
    record(by=by, action="set_admission", target=cohort, unit_id=cohort.organiser_id, after=after)
    return admission


@transaction.atomic
def name_deputy(*, person: User, deputy: User, since: dt.date, until: dt.date | None) -> Deputy:
    """Let somebody decide applications in one's place; `until` is the first day without.

    The same again returns the first.
    """
    if person.pk == deputy.pk:
        raise Refused(_("Somebody else stands in."))
    row, is_new = Deputy.objects.get_or_create(
        person=person, deputy=deputy, since=since, until=until
    )
    if is_new:
        after = {"deputy": deputy.username, "since": str(since), "until": str(until or "")}
        record(by=person, action="name_deputy", target=row, after=after)
    return row


@transaction.atomic
def end_deputy(*, row: Deputy, by: User) -> bool:
    """End it today, or before it begins; False if it had ended. The row stays."""
    mine = Deputy.objects.standing().filter(pk=row.pk, person=by)
    ended = bool(mine.update(until=max(row.since, today())))
    if ended:
        record(by=by, action="end_deputy", target=row, after={"deputy": row.deputy_id})
    return ended
