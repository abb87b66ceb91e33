"""Why a person sees a class, or does not."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.explain import Reach, grants_of
from accounts.models import RoleGrant, User
from accounts.panels import Explainer, Finding
from accounts.permissions import COHORT_STAFF_PERMISSIONS, Permission
from enrolments.models import Cohort, Enrolment
from enrolments.models.cohorts import LIVE


def find_class(text: str) -> Model | None:
    """Return the class of a code."""
    found: Cohort | None = Cohort.objects.filter(code__iexact=text.strip()).first()
    return found


def explain_class(reader: User, target: Model) -> list[Finding]:
    """Say what place, part and grants the reader has on the class."""
    if not isinstance(target, Cohort):
        raise TypeError("A class is expected.")
    owner = target.course.provider.unit_id
    reach = Reach(Permission.SEE_COHORTS, [target.organiser_id], [owner])
    return [
        *_place(reader, target),
        *_parts(reader, target),
        *_sending(reader, target),
        *grants_of(reader, reach),
    ]


def sees_class(reader: User, target: Model) -> bool:
    """Give the decision the pages give."""
    return Cohort.objects.visible_to(reader).filter(pk=target.pk).exists()


def _place(reader: User, cohort: Cohort) -> Iterator[Finding]:
    places = Enrolment.objects.filter(cohort=cohort, learner=reader)
    for place in places.order_by("pk"):
        words = {"state": place.get_state_display()}
        yield Finding(_("Place in the class: %(state)s.") % words, speaks_for=place.holds)


def _parts(reader: User, cohort: Cohort) -> Iterator[Finding]:
    in_force = set(cohort.staff.in_force().values_list("pk", flat=True))
    for row in cohort.staff.filter(user=reader).order_by("pk"):
        words = {"role": row.get_role_display()}
        if row.pk in in_force:
            gives = Permission.SEE_COHORTS in COHORT_STAFF_PERMISSIONS.get(row.role, ())
            yield Finding(_("Named on the class: %(role)s.") % words, speaks_for=gives)
        else:
            text = _("Named on the class: %(role)s; not in force today.")
            yield Finding(text % words, speaks_for=False)


def _sending(reader: User, cohort: Cohort) -> Iterator[Finding]:
    sends = RoleGrant.objects.giving(reader, Permission.SEND_PEOPLE)
    if not sends.exists():
        return
    if cohort.state in LIVE:
        yield Finding(_("Sends people, and the class is open."), speaks_for=True)
    elif cohort.enrolments.filter(sending_unit__in=sends.unit_ids()).exists():
        yield Finding(_("People of own units were sent to the class."), speaks_for=True)
    else:
        text = _("Sends people, but the class is not open and none of theirs is in it.")
        yield Finding(text, speaks_for=False)


CLASS = Explainer(gettext_lazy("Class"), find_class, explain_class, sees_class)
