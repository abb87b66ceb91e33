"""What this app shows on pages of other apps: a person's papers, the home page, a class."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from certificates.actions.signing import to_sign
from certificates.models import Certificate
from enrolments.models import Cohort
from enrolments.models.cohorts import CohortState
from enrolments.models.rights import permissions_on
from enrolments.slots import ClassAction
from lms.home import HomeLine
from lms.navigation import MANAGING

RECENT, OF_PERSON = 2, 10


def papers_of_person(request: HttpRequest, person: User) -> str:
    """Return the papers of a person that the reader may see."""
    seen = Certificate.objects.visible_to(request.user).filter(person=person).handed_out()
    papers = list(seen.order_by("-issued_on", "-pk")[:OF_PERSON])
    return render_to_string("certificates/_person.html", {"papers": papers}) if papers else ""


def recent_papers(request: HttpRequest) -> str:
    """Return one's own newest papers that are in force."""
    own = Certificate.objects.filter(person=signed_in(request)).handed_out().in_force()
    papers = list(own.order_by("-issued_on", "-pk")[:RECENT])
    return render_to_string("certificates/_recent.html", {"papers": papers}) if papers else ""


def to_sign_line(request: HttpRequest) -> HomeLine | None:
    """Return the papers that wait for this person's signature."""
    signatory = signed_in(request)
    if not rights(signatory).has(Permission.SIGN_CERTIFICATES):
        return None
    return HomeLine(
        MANAGING,
        to_sign(signatory),
        lambda n: ngettext("paper waits to be signed", "papers wait to be signed", n),
        reverse("certificates:to_sign"),
        _("Sign"),
    )


def results_line(request: HttpRequest) -> HomeLine | None:
    """Return the closed classes whose results are not recognised yet."""
    officer = signed_in(request)
    if not rights(officer).has(Permission.PROPOSE_RESULTS):
        return None
    classes = Cohort.objects.allowing(officer, Permission.PROPOSE_RESULTS)
    return HomeLine(
        MANAGING,
        classes.filter(state=CohortState.CLOSED),
        lambda n: ngettext(
            "class waits for the recognition of its results",
            "classes wait for the recognition of their results",
            n,
        ),
        f"{reverse('enrolments:classes')}?state={CohortState.CLOSED}",
        _("Recognition of results"),
    )


def results_of_class(request: HttpRequest, cohort: Cohort) -> list[ClassAction]:
    """Offer the recognition of results to those who propose them for this class."""
    officer = signed_in(request)
    if Permission.PROPOSE_RESULTS not in permissions_on(cohort, officer):
        return []
    url = reverse("certificates:results", args=[cohort.pk])
    return [ClassAction(_("Recognition of results"), url, "certificate")]
