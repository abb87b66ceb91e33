"""What a person may do with one class: every question in one statement."""

from __future__ import annotations

from django.db.models import Q, Value

from accounts.models import RoleGrant, UnitClosure, User
from accounts.models.access import Scope
from accounts.permissions import COHORT_STAFF_PERMISSIONS, ROLE_PERMISSIONS, Permission
from courses.models import Provider
from enrolments.models.cohorts import Cohort, CohortStaff

GRANTED, NAMED = "granted", "named"
TABLES = {GRANTED: ROLE_PERMISSIONS, NAMED: COHORT_STAFF_PERMISSIONS}


def permissions_on(cohort: Cohort, user: User) -> frozenset[Permission]:
    """Return the permissions that the user's roles give on this one class.

    The same rule as `Cohort.objects.allowing`, turned round: that asks for the classes of a
    permission, this for the permissions on a class. A page asks it many times and pays once.
    """
    if cohort.kept_permissions is None or cohort.kept_permissions[0] != user.pk:
        cohort.kept_permissions = user.pk, _asked(cohort, user)
    return cohort.kept_permissions[1]


def _asked(cohort: Cohort, user: User) -> frozenset[Permission]:
    above = UnitClosure.objects.filter(descendant=cohort.organiser_id).values("ancestor")
    provider = Provider.objects.filter(courses=cohort.course_id).values("unit")
    granted = RoleGrant.objects.in_force().filter(
        Q(scope=Scope.SITE)
        | Q(scope=Scope.UNIT, unit__in=above)
        | Q(scope=Scope.PROVIDER, unit__in=provider),
        user_id=user.pk,
    )
    named = CohortStaff.objects.in_force().filter(cohort=cohort, user_id=user.pk)
    roles = granted.values_list("role", Value(GRANTED)).union(
        named.values_list("role", Value(NAMED))
    )
    held = (TABLES[source].get(role, frozenset()) for role, source in roles)
    return frozenset[Permission]().union(*held)
