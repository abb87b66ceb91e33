"""The consolidated list of a round as a bulk change: previewed, written, undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from audit.actions import record
from enrolments.actions.places import enrol_many, undo_enrolments
from enrolments.consolidating import nominees
from enrolments.errors import Refused
from enrolments.imports.applying import PLACE, reasons_to_keep
from enrolments.models import Cohort, Enrolment, Nomination, NominationRound
from enrolments.models.places import EnrolmentSource, EnrolmentState
from enrolments.models.rounds import RoundState
from enrolments.quotas import why_not_seated
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict


class RoundKind:
    """Give the people whom units have named places in the classes chosen for them."""

    queue = "default"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it, and still runs the round and all its classes."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        run = NominationRound.objects.allowing(user, Permission.MANAGE_COHORTS)
        asked = run.filter(pk=change.params["round"]).first()
        if asked is None:
            return False
        managed = Cohort.objects.allowing(user, Permission.MANAGE_COHORTS)
        return not asked.cohorts.exclude(pk__in=managed.values("pk")).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the classes of the round."""
        classes = Cohort.objects.filter(rounds=change.params["round"])
        return digest(*classes.order_by("pk").values_list("pk", flat=True))

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the plan of the next people; the seats taken so far go on in the checkpoint."""
        rows = list(_of(change).filter(pk__gt=checkpoint.get("after", 0)).order_by("pk")[:CHUNK])
        taken = defaultdict(int, {int(k): n for k, n in checkpoint.get("taken", {}).items()})
        start = checkpoint.get("number", 0)
        with translation.override(_author(change).language):
            held = _held(rows)
            planned = [
                _row(number, row, change, held, taken)
                for number, row in enumerate(rows, start=start + 1)
            ]
        more = len(rows) == CHUNK
        kept = {str(pk): n for pk, n in taken.items()}
        following = {"after": rows[-1].pk, "number": start + CHUNK, "taken": kept} if more else None
        return PlannedSlice(planned, following, _of(change).count())

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many people each class gets, and how many are left out."""
        to_write = change.rows.to_apply().order_by()
        tally = to_write.values_list("after__cohort").annotate(n=Count("pk"))
        by_class = {int(pk): n for pk, n in tally}
        effects = []
        for cohort in Cohort.objects.filter(pk__in=by_class).order_by("code"):
            words = _("People who get a place in class %(code)s, with its duty and reminders")
            effects.append(Effect(words % {"code": cohort.code}, by_class[cohort.pk]))
        left = change.rows.filter(verdict=Verdict.ERROR).count()
        return [*effects, Effect(_("People left out, each with the reason below"), left)]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return how the people of the rows stand now."""
        found = {row.pk: row for row in _of(change).filter(pk__in=_ids(rows))}
        held = _held(list(found.values()))
        return {
            row.pk: _fingerprint(found[pk], held)
            for row in rows
            if (pk := (row.before or {}).get("nomination")) in found
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Give the places, class by class, each person by the decision of their unit."""
        person: User = User.objects.get(pk=by.pk)
        found = {row.pk: row for row in _of(change).filter(pk__in=_ids(rows))}
        by_class: dict[int, list[tuple[BulkRow, Nomination]]] = defaultdict(list)
        for row in rows:
            nomination = found[(row.before or {})["nomination"]]
            by_class[nomination.cohort_id or 0].append((row, nomination))
        refused: dict[int, str] = {}
        with translation.override(person.language):
            for cohort_id, pairs in by_class.items():
                refused |= _enrol(cohort_id, pairs, person)
        if len(refused) < len(rows):
            _turn(change, RoundState.CLOSED, RoundState.CONSOLIDATED, person)
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return why places stay."""
        with translation.override(_author(change).language):
            return reasons_to_keep(rows)

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Take the places back; the nominations and the chosen classes stay."""
        person: User = User.objects.get(pk=by.pk)
        places = Enrolment.objects.filter(pk__in=[row.target_id for row in rows])
        with translation.override(person.language):
            reason = _("Undone: %(title)s") % {"title": change.title}
            undo_enrolments(enrolments=list(places), by=person, reason=reason)
        Nomination.objects.filter(enrolment__in=places).update(enrolment=None)
        if not _of(change).exclude(enrolment=None).exists():
            _turn(change, RoundState.CONSOLIDATED, RoundState.CLOSED, person)


def _of(change: BulkChange) -> Any:
    return nominees(NominationRound(pk=change.params["round"]))


def _author(change: BulkChange) -> User:
    author: User = User.objects.get(pk=change.created_by_id)
    return author


def _ids(rows: Sequence[BulkRow]) -> list[int]:
    return [(row.before or {})["nomination"] for row in rows]


def _held(rows: Sequence[Nomination]) -> dict[tuple[int, int], str]:
    """Return the state of the place each person has in a class, whoever gave it."""
    places = Enrolment.objects.exclude(state=EnrolmentState.ENTERED_BY_MISTAKE).filter(
        cohort__in={row.cohort_id for row in rows if row.cohort_id},
        learner__in=[row.person_id for row in rows],
    )
    return {
        (cohort, who): state
        for cohort, who, state in places.values_list("cohort", "learner", "state")
    }


def _fingerprint(row: Nomination, held: Mapping[tuple[int, int], str]) -> str:
    place = held.get((row.cohort_id or 0, row.person_id), "")
    return digest(row.pk, row.cohort_id, row.answer.unit_id, row.answer.decision_id, place)


def _row(
    number: int,
    row: Nomination,
    change: BulkChange,
    held: Mapping[tuple[int, int], str],
    taken: dict[int, int],
) -> BulkRow:
    why = _why_not(row, change, held, taken)
    is_held = why == "" and row.enrolment_id is not None
    if not why and not is_held and row.cohort_id:
        taken[row.cohort_id] += 1
    left_out = Verdict.ERROR if why else Verdict.NEW
    return BulkRow(
        number=number,
        source=row.cohort.code if row.cohort else "",
        label=f"{row.person.full_name} · {row.answer.unit.name}"[:300],
        verdict=Verdict.SAME if is_held else left_out,
        included=not why and not is_held,
        message=why or (_("To class %(code)s") % {"code": row.cohort.code if row.cohort else ""}),
        before={"nomination": row.pk},
        after={"cohort": row.cohort_id, "person": row.person_id},
        fingerprint=_fingerprint(row, held),
    )


def _why_not(
    row: Nomination,
    change: BulkChange,
    held: Mapping[tuple[int, int], str],
    taken: Mapping[int, int],
) -> str:
    """Return why a person gets no place, in words, or nothing."""
    if row.enrolment_id is not None:
        return ""
    if row.cohort is None:
        return _("No class is chosen for this person.")
    if row.person_id == change.created_by_id:
        return _("Nobody decides on their own record: another officer enrols this person.")
    return _why_not_in(row.cohort, held.get((row.cohort.pk, row.person_id), ""), taken)


def _why_not_in(cohort: Cohort, place: str, taken: Mapping[int, int]) -> str:
    if place not in {"", EnrolmentState.WITHDRAWN}:
        return _("Already in class %(code)s.") % {"code": cohort.code}
    if not cohort.takes_learners:
        return _("Class %(code)s is not taking learners.") % {"code": cohort.code}
    if cohort.seats_left is not None and taken.get(cohort.pk, 0) >= cohort.seats_left:
        return _("Class %(code)s has no seats left.") % {"code": cohort.code}
    return ""


def _enrol(cohort_id: int, pairs: Sequence[tuple[BulkRow, Nomination]], by: User) -> dict[int, str]:
    """Give one class its people as far as the seats go; return why others got none."""
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort_id)
    reasons = why_not_seated(cohort, [one.answer.unit_id for _row, one in pairs])
    refused = {
        row.pk: f"{cohort.code}: {why}"
        for (row, _nomination), why in zip(pairs, reasons, strict=True)
        if why
    }
    fitting = [pair for pair in pairs if pair[0].pk not in refused]
    if not fitting:
        return refused
    named = [nomination for _row, nomination in fitting]
    decisions = {
        one.answer.unit_id: one.answer.decision for one in named if one.answer.decision is not None
    }
    try:
        done = enrol_many(
            cohort=cohort,
            people=[(one.person, one.answer.unit) for one in named],
            by=by,
            source=EnrolmentSource.NOMINATION,
            decisions=decisions,
        )
    except Refused as error:
        return {row.pk: str(error) for row, _nomination in pairs}
    places = {place.learner_id: place for place in done.created + done.already}
    for row, nomination in fitting:
        nomination.enrolment = places[nomination.person_id]
        row.target_type, row.target_id = PLACE, nomination.enrolment.pk
    Nomination.objects.bulk_update(named, ["enrolment"], batch_size=CHUNK)
    return refused


def _turn(change: BulkChange, before: str, after: str, by: User) -> None:
    """Let the round follow its list; only the first slice finds something to do."""
    asked = NominationRound.objects.filter(pk=change.params["round"], state=before)
    if asked.update(state=after) == 1:
        record(
            by=by,
            action="change_round_state",
            target=NominationRound.objects.get(pk=change.params["round"]),
            unit_id=change.unit_id,
            before={"state": before},
            after={"state": after},
        )
