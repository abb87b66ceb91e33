"""Audiences: their wording, who joins and who leaves, by a person's act or each night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from audit.actions import record
from enrolments.errors import Refused
from lms.clock import today
from requirements.actions.assigning import AT_MOST, assign, release
from requirements.models import Audience, AudienceMembership, Requirement
from requirements.models.audiences import AudienceState
from requirements.sentences import Sentence, UnreadableError, belong, read

NIGHT = dt.time(2)
# More than this at once is no longer the coming and going of people: somebody looks first.
LEAVE_AT_MOST, LEAVE_PERCENT = 20, 20


@transaction.atomic
def create_audience(*, name: str, unit: Unit, follows: bool, by: User) -> Audience:
    """Begin an audience; the same name in the same unit again returns the first."""
    audience, is_new = Audience.objects.get_or_create(
        unit=unit, name=name.strip(), defaults={"follows": follows, "created_by": by}
    )
    if is_new:
        record(by=by, action="create_audience", target=audience, unit_id=unit.pk)
    return audience


@transaction.atomic
def save_draft(*, audience: Audience, sentences: Sequence[Sentence], by: User) -> None:
    """Keep a wording that is not in force yet; what cannot be read is refused."""
    stored = [sentence.stored() for sentence in sentences]
    try:
        read(stored)
    except UnreadableError as error:
        raise Refused(str(error)) from error
    Audience.objects.filter(pk=audience.pk).update(draft=stored)
    audience.draft = stored
    record(by=by, action="draft_audience", target=audience, unit_id=audience.unit_id)


@transaction.atomic
def set_follows(*, audience: Audience, follows: bool, by: User) -> None:
    """Let people join and leave by themselves, or not."""
    if Audience.objects.filter(pk=audience.pk).exclude(follows=follows).update(follows=follows):
        after = {"follows": follows}
        record(
            by=by, action="follow_audience", target=audience, unit_id=audience.unit_id, after=after
        )


@transaction.atomic
def adopt(*, audience: Audience, stored: list[dict[str, Any]], by: User) -> Audience:
    """Put a wording in force; the members follow by `join` and `leave`. Safe to call twice."""
    held = Audience.objects.select_for_update().get(pk=audience.pk)
    if held.sentences != stored or held.state != AudienceState.IN_FORCE:
        held.sentences, held.version = stored, held.version + 1
        held.state, held.problem = AudienceState.IN_FORCE, ""
        held.next_at = next_night()
        held.save()
        after = {"version": held.version, "sentences": stored}
        record(by=by, action="adopt_audience", target=held, unit_id=held.unit_id, after=after)
    return held


@transaction.atomic
def take_rule_back(*, audience: Audience, stored: list[dict[str, Any]], by: User) -> Audience:
    """Put the wording of before in force again; none at all makes it a stopped audience."""
    held = adopt(audience=audience, stored=stored, by=by)
    if not stored:
        held.state, held.problem = AudienceState.STOPPED, _words_of_nobody()
        held.save(update_fields=["state", "problem"])
    return held


def _words_of_nobody() -> str:
    with translation.override("vi"):  # kept with the audience, read by everybody
        return _("The rule names no condition: it would take nobody.")


@transaction.atomic
def join(
    *, audience: Audience, people: Sequence[int], by: User | None, as_before: bool = False
) -> list[int]:
    """Let people belong, with what members must finish; return who was new.

    Duties they had before stand again, with new days or as before.
    """
    held = Audience.objects.select_for_update().get(pk=audience.pk)
    there = AudienceMembership.objects.filter(audience=held, person__in=people, until=None)
    known = set(there.values_list("person_id", flat=True))
    new = [person for person in people if person not in known]
    AudienceMembership.objects.bulk_create(
        AudienceMembership(
            audience=held, person_id=person, since=today(), joined_by_version=held.version
        )
        for person in new
    )
    with translation.override("vi"):  # kept with the duty
        reason = _("Belongs to “%(audience)s” again.") % {"audience": held.name}
    for requirement in Requirement.objects.in_force().filter(audience=held).order_by("pk"):
        assign(requirement=requirement, people=new, by=by, reason=reason, as_before=as_before)
    _count(held)
    return new


@transaction.atomic
def leave(*, audience: Audience, people: Sequence[int], by: User | None) -> int:
    """End memberships; what is outstanding is cancelled with the reason. Return how many left."""
    held = Audience.objects.select_for_update().get(pk=audience.pk)
    open_ = AudienceMembership.objects.filter(audience=held, person__in=people, until=None)
    left = list(open_.values_list("person_id", flat=True))
    open_.update(until=today(), left_by_version=held.version)
    with translation.override("vi"):  # kept with the duty
        reason = _("No longer belongs to “%(audience)s”.") % {"audience": held.name}
    rules = Requirement.objects.in_force().filter(audience=held)
    release(requirements=list(rules), people=left, by=by, reason=reason)
    _count(held)
    return len(left)


def _count(audience: Audience) -> None:
    now = AudienceMembership.objects.filter(audience=audience, until=None).count()
    Audience.objects.filter(pk=audience.pk).update(members_count=now)


def moves(audience: Audience, sentences: Sequence[Sentence]) -> Any:
    """Return, as a set of people, who would join or leave today; `is_member` tells which."""
    member = AudienceMembership.objects.filter(audience=audience, until=None)
    wanted, there = belong(audience, sentences), Q(pk__in=member.values("person"))
    people = User.objects.filter((wanted & ~there) | (there & ~wanted))
    return people.annotate(is_member=Exists(member.filter(person=OuterRef("pk"))))


def next_night() -> dt.datetime:
    """Return two o'clock of the coming night."""
    return timezone.make_aware(dt.datetime.combine(today() + dt.timedelta(days=1), NIGHT))


def recompute(*, audience: Audience) -> tuple[int, int]:
    """Let people join and leave by the rule in force; return how many did.

    A rule that cannot be read, or under which too many would leave, is stopped with the reason:
    nobody is let in and nobody is put out before a person has looked.
    """
    # First of all: one that fails must not keep the others waiting.
    Audience.objects.filter(pk=audience.pk).update(next_at=next_night())
    try:
        sentences = read(audience.sentences)
    except UnreadableError as error:
        _stop(audience, str(error))
        return 0, 0
    rows = list(moves(audience, sentences).order_by("pk").values_list("pk", "is_member"))
    joins = [pk for pk, is_member in rows if not is_member]
    leaves = [pk for pk, is_member in rows if is_member]
    most = max(LEAVE_AT_MOST, audience.members_count * LEAVE_PERCENT // 100)
    if len(leaves) > most:
        with translation.override("vi"):  # kept with the audience, read by everybody
            words = _("%(n)s of %(all)s people would leave at once.")
            _stop(audience, words % {"n": len(leaves), "all": audience.members_count})
        return 0, 0
    for part in _parts(joins):
        join(audience=audience, people=part, by=None)
    for part in _parts(leaves):
        leave(audience=audience, people=part, by=None)
    return len(joins), len(leaves)


@transaction.atomic
def _stop(audience: Audience, problem: str) -> None:
    running = Audience.objects.filter(pk=audience.pk, state=AudienceState.IN_FORCE)
    if running.update(state=AudienceState.STOPPED, problem=problem[:300]):
        reason = problem[:300]
        record(
            by=None,
            action="stop_audience",
            target=audience,
            unit_id=audience.unit_id,
            reason=reason,
        )


def _parts(people: list[int]) -> list[list[int]]:
    return [people[start : start + AT_MOST] for start in range(0, len(people), AT_MOST)]
