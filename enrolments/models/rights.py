"""What a person may do with one class: every question in one statement."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models.cohorts import Cohort

ASKED = (
    Permission.MANAGE_COHORTS,
    Permission.RECORD_ATTENDANCE,
    Permission.SEE_ENROLMENTS,
)


def permissions_on(cohort: Cohort, user: User) -> frozenset[Permission]:
    """Return which of the permissions about classes the user holds on this one."""
    held = {
        permission: Exists(Cohort.objects.allowing(user, permission).filter(pk=OuterRef("pk")))
        for permission in ASKED
    }
    answers = Cohort.objects.filter(pk=cohort.pk).values_list(*held.values()).get()
    return frozenset(permission for permission, yes in zip(held, answers, strict=True) if yes)
