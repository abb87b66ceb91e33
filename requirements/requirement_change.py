"""A requirement put in force or ended as a bulk change: who must finish what by when is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.imports.kind import author_of
from accounts.models import User
from accounts.models.people import UserQuerySet
from accounts.permissions import Permission
from enrolments.actions.duties import due_day, reopen_duties
from enrolments.models import Obligation
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.clock import today
from reference.calendar import WorkingCalendar
from requirements.actions.assigning import assign, release
from requirements.actions.requirements import end, put_in_force, take_back
from requirements.models import Requirement
from requirements.models.requirements import RequirementState
from requirements.turns import Turn, demands_of, first_turns

KIND: Final = "requirements.requirement"
TERMS, PERSON = "requirements.requirement", "accounts.user"
START, END = "start", "end"


def propose(*, requirement: Requirement, verb: str, by: User, reason: str = "") -> BulkChange:
    """Have a start or an end worked out, to be looked at; nothing is written yet."""
    params = {"requirement": requirement.pk, "verb": verb, "reason": reason}
    titles = {START: _("Put in force: %(title)s"), END: _("End: %(title)s")}
    # One that was written is over: the next is another, though it says the same.
    written = BulkChange.objects.filter(kind=KIND, applied_at__isnull=False)
    turn = written.filter(params__requirement=requirement.pk).count()
    change = draft(
        kind=KIND,
        key=f"{KIND}:{by.pk}:{digest(params, today(), turn)}",
        title=titles[verb] % {"title": requirement.title},
        by=by,
        params=params,
        unit_id=requirement.audience.unit_id,
    )
    plan(change=change, by=by)
    return change


class RequirementKind:
    """Gives an audience its duties, or takes the outstanding ones away."""

    queue = "default"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still keeps the requirement."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        kept = Requirement.objects.allowing(user, Permission.MANAGE_REQUIREMENTS)
        return kept.filter(pk=change.params["requirement"]).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the terms."""
        row = _requirement(change)
        sets = [(one.needed, sorted(c.pk for c in one.courses.all())) for one in row.sets.all()]
        terms = (row.due_kind, row.due_on, row.due_days, row.min_days, row.every_months)
        return digest(change.params, row.audience_id, terms, sets)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the requirement as the first row, then the people, by key."""
        requirement = _requirement(change)
        found = _people_of(requirement, change.params["verb"])
        if not checkpoint:
            with translation.override(author_of(change).language):
                row = _terms_row(requirement, change.params["verb"])
            return PlannedSlice([row], {"after": 0, "number": 1}, found.count() + 1)
        people = list(found.filter(pk__gt=checkpoint["after"]).order_by("pk")[:CHUNK])
        with translation.override(author_of(change).language):
            rows = _rows(requirement, change.params["verb"], people, checkpoint["number"])
        if len(people) < CHUNK:
            return PlannedSlice(rows)
        number = checkpoint["number"] + len(people)
        return PlannedSlice(rows, {"after": people[-1].pk, "number": number})

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many must, have done it already, are overdue at once, are told."""
        rows = change.rows.filter(target_type=PERSON)
        new = rows.filter(verdict=Verdict.NEW).count()
        if change.params["verb"] == END:
            reason = change.params["reason"]
            return [
                Effect(_("Outstanding duties that are cancelled"), rows.count()),
                Effect(_("Reason: %(reason)s") % {"reason": reason}),
            ]
        late = rows.filter(verdict=Verdict.NEW, after__late=True).count()
        return [
            Effect(_("People who must finish it"), new),
            Effect(_("People who have completed it already: credited at once"), rows.count() - new),
            Effect(_("People who are overdue at once"), late),
            Effect(_("People told of it: in the portal, and by e-mail where there is one"), new),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return whether the people of the rows are still meant."""
        requirement = _requirement(change)
        meant = _people_of(requirement, change.params["verb"])
        found = meant.filter(pk__in=[row.target_id for row in rows]).values_list("pk", flat=True)
        still = set(found)
        prints = {row.pk: digest(row.target_id) for row in rows if row.target_id in still}
        return prints | {
            row.pk: digest(requirement.state) for row in rows if row.target_type == TERMS
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Start or end it, and give or take the duties."""
        person, requirement = User.objects.get(pk=by.pk), _requirement(change)
        starts, reason = change.params["verb"] == START, change.params["reason"]
        if any(row.target_type == TERMS for row in rows):
            if starts:
                put_in_force(requirement=requirement, by=person)
            else:
                end(requirement=requirement, by=person, reason=reason)
        people = _targets(rows)
        if starts:
            assign(requirement=requirement, people=people, by=person)
        else:
            release(requirements=[requirement], people=people, by=person, reason=reason)
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return who has done it meanwhile, or what has changed since."""
        requirement, starts = _requirement(change), change.params["verb"] == START
        last = _latest(requirement, _targets(rows))
        after = RequirementState.IN_FORCE if starts else RequirementState.ENDED
        wanted = OUTSTANDING if starts else (ObligationStatus.CANCELLED,)
        with translation.override(author_of(change).language):
            reason = _("The duty is done or has changed since.")
        return {
            row.pk: reason
            for row in rows
            if (row.target_type == TERMS and requirement.state != after)
            or (row.target_type == PERSON and not _stands(last, row.target_id, wanted))
        }

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Make it a draft again, or let it go on."""
        person, requirement = User.objects.get(pk=by.pk), _requirement(change)
        starts = change.params["verb"] == START
        if any(row.target_type == TERMS for row in rows):
            to = RequirementState.DRAFT if starts else RequirementState.IN_FORCE
            take_back(requirement=requirement, to=to, by=person)
        people = _targets(rows)
        reason = _("Undone: %(title)s") % {"title": change.title}
        if starts:
            release(requirements=[requirement], people=people, by=person, reason=reason)
        else:
            gone = list(_latest(requirement, people).values())
            reopen_duties(obligations=gone, by=person, reason=reason)


def _targets(rows: Sequence[BulkRow]) -> list[int]:
    return [row.target_id for row in rows if row.target_type == PERSON and row.target_id]


def _latest(requirement: Requirement, people: Sequence[int]) -> dict[int, Obligation]:
    """Return the duty of the latest turn of each person."""
    duties = Obligation.objects.filter(
        requirement_duty__requirement=requirement, person__in=people
    ).order_by("requirement_duty__cycle")
    return {duty.person_id: duty for duty in duties}


def _stands(
    last: Mapping[int, Obligation], person: int | None, wanted: Sequence[ObligationStatus]
) -> bool:
    duty = last.get(person or 0)
    return duty is not None and ObligationStatus(duty.status) in wanted


def _requirement(change: BulkChange) -> Requirement:
    rows = Requirement.objects.select_related("audience", "legal_basis", "decision")
    return rows.get(pk=change.params["requirement"])


def _people_of(requirement: Requirement, verb: str) -> UserQuerySet:
    """Return the members to come under it, or the people who still have it to do."""
    people: UserQuerySet = User.objects.all()
    if verb == START:
        return people.filter(
            audience_memberships__audience=requirement.audience_id,
            audience_memberships__until=None,
        )
    open_ = Obligation.objects.outstanding().filter(requirement_duty__requirement=requirement)
    return people.filter(pk__in=open_.values("person"))


def _terms_row(requirement: Requirement, verb: str) -> BulkRow:
    message = (
        _("In force from today for “%(audience)s”.") % {"audience": requirement.audience.name}
        if verb == START
        else _("Nobody comes under it any more.")
    )
    return BulkRow(
        number=1,
        label=requirement.title[:300],
        verdict=Verdict.UPDATE,
        included=True,
        message=message,
        fingerprint=digest(requirement.state),
        target_type=TERMS,
        target_id=requirement.pk,
    )


def _rows(
    requirement: Requirement, verb: str, people: Sequence[User], number: int
) -> list[BulkRow]:
    turns: dict[int, Turn] = {}
    if verb == START:
        keys = [person.pk for person in people]
        found = first_turns(requirement, demands_of(requirement), keys, today())
        turns = {turn.person_id: turn for turn in found}
    calendar = WorkingCalendar()
    return [
        _person_row(number + n, person, turns.get(person.pk), verb, calendar)
        for n, person in enumerate(people, start=1)
    ]


def _person_row(
    number: int, person: User, turn: Turn | None, verb: str, calendar: WorkingCalendar
) -> BulkRow:
    row = BulkRow(
        number=number,
        label=f"{person.full_name} · {person.username}"[:300],
        verdict=Verdict.NEW,
        included=True,
        fingerprint=digest(person.pk),
        target_type=PERSON,
        target_id=person.pk,
    )
    if verb == END:
        row.verdict, row.message = Verdict.REMOVED, _("The duty is cancelled.")
    elif turn is None:
        row.verdict, row.included = Verdict.ERROR, False
        row.message = _("Holds no post today.")
    elif turn.done:
        day = timezone.localdate(turn.done[0])
        row.verdict = Verdict.SAME
        row.message = _("Completed on %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
    else:
        _say_due(row, turn, calendar)
    return row


def _say_due(row: BulkRow, turn: Turn, calendar: WorkingCalendar) -> None:
    day, note = due_day(turn.due_on, calendar, turn.unit_id)
    late = day < today()
    words = _("Overdue at once: was due on %(day)s.") if late else _("Due on %(day)s.")
    row.message = " ".join(filter(None, [words % {"day": _shown(day)}, note]))
    row.after = {"due_on": day.isoformat(), "late": late}


def _shown(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
