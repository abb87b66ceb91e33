"""Setting the seats of a class apart for units."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, UnitClosure, User
from audit.actions import record
from enrolments.actions.places import lock_class
from enrolments.errors import Refused
from enrolments.models import Cohort, CohortQuota
from enrolments.quotas import SeatsByUnit


@transaction.atomic
def set_quotas(*, cohort: Cohort, quotas: Mapping[int, int], by: User) -> None:
    """Set how many people each unit sends; units that are not named share the rest.

    What is taken already stays taken. Raises `Refused` where the quotas are more than the seats,
    less than a unit has used, or one unit lies below another.
    """
    held = lock_class(cohort)
    before = dict(held.quotas.filter(seats__gt=0).values_list("unit", "seats"))
    if before == dict(quotas):
        return
    _refuse_wrong(held, quotas)
    held.quotas.exclude(unit__in=list(quotas)).delete()
    for unit, seats in quotas.items():
        CohortQuota.objects.update_or_create(cohort=held, unit_id=unit, defaults={"seats": seats})
    _refuse_broken(held)
    record(
        by=by,
        action="set_cohort_quotas",
        target=held,
        unit_id=held.organiser_id,
        before={str(unit): n for unit, n in before.items()},
        after={str(unit): n for unit, n in quotas.items()},
    )


def _refuse_wrong(cohort: Cohort, quotas: Mapping[int, int]) -> None:
    units = list(quotas)
    if cohort.seats is not None and sum(quotas.values()) > cohort.seats:
        facts = {"sum": sum(quotas.values()), "seats": cohort.seats}
        raise Refused(_("The quotas make %(sum)s, the class has %(seats)s seats.") % facts)
    below = UnitClosure.objects.filter(ancestor__in=units, descendant__in=units, depth__gt=0)
    pair = below.select_related("ancestor", "descendant").first()
    if pair:
        names = {"below": pair.descendant.name, "above": pair.ancestor.name}
        raise Refused(_("%(below)s lies below %(above)s: only one of both has a quota.") % names)
    if Unit.objects.filter(pk__in=units).count() != len(units):
        raise Refused(_("One of the units is not there."))


def _refuse_broken(cohort: Cohort) -> None:
    """Refuse quotas that the class has broken already: nobody loses a seat by them."""
    by_unit = SeatsByUnit(cohort)
    for line in by_unit.lines():
        if line.used > line.seats:
            facts = {"unit": line.unit.name, "n": line.used}
            raise Refused(_("%(unit)s has %(n)s people in the class already.") % facts)
    if by_unit.open_seats is not None and by_unit.used[None] > by_unit.open_seats:
        facts = {"n": by_unit.used[None]}
        raise Refused(_("Units without a quota have %(n)s people in the class already.") % facts)
