"""Administrators give and end roles; nobody reaches as high as themselves."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import RoleGrant, Scope, Unit, User
from accounts.permissions import RANK, Permission
from audit.actions import record


@transaction.atomic
def grant_role(
    *,
    person: User,
    role: str,
    scope: str,
    unit: Unit | None,
    since: dt.date,
    by: User,
    until: dt.date | None = None,
) -> RoleGrant:
    """Give a role within what the giver administers. Safe to call twice."""
    place = None if scope == Scope.SITE else unit
    _refuse_unless_below(by, person=person, role=role, unit=place)
    grant, created = RoleGrant.objects.get_or_create(
        user=person,
        role=role,
        scope=scope,
        unit=place,
        until=until,
        defaults={"since": since, "granted_by": by},
    )
    if created:
        record(by=by, action="grant_role", target=grant, unit_id=grant.unit_id, after=_shown(grant))
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, on: dt.date, by: User) -> None:
    """End a role; `on` is the first day without it. Safe to call twice."""
    _refuse_unless_below(by, person=grant.user, role=grant.role, unit=grant.unit)
    day = max(on, grant.since)
    if RoleGrant.objects.filter(pk=grant.pk).exclude(until__lte=day).update(until=day) != 1:
        return
    record(
        by=by,
        action="end_role",
        target=grant,
        unit_id=grant.unit_id,
        before=_shown(grant),
        after={"until": day.isoformat()},
    )


@transaction.atomic
def appoint_first_administrator(*, person: User, since: dt.date) -> RoleGrant:
    """Make an administrator from the command line; no page can."""
    grant, created = RoleGrant.objects.get_or_create(
        user=person, role="administrator", scope=Scope.SITE, until=None, defaults={"since": since}
    )
    if created:
        record(by=None, action="grant_role", target=grant, after=_shown(grant))
    return grant


def _refuse_unless_below(by: User, *, person: User, role: str, unit: Unit | None) -> None:
    if by.pk == person.pk:
        raise Refused(_("Nobody gives a role to themselves."))
    mine = RoleGrant.objects.giving(by, Permission.GRANT_ROLES)
    highest = max((RANK[held] for held in mine.values_list("role", flat=True)), default=0)
    if RANK[role] >= highest:
        raise Refused(_("A role as high as one's own is given from the command line only."))
    within = mine.site_wide().exists() or (
        unit is not None and mine.unit_ids().filter(descendant=unit).exists()
    )
    if not within:
        raise Refused(_("This unit is outside what you administer."))


def _shown(grant: RoleGrant) -> dict[str, object]:
    return {
        "person": grant.user_id,
        "role": grant.role,
        "scope": grant.scope,
        "unit": grant.unit_id,
        "since": grant.since.isoformat(),
        "until": grant.until.isoformat() if grant.until else None,
    }
