"""Until when a result may be appealed against, and who may not hear the appeal."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, User
from accounts.models.people import UserQuerySet
from accounts.permissions import Permission, Role, roles_with
from assessment.models import Appeal, BlindMark, GradeCell, GradeEntry, Mark, ScriptMark
from enrolments.models import Cohort, CohortStaff, Enrolment
from lms.clock import today
from reference.calendar import add_working_days
from reference.rules import rule

WINDOW = "assessment.appeal_working_days"
DAYS = 5  # where no rule is entered
HEARERS = (Role.TRAINER, Role.TRAINING_OFFICER)


def last_day(cell: GradeCell) -> dt.date | None:
    """Return the last day on which the result may be appealed against; none before its release."""
    if cell.released_at is None:
        return None
    released = timezone.localdate(cell.released_at)
    return add_working_days(released, rule(WINDOW, released, default=DAYS))


def released_cell(enrolment: Enrolment, key: uuid.UUID) -> GradeCell | None:
    """Return the result in force if the learner may know it."""
    cells = GradeCell.objects.filter(enrolment=enrolment, component_key=key)
    return cells.filter(released_at__isnull=False).select_related("entry").first()


def reason_against_asking(enrolment: Enrolment, cell: GradeCell) -> str:
    """Return why no appeal can be made now, or nothing."""
    if enrolment.result:
        return _("The results of the class have been recognised: an appeal is no longer possible.")
    until = last_day(cell)
    if until is None or today() > until:
        day = date_format(until, "d/m/Y") if until else ""
        return _("The time to appeal ended on %(day)s.") % {"day": day}
    asked = Appeal.objects.filter(enrolment=enrolment, component_key=cell.component_key)
    if asked.exclude(state="withdrawn").exists():
        return _("One appeal is heard for each result.")
    return ""


def first_markers(enrolment: Enrolment, key: uuid.UUID) -> set[int]:
    """Return who has marked this work before, alone or as one of two: no hearers of the appeal."""
    given = GradeEntry.objects.filter(enrolment=enrolment, component_key=key)
    found = set(given.exclude(given_by=None).values_list("given_by", flat=True))
    for rows in (Mark.objects, BlindMark.objects):
        marks = rows.filter(submission__enrolment=enrolment, submission__assignment_key=key)
        found |= set(marks.values_list("marker", flat=True))
    coded = ScriptMark.objects.filter(code__enrolment=enrolment, code__coding__component_key=key)
    return found | set(coded.values_list("keyed_by", flat=True))


def possible_hearers(appeal: Appeal) -> UserQuerySet:
    """Return trainers and training officers who have not marked the work, by given name."""
    not_these = first_markers(appeal.enrolment, appeal.component_key)
    people = people_who_judge(appeal.enrolment.cohort)
    hearers = people.exclude(pk__in=not_these | {appeal.enrolment.learner_id})
    found: UserQuerySet = hearers.by_given_name()
    return found


def people_who_judge(cohort: Cohort) -> UserQuerySet:
    """Return who may judge above the markers of a class: trainers and training officers."""
    granted = RoleGrant.objects.in_force().filter(role__in=HEARERS).values("user")
    marking = roles_with(Permission.RELEASE_RESULTS)
    staff = CohortStaff.objects.in_force().filter(cohort=cohort)
    named = staff.filter(Q(role=Role.TRAINER) | Q(role__in=marking)).values("user")
    found: UserQuerySet = User.objects.filter(Q(pk__in=granted) | Q(pk__in=named), is_active=True)
    return found
