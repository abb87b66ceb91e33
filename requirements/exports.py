"""Who comes under a requirement, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models import Obligation
from jobs.exports import Export, by_key
from lms.export import Cell
from requirements.models import Requirement, RequirementDuty

REQUIREMENT: Final = "requirements.people"
ORDER: Final = ("person__sort_key", "pk")


def duties_seen(user: User, requirement: Requirement) -> QuerySet[RequirementDuty]:
    """Return the turns people are in, as far as one may see: of people of today, or of then."""
    seen = Obligation.objects.allowing(user, Permission.SEE_OBLIGATIONS)
    rows = RequirementDuty.objects.current().filter(requirement=requirement)
    return rows.filter(obligation__in=seen.values("pk"))


def people(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return one line for each person: how the duty stands."""
    if not isinstance(user, User):
        return None
    kept = Requirement.objects.allowing(user, Permission.MANAGE_REQUIREMENTS)
    row = kept.select_related("audience").filter(pk=args["requirement"]).first()
    if row is None:
        return None
    found = duties_seen(user, row)
    header = [_("No."), _("Sign-in code"), _("Full name"), _("Unit"), _("State"), _("Due on")]
    return Export(
        name=f"yeu-cau-{row.pk}",
        header=[*header, _("Completed on")],
        count=found.count(),
        part=by_key(found.select_related("person", "obligation__unit"), ORDER, _line),
        action="export_requirement",
        target=row,
        unit_id=row.audience.unit_id,
    )


def _line(number: int, row: RequirementDuty) -> list[Cell]:
    duty = row.obligation
    done = timezone.localdate(duty.done_at) if duty.done_at else None
    about: list[Cell] = [number, row.person.username, row.person.full_name, duty.unit.name]
    return [*about, duty.get_status_display(), duty.due_on, done]
