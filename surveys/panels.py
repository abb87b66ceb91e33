"""What this app shows on pages of other apps: surveys that ask a person, surveys of a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import signed_in
from accounts.permissions import Permission
from enrolments.models import Cohort
from enrolments.models.rights import permissions_on
from enrolments.reorganising import by_unit
from enrolments.slots import ClassAction
from surveys.models import Survey, SurveyRound


def surveys_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the surveys of a class to who sees their results."""
    if Permission.SEE_SURVEY_RESULTS not in permissions_on(cohort, signed_in(request)):
        return []
    url = reverse("surveys:rounds", args=[cohort.pk])
    return [ClassAction(label=_("Surveys"), url=url, icon="checks")]


def asking(request: HttpRequest) -> str:
    """Return the surveys that ask this person now; nothing where none does."""
    rows = SurveyRound.objects.unanswered_by(signed_in(request))
    found = list(rows.select_related("cohort", "version__survey").order_by("closes_on", "pk")[:5])
    if not found:
        return ""
    return str(render_to_string("surveys/_asking.html", {"rounds": found}))


def surveys_of_units(units: Sequence[int]) -> Mapping[int, int]:
    """Count the surveys that units keep."""
    return by_unit(Survey.objects.filter(unit__in=units))
