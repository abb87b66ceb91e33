"""Who decides a step, found when it comes up: never oneself, and never nobody."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Posting, RoleGrant, Unit, UnitClosure, User
from accounts.permissions import Permission, roles_with
from admissions.models import ApplicationStep, StepKind

AT_MOST = 5  # people told of one step


def settle_who(step: ApplicationStep) -> None:
    """Find the unit that decides the step; where nobody is there, the next kind decides.

    The head is that of the nearest unit, upwards, headed by somebody else than the learner.
    """
    application = step.application
    if step.kind == StepKind.MANAGER:
        step.unit = _headed(application.unit_id, application.learner_id)
        if step.unit is None:
            step.kind = StepKind.OFFICER
    if step.kind == StepKind.OFFICER:
        step.unit = application.unit
        if not officers_over(application.unit_id).exclude(pk=application.learner_id).exists():
            step.kind, step.unit = StepKind.ORGANISER, None


def _headed(unit_id: int, learner_id: int) -> Unit | None:
    above = UnitClosure.objects.filter(descendant=unit_id).order_by("depth")
    heads = Posting.objects.in_force().filter(is_head=True, user__archived_at=None)
    headed = set(
        heads.filter(unit__in=above.values("ancestor"))
        .exclude(user=learner_id)
        .values_list("unit", flat=True)
    )
    for link in above.select_related("ancestor"):
        if link.ancestor_id in headed:
            return link.ancestor
    return None


def officers_over(unit_id: int) -> QuerySet[User]:
    """Return who sends the people of a unit to classes."""
    grants = RoleGrant.objects.in_force().filter(role__in=roles_with(Permission.SEND_PEOPLE))
    above = UnitClosure.objects.filter(descendant=unit_id).values("ancestor")
    over = grants.filter(unit__in=above) | grants.site_wide()
    people: QuerySet[User] = User.objects.active().filter(pk__in=over.values("user"))
    return people


def approvers_of(step: ApplicationStep) -> list[User]:
    """Return whom to tell that the step waits for them, at most a handful."""
    learner = step.application.learner_id
    if step.kind == StepKind.MANAGER:
        heads = Posting.objects.in_force().filter(is_head=True, unit=step.unit_id)
        found = User.objects.active().filter(pk__in=heads.values("user"))
    elif step.kind == StepKind.OFFICER and step.unit_id:
        found = _nearest(step.unit_id)
    else:
        found = User.objects.active().filter(pk=step.application.cohort.created_by_id)
    return list(found.exclude(pk=learner).order_by("pk")[:AT_MOST])


def _nearest(unit_id: int) -> QuerySet[User]:
    """Return the officers of the unit itself, else of the nearest one above that has any."""
    grants = RoleGrant.objects.in_force().filter(role__in=roles_with(Permission.SEND_PEOPLE))
    links = UnitClosure.objects.filter(descendant=unit_id, ancestor__in=grants.values("unit"))
    nearest = links.order_by("depth").first()
    people = officers_over(unit_id)
    if nearest is None:  # only who sends people of the whole city
        return people
    return people.filter(pk__in=grants.filter(unit=nearest.ancestor_id).values("user"))
