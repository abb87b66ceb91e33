"""Calling units to name people: a round from its draft to its end, quotas, reminders."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, Scope, Unit, UnitPlacement, User
from accounts.permissions import Permission, roles_with
from audit.actions import record
from courses.models import Course
from enrolments.errors import Refused
from enrolments.models import Cohort, NominationRound, RoundAnswer
from enrolments.models.rounds import AnswerState, OverQuota, RoundState
from enrolments.rounds import reminders_of
from files.accept import PAPERS
from files.actions import store
from files.models import StoredFile
from notifications.actions import plan_notices
from reference.models import Code

S = RoundState
NEXT: Final[dict[str, tuple[str, ...]]] = {
    S.DRAFT: (S.OPEN,),
    S.OPEN: (S.CLOSED,),
    S.CLOSED: (S.OPEN,),
}
PURPOSE: Final = "nomination_round"


@dataclass(frozen=True)
class RoundData:
    """What is typed about a round."""

    title: str
    closes_on: dt.date
    document_number: str = ""
    document_date: dt.date | None = None
    conditions: str = ""
    most_per_unit: int | None = None
    over_quota: str = OverQuota.REFUSE
    takes_late: bool = True


@transaction.atomic
def make_round(
    *,
    course: Course,
    organiser: Unit,
    data: RoundData,
    cohorts: Iterable[Cohort],
    by: User,
    categories: Iterable[Code] = (),
) -> NominationRound:
    """Begin a round as a draft; the same title of the same organiser and course is the first."""
    made, created = NominationRound.objects.get_or_create(
        course=course,
        organiser=organiser,
        title=data.title,
        defaults={**asdict(data), "created_by": by},
    )
    if created:
        made.cohorts.set(cohorts)
        made.categories.set(categories)
        record(by=by, action="make_round", target=made, unit_id=organiser.pk)
    return made


@transaction.atomic
def edit_round(
    *,
    asked: NominationRound,
    data: RoundData,
    cohorts: Iterable[Cohort],
    by: User,
    categories: Iterable[Code] = (),
) -> NominationRound:
    """Change what is said in a call that is not consolidated yet."""
    held = NominationRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if held.state == S.CONSOLIDATED:
        raise Refused(_("The round is consolidated: it is no longer changed."))
    before = {name: str(getattr(held, name)) for name in asdict(data)}
    NominationRound.objects.filter(pk=held.pk).update(**asdict(data))
    held.cohorts.set(cohorts)
    held.categories.set(categories)
    after = {name: str(value) for name, value in asdict(data).items()}
    unit_id = held.organiser_id
    record(by=by, action="edit_round", target=held, unit_id=unit_id, before=before, after=after)
    held.refresh_from_db()
    return held


def attach_call(*, asked: NominationRound, content: BinaryIO, name: str, by: User) -> StoredFile:
    """Keep the document by which the round is called; it takes the place of an earlier one."""
    file = store(
        content=content,
        name=name,
        by=by,
        accept=PAPERS,
        purpose=PURPOSE,
        unit_id=asked.organiser_id,
    )
    NominationRound.objects.filter(pk=asked.pk).update(file=file)
    asked.file = file
    return file


def units_to_ask(organiser: Unit) -> QuerySet[Unit]:
    """Return the units a round may ask: directly below the organiser, and beside it."""
    placed = UnitPlacement.objects.filter(until=None)
    above = placed.filter(unit=organiser).values("parent")
    near = placed.filter(Q(parent=organiser) | Q(parent__in=above)).exclude(unit=organiser)
    units: QuerySet[Unit] = Unit.objects.open().filter(pk__in=near.values("unit"))
    return units.order_by("search_key", "pk")


@transaction.atomic
def set_quotas(
    *, asked: NominationRound, quotas: Mapping[int, int | None], by: User
) -> dict[int, int | None]:
    """Ask exactly these units, each with its quota or none; who has answered stays asked."""
    held = NominationRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if held.state not in {S.DRAFT, S.OPEN}:
        raise Refused(_("The round is closed: its quotas stand."))
    answers = {answer.unit_id: answer for answer in held.answers.all()}
    before = {str(pk): answer.quota for pk, answer in answers.items()}
    new = [
        RoundAnswer(round=held, unit_id=pk, quota=quota)
        for pk, quota in quotas.items()
        if pk not in answers
    ]
    RoundAnswer.objects.bulk_create(new)
    changed = [row for pk, row in answers.items() if pk in quotas and row.quota != quotas[pk]]
    for row in changed:
        row.quota = quotas[row.unit_id]
    RoundAnswer.objects.bulk_update(changed, ["quota"], batch_size=500)
    # A unit that has said nothing leaves nothing behind; the record of it is in the audit trail.
    held.answers.exclude(unit__in=quotas).filter(state=AnswerState.SILENT).delete()
    after = {str(pk): quota for pk, quota in quotas.items()}
    if before != after:
        unit_id = held.organiser_id
        record(
            by=by, action="share_round", target=held, unit_id=unit_id, before=before, after=after
        )
    if held.state == S.OPEN and new:
        _tell(held, new)
    return dict(quotas)


@transaction.atomic
def change_state(*, asked: NominationRound, to: str, by: User) -> NominationRound:
    """Open a draft, close a round, or open it again. Safe to call twice."""
    held = NominationRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if held.state == to:
        return held
    if to not in NEXT.get(held.state, ()):
        raise Refused(_("This step does not follow from where the round stands."))
    if to == S.OPEN:
        _refuse_unready(held)
        held.opened_at = held.opened_at or timezone.now()
    before, held.state = held.state, to
    held.save(update_fields=["state", "opened_at"])
    record(
        by=by,
        action="change_round_state",
        target=held,
        unit_id=held.organiser_id,
        before={"state": before},
        after={"state": to},
    )
    if before == S.DRAFT:
        _tell(held, list(held.answers.all()))
    return held


def _refuse_unready(asked: NominationRound) -> None:
    if not asked.answers.exists():
        raise Refused(_("No unit is asked yet: set the quotas first."))
    if not asked.cohorts.exists():
        raise Refused(_("The round names no class."))
    if asked.is_past and asked.state == S.DRAFT:
        raise Refused(_("The deadline has passed: set a later one first."))


@dataclass(frozen=True)
class Reminded:
    """How many people get a message, how many had one today, how many units nobody answers for."""

    people: int
    again: int
    without: int


@transaction.atomic
def remind_units(*, asked: NominationRound, by: User) -> Reminded:
    """Remind the officers of the units that still owe an answer; nobody twice on a day."""
    if asked.state != S.OPEN:
        raise Refused(_("The round takes no nominations now."))
    waiting = list(asked.answers.waiting())
    people, sent, without = _tell(asked, waiting)
    after = {"people": sent, "units": len(waiting), "without": without}
    record(by=by, action="remind_units", target=asked, unit_id=asked.organiser_id, after=after)
    return Reminded(sent, people - sent, without)


def _tell(asked: NominationRound, answers: Sequence[RoundAnswer]) -> tuple[int, int, int]:
    """Plan the messages; return how many people are meant, how many of them anew, units without."""
    holders = holders_of(answers)
    by_person: dict[int, list[RoundAnswer]] = defaultdict(list)
    for answer in answers:
        for person in holders[answer.unit_id]:
            by_person[person].append(answer)
    sent = plan_notices(notices=reminders_of(asked, by_person))
    return len(by_person), sent, sum(not holders[answer.unit_id] for answer in answers)


def holders_of(answers: Iterable[RoundAnswer]) -> dict[int, list[int]]:
    """Return, by unit, who answers for it: those who send its people by a role in it."""
    found: dict[int, list[int]] = defaultdict(list)
    grants = RoleGrant.objects.in_force().filter(
        role__in=roles_with(Permission.SEND_PEOPLE),
        scope=Scope.UNIT,
        unit__in=[answer.unit_id for answer in answers],
        user__is_active=True,
        user__archived_at=None,
    )
    pairs = grants.order_by("pk").values_list("unit", "user")
    for unit_id, person_id in pairs:
        if unit_id is not None and person_id not in found[unit_id]:
            found[unit_id].append(person_id)
    return found
