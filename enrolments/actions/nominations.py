"""What a unit answers to a round: its list, or nobody; and a list that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from audit.actions import record
from enrolments.actions.cohorts import DecisionData, enter_decision
from enrolments.actions.rounds import PURPOSE, holders_of
from enrolments.errors import OwnRecord, Refused
from enrolments.models import Decision, Nomination, NominationRound, RoundAnswer
from enrolments.models.rounds import AnswerState, OverQuota, RoundState
from enrolments.nominees import Judged, judge, people_of
from enrolments.rounds import RETURNED
from files.accept import PAPERS
from files.actions import store
from files.models import StoredFile
from notifications.actions import notify_now

MOST = 300


@dataclass(frozen=True)
class Paper:
    """The sending decision as it is typed, and a scan of it that is kept already."""

    data: DecisionData
    scan: StoredFile | None = None


def keep_scan(*, answer: RoundAnswer, content: BinaryIO, name: str, by: User) -> StoredFile:
    """Keep the scan of a sending decision, before the list is sent."""
    unit_id = answer.unit_id
    return store(content=content, name=name, by=by, accept=PAPERS, purpose=PURPOSE, unit_id=unit_id)


def submit(
    *,
    answer: RoundAnswer,
    notes: Mapping[int, str],
    revision: int,
    by: User,
    paper: Paper | None = None,
) -> RoundAnswer:
    """Send the whole list of a unit: these people, each with its note; it replaces the last one.

    Raises Refused where the round takes none, the list is too long, somebody is not eligible,
    or another officer has answered since `revision`.
    """
    try:
        return _submit(answer, notes, revision, by, paper)
    except IntegrityError as error:
        # Another unit named the same person in this very moment.
        raise Refused(_("Somebody on the list has just been named by another unit.")) from error


@transaction.atomic
def _submit(
    answer: RoundAnswer,
    notes: Mapping[int, str],
    revision: int,
    by: User,
    paper: Paper | None,
) -> RoundAnswer:
    held = _held(answer, revision, by)
    if not notes:
        raise Refused(_("The list is empty. A unit that sends nobody answers so."))
    _refuse_long(held, len(notes))
    chosen = judged(held, notes, by)
    _refuse_unfit(chosen, notes)
    before = set(held.nominations.values_list("person", flat=True))
    held.nominations.exclude(person__in=notes).delete()
    _write(held, chosen)
    held.state, held.people, held.reason = AnswerState.SENT, len(notes), ""
    held.decision = _entered(paper, by) if paper else held.decision
    _answered(held, by)
    after = {"people": sorted(notes), "left_out": sorted(before - set(notes))}
    record(by=by, action="answer_round", target=held, unit_id=held.unit_id, after=after)
    return held


def judged(answer: RoundAnswer, notes: Mapping[int, str], by: User) -> list[Judged]:
    """Return the named people of the unit, each with what speaks against naming them."""
    people = people_of(answer).filter(pk__in=notes).by_given_name()
    return judge(answer, list(people), by, dict(notes))


def _refuse_long(answer: RoundAnswer, number: int) -> None:
    if number > MOST:
        raise Refused(_("A list holds at most %(most)s people.") % {"most": MOST})
    limit = answer.limit
    if limit is not None and number > limit and answer.round.over_quota == OverQuota.REFUSE:
        words = _("%(number)s people are more than the unit's quota of %(limit)s.")
        raise Refused(words % {"number": number, "limit": limit})


def _refuse_unfit(chosen: list[Judged], notes: Mapping[int, str]) -> None:
    if len(chosen) < len(notes):
        raise Refused(_("Somebody on the list does not work in the unit."))
    for one in chosen:
        if not one.fits:
            raise Refused(f"{one.person.full_name}: {one.faults[0]}")


def _write(answer: RoundAnswer, chosen: Iterable[Judged]) -> None:
    """Add who is new, and keep the class of those who were named before."""
    held = {row.person_id: row for row in answer.nominations.all()}
    new = []
    for one in chosen:
        row = held.get(one.person.pk)
        if row is None:
            new.append(
                Nomination(
                    answer=answer,
                    round=answer.round,
                    person=one.person,
                    note=one.note,
                    sort_key=one.person.sort_key,
                )
            )
        else:
            row.note = one.note
    Nomination.objects.bulk_update(held.values(), ["note"], batch_size=500)
    Nomination.objects.bulk_create(new)


@transaction.atomic
def answer_nobody(*, answer: RoundAnswer, reason: str, revision: int, by: User) -> RoundAnswer:
    """Answer that nobody of the unit takes part, and why."""
    held = _held(answer, revision, by)
    left_out = sorted(held.nominations.values_list("person", flat=True))
    held.nominations.all().delete()
    held.state, held.people, held.reason = AnswerState.NOBODY, 0, reason
    _answered(held, by)
    record(
        by=by,
        action="answer_round",
        target=held,
        unit_id=held.unit_id,
        after={"people": [], "left_out": left_out},
        reason=reason,
    )
    return held


@transaction.atomic
def return_answer(*, answer: RoundAnswer, reason: str, by: User) -> RoundAnswer:
    """Give an answer back to the unit with a reason. Safe to call twice."""
    held = _locked(answer)
    if held.state == AnswerState.RETURNED:
        return held
    if held.round.state != RoundState.OPEN:
        raise Refused(_("The round takes no nominations now."))
    if held.state == AnswerState.SILENT:
        raise Refused(_("The unit has not answered yet."))
    if held.answered_by_id == by.pk and not held.on_behalf:
        raise OwnRecord(_("Another person returns a list that one has sent oneself."))
    held.state, held.returned_reason = AnswerState.RETURNED, reason
    held.revision += 1
    held.save(update_fields=["state", "returned_reason", "revision"])
    record(by=by, action="return_answer", target=held, unit_id=held.unit_id, reason=reason)
    if held.answered_by:
        notify_now(
            person=held.answered_by,
            kind=RETURNED,
            subject=f"answer:{held.pk}:{held.revision}",
            context={"title": held.round.title, "unit": held.unit.name, "reason": reason},
            url=reverse("enrolments:answer_round", args=[held.pk]),
            unit_id=held.unit_id,
        )
    return held


def _locked(answer: RoundAnswer) -> RoundAnswer:
    rows = RoundAnswer.objects.select_for_update(of=("self",))
    return rows.select_related("round", "unit", "answered_by", "decision").get(pk=answer.pk)


def _held(answer: RoundAnswer, revision: int, by: User) -> RoundAnswer:
    """Return the answer, locked, if this officer may answer it as they have read it."""
    held = _locked(answer)
    if held.revision != revision:
        raise Refused(_("Another officer has changed this answer meanwhile. Check it again."))
    if not held.takes_an_answer:
        if held.round.state == RoundState.OPEN:
            raise Refused(_("The deadline has passed and late answers are not taken."))
        raise Refused(_("The round takes no nominations now."))
    held.on_behalf = is_on_behalf(held, by)
    if held.on_behalf and holders_of([held])[held.unit_id]:
        raise Refused(_("The unit has an officer who answers for it: remind that person instead."))
    return held


def is_on_behalf(answer: RoundAnswer, by: User) -> bool:
    """Return whether the officer speaks for another unit: a round of theirs, a role elsewhere."""
    here = RoleGrant.objects.giving(by, Permission.SEND_PEOPLE).filter(unit=answer.unit_id)
    run = NominationRound.objects.allowing(by, Permission.MANAGE_COHORTS)
    return not here.exists() and run.filter(pk=answer.round_id).exists()


def _answered(answer: RoundAnswer, by: User) -> None:
    """Note who answered and when; a returned list stays in time if it was."""
    was_returned = bool(answer.returned_reason)
    if answer.round.is_past and not was_returned:
        answer.is_late = True
    answer.answered_at, answer.answered_by = timezone.now(), by
    answer.revision += 1
    answer.save()


def _entered(paper: Paper, by: User) -> Decision:
    """Enter the sending decision; a scan of it that is there already stays."""
    decision = enter_decision(data=paper.data, by=by)
    if paper.scan is not None and decision.file_id is None:
        decision.file = paper.scan
        decision.save(update_fields=["file"])
    return decision
