"""Requirements: drafted, put in force for their audience, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.errors import Refused
from lms.clock import today
from requirements.models import Audience, Requirement, RequirementCourse, RequirementSet
from requirements.models.requirements import RequirementState


@dataclass(frozen=True)
class CourseSet:
    """So many of these courses, by key."""

    needed: int
    courses: tuple[int, ...]


@transaction.atomic
def save_requirement(
    *,
    audience: Audience,
    facts: Mapping[str, Any],
    sets: Sequence[CourseSet],
    by: User,
    requirement: Requirement | None = None,
) -> Requirement:
    """Write a draft, new or changed; `facts` are the plain columns. One in force is refused."""
    row = requirement or Requirement(created_by=by)
    if row.pk:
        row = Requirement.objects.select_for_update().get(pk=row.pk)
    if row.state != RequirementState.DRAFT:
        raise Refused(_("The terms no longer change once a requirement is in force."))
    row.audience = audience
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    row.sets.all().delete()
    for position, one in enumerate(sets, start=1):
        kept = RequirementSet.objects.create(requirement=row, position=position, needed=one.needed)
        RequirementCourse.objects.bulk_create(
            RequirementCourse(set=kept, course_id=course) for course in one.courses
        )
    action = "change_requirement" if requirement else "create_requirement"
    record(by=by, action=action, target=row, unit_id=audience.unit_id)
    return row


@transaction.atomic
def put_in_force(*, requirement: Requirement, by: User) -> Requirement:
    """Let a draft hold from today. Safe to call twice."""
    drafts = Requirement.objects.filter(pk=requirement.pk, state=RequirementState.DRAFT)
    if drafts.update(state=RequirementState.IN_FORCE, since=today()):
        record(
            by=by,
            action="start_requirement",
            target=requirement,
            unit_id=requirement.audience.unit_id,
        )
    requirement.refresh_from_db()
    return requirement


@transaction.atomic
def end(*, requirement: Requirement, by: User, reason: str) -> Requirement:
    """Let nobody else come under it; duties are taken away by `release`. Safe to call twice."""
    running = Requirement.objects.filter(pk=requirement.pk, state=RequirementState.IN_FORCE)
    if running.update(state=RequirementState.ENDED, until=today(), end_reason=reason[:300]):
        record(
            by=by,
            action="end_requirement",
            target=requirement,
            unit_id=requirement.audience.unit_id,
            reason=reason,
        )
    requirement.refresh_from_db()
    return requirement


@transaction.atomic
def take_back(*, requirement: Requirement, to: str, by: User) -> None:
    """Undo having put it in force or ended it; nothing that was done is lost."""
    changes: dict[str, Any] = {"state": to, "until": None, "end_reason": ""}
    if to == RequirementState.DRAFT:
        changes["since"] = None
    if Requirement.objects.filter(pk=requirement.pk).exclude(state=to).update(**changes):
        record(
            by=by,
            action="take_requirement_back",
            target=requirement,
            unit_id=requirement.audience.unit_id,
        )
