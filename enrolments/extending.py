"""More time for ticked learners of a class, as a bulk change: shown, written, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.actions.duties import due_day, move_dues, set_dues
from enrolments.models import Cohort, Obligation
from enrolments.models.duties import OUTSTANDING
from enrolments.sight import Seen, seen_by
from jobs.actions import draft, plan
from jobs.bulk import Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.clock import today
from reference.calendar import WorkingCalendar

KIND: Final = "enrolments.extension"
DUTY: Final = "enrolments.obligation"


def propose_extension(
    *, cohort: Cohort, places: Sequence[int], due_on: dt.date, reason: str, by: User
) -> BulkChange:
    """Have the extension worked out, to be looked at; nothing is written yet."""
    params = {
        "cohort_id": cohort.pk,
        "places": sorted(places),
        "due_on": due_on.isoformat(),
        "reason": reason,
    }
    change = draft(
        kind=KIND,
        key=f"{KIND}:{by.pk}:{digest(params, today())}",
        title=_("More time: %(cohort)s") % {"cohort": cohort.name},
        by=by,
        params=params,
        unit_id=cohort.organiser_id,
    )
    plan(change=change, by=by)
    return change


class ExtensionKind:
    """Moves the due dates of learners one answers for; never one's own."""

    queue = "default"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still answers for learners of the class."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        shown = _seen(change, user)
        return shown is not None and shown.may_act

    def basis(self, change: BulkChange) -> str:
        """Return the digest of what was asked."""
        return digest(change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return a row for each duty that would move: a page's ticks fit into one slice."""
        if checkpoint:
            raise ValueError("An extension is planned in one slice.")
        by = _author(change)
        with translation.override(by.language):
            found = enumerate(_duties(change, by), start=1)
            rows = [_row(number, duty, change) for number, duty in found]
        return PlannedSlice(rows=rows, total=len(rows))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many move, and whose reminders are planned anew."""
        moved = change.rows.to_apply().count()
        return [
            Effect(_("Due dates that move; reminders are planned anew"), moved),
            Effect(_("Reason: %(reason)s") % {"reason": change.params["reason"]}),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return how the duties of the rows stand now."""
        by = _author(change)
        duties = {duty.pk: duty for duty in _duties(change, by)}
        return {
            row.pk: _fingerprint(duties[row.target_id])
            for row in rows
            if row.target_id and row.target_id in duties
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Move the due dates."""
        person: User = User.objects.get(pk=by.pk)
        duties = Obligation.objects.filter(pk__in=[row.target_id for row in rows])
        due_on = dt.date.fromisoformat(change.params["due_on"])
        move_dues(
            obligations=list(duties), due_on=due_on, by=person, reason=change.params["reason"]
        )
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which due dates have changed since, or whose duties are done."""
        duties = Obligation.objects.in_bulk([row.target_id for row in rows if row.target_id])
        with translation.override(_author(change).language):
            reason = _("The duty has changed since.")
        reasons = {}
        for row in rows:
            duty, moved = duties.get(row.target_id or 0), (row.after or {})["due_on"]
            if duty is None or duty.status not in OUTSTANDING or str(duty.due_on) != moved:
                reasons[row.pk] = reason
        return reasons

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Give the duties their due dates of before."""
        person: User = User.objects.get(pk=by.pk)
        days = {
            row.target_id or 0: dt.date.fromisoformat((row.before or {})["due_on"]) for row in rows
        }
        reason = _("Undone: %(title)s") % {"title": change.title}
        set_dues(days=days, by=person, reason=reason)


def _author(change: BulkChange) -> User:
    author: User = User.objects.get(pk=change.created_by_id)
    return author


def _seen(change: BulkChange, user: User) -> Seen | None:
    return seen_by(user, change.params["cohort_id"])


def _duties(change: BulkChange, by: User) -> list[Obligation]:
    """Return the outstanding duties of the ticked learners the officer answers for now."""
    shown = _seen(change, by)
    if shown is None:
        return []
    places = shown.places_in_charge().filter(pk__in=change.params["places"]).exclude(learner=by)
    duties = Obligation.objects.outstanding().filter(enrolment__in=places.values("pk"))
    related = duties.select_related("person", "enrolment")
    return list(related.order_by("person__sort_key", "pk"))


def _row(number: int, duty: Obligation, change: BulkChange) -> BulkRow:
    wanted = dt.date.fromisoformat(change.params["due_on"])
    day, note = due_day(wanted, WorkingCalendar(), duty.unit_id)
    line = BulkRow(
        number=number,
        label=f"{duty.person.full_name} · {duty.person.username}"[:300],
        target_type=DUTY,
        target_id=duty.pk,
        before={"due_on": duty.due_on.isoformat()},
        after={"due_on": day.isoformat()},
        fingerprint=_fingerprint(duty),
    )
    if day <= duty.due_on:
        line.verdict, line.message = Verdict.SAME, _("Due on %(day)s already.") % _day(duty.due_on)
        return line
    line.verdict, line.included = Verdict.UPDATE, True
    words = _("Due on %(before)s, then %(after)s.") % {
        "before": f"{duty.due_on:%d/%m/%Y}",
        "after": f"{day:%d/%m/%Y}",
    }
    line.message = " ".join(filter(None, [words, note]))
    return line


def _day(day: dt.date) -> dict[str, str]:
    return {"day": f"{day:%d/%m/%Y}"}


def _fingerprint(duty: Obligation) -> str:
    return digest(duty.pk, duty.status, duty.due_on)
