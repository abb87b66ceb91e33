"""What this app shows on pages of other apps: surveys that ask a person, surveys of a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.permissions import Permission
from enrolments.models import Cohort, Enrolment
from enrolments.models.rights import permissions_on
from enrolments.reorganising import by_unit
from enrolments.slots import ClassAction
from lms.home import HomeLine
from lms.navigation import LEARNING
from surveys.models import Survey, SurveyRound, SurveyRoundQuerySet


def surveys_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the surveys of a class to who sees their results."""
    if Permission.SEE_SURVEY_RESULTS not in permissions_on(cohort, signed_in(request)):
        return []
    url = reverse("surveys:rounds", args=[cohort.pk])
    return [ClassAction(label=_("Surveys"), url=url, icon="checks")]


def surveys_of_place(enrolment: Enrolment) -> list[ClassAction]:
    """Offer learners the surveys that ask them about the class of their place now."""
    asking = SurveyRound.objects.unanswered_by(enrolment.learner)
    rows = asking.filter(cohort=enrolment.cohort_id).select_related("version__survey")
    return [
        ClassAction(label=row.version.survey.title, url=row.get_absolute_url(), icon="checks")
        for row in rows.order_by("closes_on", "pk")
    ]


def asking_line(request: HttpRequest) -> HomeLine | None:
    """Return the surveys that ask this person now."""
    rows = SurveyRound.objects.unanswered_by(signed_in(request))
    return HomeLine(
        LEARNING,
        rows,
        lambda n: ngettext("survey asks for an opinion", "surveys ask for an opinion", n),
        lambda: _first_to_end(rows),
        _("Answer"),
        tone="blue",
    )


def _first_to_end(rows: SurveyRoundQuerySet) -> str:
    """Return where the one that ends first is answered."""
    return rows.order_by("closes_on", "pk")[0].get_absolute_url()


def surveys_of_units(units: Sequence[int]) -> Mapping[int, int]:
    """Count the surveys that units keep."""
    return by_unit(Survey.objects.filter(unit__in=units))
