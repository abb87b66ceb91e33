"""A wording of an audience as a bulk change: who joins and leaves is shown, written, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports.kind import author_of
from accounts.models import User
from accounts.permissions import Permission
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.clock import today
from requirements.actions.audiences import adopt, join, leave, moves, take_rule_back
from requirements.models import Audience, AudienceMembership, Requirement
from requirements.sentences import read, rule_in_words

KIND: Final = "requirements.audience"
RULE, PERSON = "requirements.audience", "accounts.user"


def propose_audience(*, audience: Audience, by: User) -> BulkChange:
    """Have the drafted wording worked out, to be looked at; nothing is written yet."""
    params = {"audience": audience.pk, "sentences": audience.draft, "version": audience.version}
    change = draft(
        kind=KIND,
        key=f"{KIND}:{by.pk}:{digest(params, today())}",
        title=_("Audience: %(name)s") % {"name": audience.name},
        by=by,
        params=params,
        unit_id=audience.unit_id,
    )
    plan(change=change, by=by)
    return change


class AudienceKind:
    """Puts a wording in force; people join and leave by it."""

    queue = "default"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still keeps the audience."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        kept = Audience.objects.allowing(user, Permission.MANAGE_REQUIREMENTS)
        return kept.filter(pk=change.params["audience"]).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of what was proposed."""
        return digest(change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the wording as the first row, then who joins and leaves, by key."""
        audience, found = _moves(change)
        if not checkpoint:
            row = _rule_row(audience, change)
            return PlannedSlice([row], {"after": 0, "number": 1}, found.count() + 1)
        people = list(found.filter(pk__gt=checkpoint["after"]).order_by("pk")[:CHUNK])
        with translation.override(author_of(change).language):
            rows = [
                _person_row(checkpoint["number"] + n, one) for n, one in enumerate(people, start=1)
            ]
        if len(people) < CHUNK:
            return PlannedSlice(rows)
        number = checkpoint["number"] + len(people)
        return PlannedSlice(rows, {"after": people[-1].pk, "number": number})

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many join and leave, and what that gives and takes."""
        rows = change.rows.filter(target_type=PERSON)
        joins, leaves = (rows.filter(verdict=v).count() for v in (Verdict.NEW, Verdict.REMOVED))
        audience = _audience(change)
        effects = [
            Effect(_("People who join"), joins),
            Effect(_("People who leave; what they have not done is cancelled"), leaves),
        ]
        required = Requirement.objects.in_force().filter(audience=audience)
        text = _("Must finish “%(title)s”")
        return [*effects, *(Effect(text % {"title": row.title}, joins) for row in required)]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return whether the people of the rows would still join or leave."""
        audience, found = _moves(change)
        people = found.filter(pk__in=[row.target_id for row in rows])
        now = dict(people.values_list("pk", "is_member"))
        prints = {
            row.pk: _print(row.target_id, is_member=now[row.target_id])
            for row in rows
            if row.target_type == PERSON and row.target_id in now
        }
        return prints | {row.pk: _state(audience) for row in rows if row.target_type == RULE}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Put the wording in force, let people in and out."""
        person, audience = User.objects.get(pk=by.pk), _audience(change)
        if any(row.target_type == RULE for row in rows):
            audience = adopt(audience=audience, stored=change.params["sentences"], by=person)
        join(audience=audience, people=_people(rows, Verdict.NEW), by=person)
        leave(audience=audience, people=_people(rows, Verdict.REMOVED), by=person)
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return whose membership, or which wording, has changed since."""
        audience = _audience(change)
        people = [row.target_id for row in rows if row.target_type == PERSON]
        open_ = AudienceMembership.objects.filter(audience=audience, until=None, person__in=people)
        members = set(open_.values_list("person_id", flat=True))
        with translation.override(author_of(change).language):
            reason = _("Has changed since.")
        reasons = {}
        for row in rows:
            if row.target_type == RULE:
                same = audience.sentences == change.params["sentences"]
            else:
                same = (row.target_id in members) == (row.verdict == Verdict.NEW)
            if not same:
                reasons[row.pk] = reason
        return reasons

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Put the wording of before in force, let people out and in again."""
        person, audience = User.objects.get(pk=by.pk), _audience(change)
        for row in rows:
            if row.target_type == RULE:
                stored = (row.before or {}).get("sentences", [])
                audience = take_rule_back(audience=audience, stored=stored, by=person)
        leave(audience=audience, people=_people(rows, Verdict.NEW), by=person)
        join(audience=audience, people=_people(rows, Verdict.REMOVED), by=person, as_before=True)


def _people(rows: Sequence[BulkRow], verdict: str) -> list[int]:
    found = (row for row in rows if row.target_type == PERSON and row.verdict == verdict)
    return [row.target_id for row in found if row.target_id]


def _audience(change: BulkChange) -> Audience:
    return Audience.objects.get(pk=change.params["audience"])


def _moves(change: BulkChange) -> tuple[Audience, Any]:
    audience = _audience(change)
    return audience, moves(audience, read(change.params["sentences"]))


def _state(audience: Audience) -> str:
    return digest(audience.version, audience.sentences, audience.state)


def _print(person: int | None, *, is_member: bool) -> str:
    return digest(person, is_member)


def _rule_row(audience: Audience, change: BulkChange) -> BulkRow:
    with translation.override(author_of(change).language):
        words = _(" – or – ").join("; ".join(one) for one in rule_in_words(audience.draft))
        return BulkRow(
            number=1,
            label=_("The rule"),
            verdict=Verdict.UPDATE if audience.sentences else Verdict.NEW,
            included=True,
            message=words[:500],
            before={"sentences": audience.sentences},
            after={"sentences": change.params["sentences"]},
            fingerprint=_state(audience),
            target_type=RULE,
            target_id=audience.pk,
        )


def _person_row(number: int, person: User) -> BulkRow:
    is_member = bool(vars(person)["is_member"])
    return BulkRow(
        number=number,
        label=f"{person.full_name} · {person.username}"[:300],
        verdict=Verdict.REMOVED if is_member else Verdict.NEW,
        included=True,
        message=_("Leaves the audience.") if is_member else _("Joins the audience."),
        fingerprint=_print(person.pk, is_member=is_member),
        target_type=PERSON,
        target_id=person.pk,
    )
