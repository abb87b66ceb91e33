"""A class as one person may see it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentQuerySet
from enrolments.models.rights import permissions_on


@dataclass(frozen=True)
class Seen:
    """A class as one person may see it."""

    cohort: Cohort
    user: User
    held: frozenset[Permission]

    @property
    def may_manage(self) -> bool:
        """Return whether the person runs the class."""
        return Permission.MANAGE_COHORTS in self.held

    @property
    def may_record(self) -> bool:
        """Return whether the person takes attendance."""
        return Permission.RECORD_ATTENDANCE in self.held

    @property
    def sees_all(self) -> bool:
        """Return whether the person sees every learner of the class."""
        return Permission.SEE_ENROLMENTS in self.held

    @property
    def may_send(self) -> bool:
        """Return whether the person may send their own people now."""
        return self.cohort.takes_learners and rights(self.user).has(Permission.SEND_PEOPLE)

    @property
    def sees_learners(self) -> bool:
        """Return whether there is a list of learners to show at all."""
        return self.sees_all or rights(self.user).has(Permission.SEE_ENROLMENTS)

    def places(self) -> EnrolmentQuerySet:
        """Return the places of the class that the person may see."""
        places = Enrolment.objects.all()
        return places.of_class(self.cohort, self.user, sees_all=self.sees_all)

    def places_in_charge(self) -> EnrolmentQuerySet:
        """Return the places the person answers for: the class's organiser, or who sent them."""
        if self.may_manage:
            return Enrolment.objects.filter(cohort=self.cohort)
        granted = RoleGrant.objects.giving(self.user, Permission.SEND_PEOPLE)
        return Enrolment.objects.filter(cohort=self.cohort, sending_unit__in=granted.unit_ids())

    @property
    def may_act(self) -> bool:
        """Return whether the person may remind and withdraw anybody at all."""
        return self.may_manage or rights(self.user).has(Permission.SEND_PEOPLE)


def seen_by(user: User, pk: int) -> Seen | None:
    """Return the class if the person may see it."""
    classes = Cohort.objects.select_related("course", "version", "organiser", "opening_decision")
    cohort = classes.filter(pk=pk).first()
    if cohort is None:
        return None
    held = permissions_on(cohort, user)
    # Who may see the class by a role needs no second, dearer question; who may not, is asked it.
    if Permission.SEE_COHORTS in held or Cohort.objects.visible_to(user).filter(pk=pk).exists():
        return Seen(cohort, user, held)
    return None
