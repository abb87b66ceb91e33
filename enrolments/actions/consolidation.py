"""From the consolidated list to places in classes: who goes where, then one bulk change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.consolidating import nominees, only_of
from enrolments.errors import Refused
from enrolments.models import Nomination, NominationRound
from enrolments.models.rounds import RoundState
from jobs.actions import draft, plan
from jobs.models import BulkChange, ChangeState

KIND: Final = "enrolments.round"
READY: Final = (RoundState.CLOSED, RoundState.CONSOLIDATED)
UNFIXED: Final = (ChangeState.DRAFT, ChangeState.PLANNED, ChangeState.REFUSED)


@transaction.atomic
def place_nominees(*, asked: NominationRound, chosen: Mapping[int, int | None], by: User) -> int:
    """Choose the class of each of these nominations; return how many were changed.

    Who has a place already stays where they are.
    """
    held = NominationRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    _refuse_early(held)
    wanted = only_of(held, chosen)
    rows = list(nominees(held).filter(pk__in=wanted, enrolment=None))
    moved = [row for row in rows if row.cohort_id != wanted[row.pk]]
    for row in moved:
        row.cohort_id = wanted[row.pk]
    Nomination.objects.bulk_update(moved, ["cohort"], batch_size=500)
    if moved:
        after = {str(row.person_id): row.cohort_id for row in moved}
        record(by=by, action="divide_nominees", target=held, unit_id=held.organiser_id, after=after)
    return len(moved)


def _refuse_early(asked: NominationRound) -> None:
    if asked.state not in READY:
        raise Refused(_("Close the round first: the list still changes."))


@transaction.atomic
def plan_places(*, asked: NominationRound, by: User) -> BulkChange:
    """Have the places of the consolidated list worked out; nothing is written before a yes."""
    _refuse_early(asked)
    mine = BulkChange.objects.visible_to(by).filter(kind=KIND, params__round=asked.pk)
    change = mine.filter(state__in=UNFIXED).first()
    if change is None:
        every = BulkChange.objects.filter(kind=KIND, params__round=asked.pk).count()
        change = draft(
            kind=KIND,
            key=f"{KIND}:{asked.pk}:{every}",
            title=_("Enrol the nominated people: %(title)s") % {"title": asked.title},
            by=by,
            params={"round": asked.pk},
            unit_id=asked.organiser_id,
        )
    plan(change=change, by=by)
    return change
