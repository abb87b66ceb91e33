"""What a person must finish, as pages tell it: by when, and by which document."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Window
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Obligation, ObligationChange
from enrolments.models.duties import ObligationStatus
from enrolments.models.places import EnrolmentSource
from lms.clock import today

SOON = dt.timedelta(days=7)
TONES = {
    ObligationStatus.DONE: "green",
    ObligationStatus.DONE_LATE: "green",
    ObligationStatus.OVERDUE: "red",
    ObligationStatus.OPEN: "blue",
}
ICONS = {
    ObligationStatus.DONE: "circle-check",
    ObligationStatus.DONE_LATE: "circle-check",
    ObligationStatus.OVERDUE: "alert-circle",
    ObligationStatus.OPEN: "clock",
    ObligationStatus.SCHEDULED: "calendar",
}

OWN = ("title_vi", "title_en", "status", "opens_on", "due_on", "due_at", "due_note", "required_by")
DECISION = ("kind", "number", "symbol", "issued_on")
# What a line of the home page reads of a duty, of its place and of the documents behind it.
READ = (
    *OWN,
    *(f"basis__{name}" for name in DECISION),
    "enrolment__source",
    "enrolment__cohort__code",
    *(f"enrolment__cohort__opening_decision__{name}" for name in DECISION),
)


@dataclass(frozen=True)
class Change:
    """A line of the history of a duty."""

    at: dt.datetime
    text: str
    reason: str


@dataclass(frozen=True)
class Duty:
    """A duty with the words a page shows."""

    row: Obligation

    @property
    def history(self) -> list[Change]:
        """Return how the duty changed, the latest first."""
        changes = sorted(self.row.changes.all(), key=lambda row: row.pk, reverse=True)
        return [Change(row.changed_at, _changed(row), row.reason) for row in changes]

    @property
    def why(self) -> str:
        """Return which document asks for it, or how it came about."""
        duty, place = self.row, self.row.enrolment
        decision = duty.basis or (place and place.cohort.opening_decision)
        if decision:
            facts = {
                "kind": decision.get_kind_display(),
                "reference": decision.reference,
                "day": date_format(decision.issued_on, "d/m/Y"),
            }
            return _("%(kind)s %(reference)s of %(day)s") % facts
        if duty.required_by:
            return duty.required_by
        if place and place.source == EnrolmentSource.SELF:
            return _("Chosen by the learner")
        return _("On the list of class %(code)s") % {"code": place.cohort.code} if place else ""

    @property
    def tone(self) -> str:
        """Return the colour of the status: amber once the due day is near."""
        if self.row.status == ObligationStatus.OPEN and self.row.due_on <= today() + SOON:
            return "amber"
        return TONES.get(ObligationStatus(self.row.status), "")

    @property
    def icon(self) -> str:
        """Return the sign of the status."""
        return ICONS.get(ObligationStatus(self.row.status), "ban")


def _changed(change: ObligationChange) -> str:
    if change.field == "due_on":
        facts = {"before": _day(change.before), "after": _day(change.after)}
        return _("due date moved from %(before)s to %(after)s") % facts
    labels = dict(ObligationStatus.choices)
    facts = {name: str(labels.get(getattr(change, name), "–")) for name in ("before", "after")}
    return _("%(before)s, now %(after)s") % facts


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "d/m/Y")


@dataclass(frozen=True)
class DueList:
    """The first duties by due date, with how many there are and how many are near or past."""

    duties: list[Duty]
    total: int = 0
    soon: int = 0


def with_reasons(duties: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """Join what `Duty.why` reads."""
    return duties.select_related("basis", "enrolment__cohort__opening_decision")


def due_list(person: User, *, at_most: int) -> DueList:
    """Return what a person has to finish, the most urgent first; one query."""
    near = Q(due_on__lte=today() + SOON)
    outstanding = with_reasons(Obligation.objects.outstanding().filter(person=person))
    rows = (
        outstanding.only(*READ)
        .order_by("due_on", "pk")
        .annotate(total=Window(Count("pk")), near=Window(Count("pk", filter=near)))
    )
    found = list(rows[:at_most])
    if not found:
        return DueList([])
    facts = vars(found[0])
    return DueList([Duty(row) for row in found], facts["total"], facts["near"])
