"""Ticked learners into another class of the course, as a bulk change: shown, written, undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports.kind import author_of
from accounts.models import User
from enrolments.actions.transfers import transfer, why_not
from enrolments.errors import Refused
from enrolments.models import Cohort, Enrolment
from enrolments.quotas import why_not_seated
from enrolments.sight import seen_by
from jobs.actions import draft, plan
from jobs.bulk import Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.clock import today

KIND: Final = "enrolments.transfer"
PLACE: Final = "enrolments.enrolment"


def propose_transfer(
    *, cohort: Cohort, places: Sequence[int], to: Cohort, reason: str, by: User
) -> BulkChange:
    """Have the transfer worked out, to be looked at; nothing is written yet."""
    params = {"cohort_id": cohort.pk, "places": sorted(places), "to": to.pk, "reason": reason}
    words = {"before": cohort.code, "after": to.code}
    change = draft(
        kind=KIND,
        key=f"{KIND}:{by.pk}:{digest(params, today())}",
        title=_("From class %(before)s to %(after)s") % words,
        by=by,
        params=params,
        unit_id=cohort.organiser_id,
    )
    plan(change=change, by=by)
    return change


class TransferKind:
    """Carries learners one answers for into another class; never oneself."""

    queue = "default"
    rows_at_once = 25

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still answers for learners of the class."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        shown = seen_by(user, change.params["cohort_id"])
        return shown is not None and shown.may_act

    def basis(self, change: BulkChange) -> str:
        """Return the digest of what was asked."""
        return digest(change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return a row for each ticked learner: a page's ticks fit into one slice."""
        if checkpoint:
            raise ValueError("A transfer is planned in one slice.")
        by, to = author_of(change), _target(change)
        with translation.override(by.language):
            rows = [
                _row(number, place, to, by)
                for number, place in enumerate(_places(change, by), start=1)
            ]
            _leave_out_beyond(rows, to)
        return PlannedSlice(rows=rows, total=len(rows))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return where they go, what goes with them and what does not."""
        to, moved = _target(change), change.rows.to_apply().count()
        words = {"class": to.name, "day": f"{to.ends_on:%d/%m/%Y}"}
        return [
            Effect(_("Learners who go on in %(class)s") % words, moved),
            Effect(_("Lessons, tests, works and marks go with them; duties are due with the class,"
                     " on %(day)s.") % words),
            Effect(_("Attendance does not: each class has its own sessions.")),
            Effect(_("Reason: %(reason)s") % {"reason": change.params["reason"]}),
        ]  # fmt: skip

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return how the places of the rows stand now."""
        places = {place.pk: place for place in _places(change, author_of(change))}
        return {
            row.pk: _fingerprint(places[row.target_id]) for row in rows if row.target_id in places
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Carry them over; say of each who could not go."""
        person, to = User.objects.get(pk=by.pk), _target(change)
        places = Enrolment.objects.in_bulk([row.target_id for row in rows])
        refused = {}
        for row in rows:
            try:
                place = transfer(
                    enrolment=places[row.target_id],
                    to=to,
                    by=person,
                    reason=change.params["reason"],
                )
            except Refused as error:
                refused[row.pk] = str(error)
            else:
                row.after = {**(row.after or {}), "place": place.pk}
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return who cannot go back: finished since, or the former class takes nobody."""
        back_to = Cohort.objects.get(pk=change.params["cohort_id"])
        places = _arrived(rows)
        reasons = {}
        with translation.override(author_of(change).language):
            for row in rows:
                place = places.get((row.after or {}).get("place", 0))
                reason = why_not(place, back_to) if place else _("The place is gone.")
                if reason:
                    reasons[row.pk] = reason
        return reasons

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Carry them back with what they did meanwhile; nothing is lost either way."""
        person: User = User.objects.get(pk=by.pk)
        back_to = Cohort.objects.get(pk=change.params["cohort_id"])
        reason = _("Undone: %(title)s") % {"title": change.title}
        for place in _arrived(rows).values():
            transfer(enrolment=place, to=back_to, by=person, reason=reason)


def _target(change: BulkChange) -> Cohort:
    cohort: Cohort = Cohort.objects.get(pk=change.params["to"])
    return cohort


def _places(change: BulkChange, by: User) -> list[Enrolment]:
    """Return the ticked learners the officer answers for now, by name."""
    shown = seen_by(by, change.params["cohort_id"])
    if shown is None:
        return []
    places = shown.places_in_charge().filter(pk__in=change.params["places"])
    return list(places.select_related("learner", "cohort").order_by("learner_sort_key", "pk"))


def _arrived(rows: Sequence[BulkRow]) -> dict[int, Enrolment]:
    ids = [(row.after or {}).get("place", 0) for row in rows]
    places = Enrolment.objects.filter(pk__in=ids).select_related("cohort", "version")
    return {place.pk: place for place in places}


def _row(number: int, place: Enrolment, to: Cohort, by: User) -> BulkRow:
    words = {"done": place.lessons_done, "total": place.lessons_total}
    row = BulkRow(
        number=number,
        label=f"{place.learner.full_name} · {place.learner.username}"[:300],
        target_type=PLACE,
        target_id=place.pk,
        before={"cohort": place.cohort_id, "unit": place.sending_unit_id},
        after={"cohort": to.pk},
        fingerprint=_fingerprint(place),
        verdict=Verdict.UPDATE,
        included=True,
        message=_("%(done)s of %(total)s lessons go along.") % words,
    )
    is_own = place.learner_id == by.pk
    reason = _("Nobody decides on their own record.") if is_own else why_not(place, to)
    if reason:
        row.verdict, row.included, row.message = Verdict.ERROR, False, reason[:500]
    return row


def _leave_out_beyond(rows: Sequence[BulkRow], to: Cohort) -> None:
    """Leave out, from the end of the list, those for whom there is no seat."""
    moving = [row for row in rows if row.included]
    units = [(row.before or {})["unit"] for row in moving]
    for row, why in zip(moving, why_not_seated(to, units), strict=True):
        if why:
            row.verdict, row.included, row.message = Verdict.ERROR, False, why[:500]


def _fingerprint(place: Enrolment) -> str:
    return digest(place.pk, place.state, place.cohort_id)
