"""What follows from a time away: duties of courses pause, the hours of the year are worked out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Absence, Posting, User
from enrolments.actions.duties import due_day, set_dues
from enrolments.models import AnnualNorm, DutyPause, Obligation
from enrolments.norms import TABLE, norm_of
from lms.clock import today
from reference.calendar import WorkingCalendar
from reference.rules import rule

AT_MOST = 200  # people one step of the tick sees to


@transaction.atomic
def pause_duties(*, absence: Absence, by: User) -> int:
    """Put off the outstanding duties of courses by the days away; return how many were.

    After a change the dates follow the new days. A date that somebody has moved since stays as
    they decided. Safe to call twice.
    """
    _take_back(absence, by)
    if absence.withdrawn_at:
        return 0
    duties = Obligation.objects.outstanding().filter(
        Q(opens_on=None) | Q(opens_on__lte=absence.until),
        person=absence.person_id,
        due_on__gte=absence.since,
    )
    calendar, days, pauses = WorkingCalendar(), {}, []
    for duty in duties.exclude(pauses__absence=absence):
        away = (absence.until - max(absence.since, duty.opens_on or absence.since)).days + 1
        day, _note = due_day(duty.due_on + dt.timedelta(days=away), calendar, duty.unit_id)
        days[duty.pk] = day
        pauses.append(
            DutyPause(obligation=duty, absence=absence, due_before=duty.due_on, due_after=day)
        )
    DutyPause.objects.bulk_create(pauses)
    with override("vi"):  # kept with the duty, read by everybody
        words = {"since": f"{absence.since:%d/%m/%Y}", "until": f"{absence.until:%d/%m/%Y}"}
        note = _("Put off: away from %(since)s to %(until)s.") % words
    return set_dues(days=days, by=by, reason=note, note=note)


def _take_back(absence: Absence, by: User) -> None:
    """Give the duties of an absence the dates of before, where nobody has moved them since."""
    rows = DutyPause.objects.filter(absence=absence).select_related("obligation")
    days, kept = {}, []
    for row in rows:
        if row.obligation.is_outstanding and row.obligation.due_on == row.due_after:
            days[row.obligation_id] = row.due_before
        else:
            kept.append(row.pk)
    with override("vi"):
        set_dues(days=days, by=by, reason=_("The absence was changed or taken back."))
    # What somebody else has decided on meanwhile is not put off a second time.
    rows.exclude(pk__in=kept).delete()


@transaction.atomic
def work_out(*, person: User, year: int) -> AnnualNorm:
    """Work out what a person owes in a year and keep it. Safe to call twice."""
    norm = norm_of(person, year)
    owed = {"months": norm.counted, "required": norm.required} if norm else {"required": None}
    row, _is_new = AnnualNorm.objects.update_or_create(
        person=person, year=year, defaults={"worked_on": today(), **owed}
    )
    return row


def work_out_due(*, day: dt.date) -> int:
    """Work out the year of people whose months may not all count; return of how many.

    Everybody once a day, until none is left. Without a table nothing is reduced for anybody.
    """
    if not rule(TABLE, dt.date(day.year, 12, 31), default=[]):
        AnnualNorm.objects.filter(year=day.year).delete()
        return 0
    first, last = dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    away = Absence.objects.standing().touching(first, last).filter(person=OuterRef("pk"))
    moved = Posting.objects.primary().filter(
        Q(since__range=(first, last)) | Q(until__range=(first, last)), user=OuterRef("pk")
    )
    kept = AnnualNorm.objects.filter(person=OuterRef("pk"), year=day.year)
    asked = User.objects.filter(Exists(away) | Exists(moved) | Exists(kept))
    waiting = asked.exclude(Exists(kept.filter(worked_on__gte=day))).order_by("pk")
    people = list(waiting[:AT_MOST])
    for person in people:
        work_out(person=person, year=day.year)
    return len(people)
