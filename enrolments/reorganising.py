"""What of classes, rounds and duties hangs on a unit, and what moves when the unit ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.hanging import AmountMover, Going, Hung
from accounts.models import Posting
from enrolments.models import Cohort, CohortQuota, Enrolment, HoursEntry, Obligation, RoundAnswer
from enrolments.models.cohorts import OPEN_TO_SENDING, OVER
from enrolments.models.duties import OUTSTANDING, ObligationStatus
from enrolments.models.requests import DutyRequest
from enrolments.models.rounds import AnswerState
from jobs.bulk import digest


def by_unit(rows: QuerySet[Any], path: str = "unit") -> Mapping[int, int]:
    """Return how many rows each unit has."""
    return dict(rows.order_by().values_list(path).annotate(n=Count("pk", distinct=True)))


def classes(units: Sequence[int]) -> Mapping[int, int]:
    """Count the classes the units organise that are not over."""
    return by_unit(Cohort.objects.filter(organiser__in=units).exclude(state__in=OVER), "organiser")


def class_quotas(units: Sequence[int]) -> Mapping[int, int]:
    """Count the quotas of the units in classes that still take learners."""
    return by_unit(_class_quotas(units))


def _class_quotas(units: Sequence[int]) -> QuerySet[CohortQuota]:
    given = CohortQuota.objects.filter(unit__in=units, seats__gt=0)
    return given.filter(cohort__state__in=OPEN_TO_SENDING)


# The closed unit lies below its successor then, so those it has sent count there.
CLASS_QUOTAS = AmountMover(
    rows=_class_quotas,
    beside="cohort",
    amount="seats",
    label=lambda row: str(row.cohort.name),
    mark=lambda row: digest(row.unit_id, row.seats),
)


def learners(units: Sequence[int]) -> Mapping[int, int]:
    """Count the learners the units sent who still study."""
    return by_unit(Enrolment.objects.filter(sending_unit__in=units).unfinished(), "sending_unit")


def duties(units: Sequence[int]) -> Mapping[int, int]:
    """Count the duties still to be done that name the units."""
    return by_unit(Obligation.objects.outstanding().filter(unit__in=units))


def requests(units: Sequence[int]) -> Mapping[int, int]:
    """Count what people of the units ask about their duties."""
    people = Posting.objects.standing().primary().filter(unit__in=units).values("user")
    rows = DutyRequest.objects.open().filter(obligation__person__in=people)
    post = "obligation__person__postings__unit"
    return by_unit(rows.filter(**{f"{post}__in": units}), post)


def answers(units: Sequence[int]) -> Mapping[int, int]:
    """Count the open rounds that ask the units."""
    return by_unit(RoundAnswer.objects.waiting().filter(unit__in=units))


def places_given(units: Sequence[int], day: dt.date) -> tuple[str, int]:
    """Count the places given to people of the units since a day."""
    found = Enrolment.objects.filter(sending_unit__in=units, enrolled_at__date__gte=day)
    return _("Places in classes given by it"), found.count()


def hours_entered(units: Sequence[int], day: dt.date) -> tuple[str, int]:
    """Count the training hours entered for the units since a day."""
    found = HoursEntry.objects.filter(unit__in=units, closing_on__gte=day)
    return _("Entries of training hours"), found.count()


def binding_duties(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the duties that keep a record from ending for another: of a class, or fulfilled."""
    return rows.exclude(enrolment=None, status__in=(*OUTSTANDING, ObligationStatus.CANCELLED))


class AnswersMover:
    """An answer that is still to come is asked of the successor.

    Where the successor is asked in the same round its quota grows instead, and nothing more is
    asked of the unit that ended.
    """

    def found(self, unit_ids: Sequence[int], after: int, size: int) -> Sequence[Hung]:
        """Return the answers that are still to come."""
        rows = RoundAnswer.objects.waiting().filter(unit__in=unit_ids, pk__gt=after)
        part = rows.select_related("round", "unit").order_by("pk")[:size]
        return [Hung(row.pk, row.unit_id, row.round.title, _mark(row)) for row in part]

    def prints(self, pks: Sequence[int]) -> Mapping[int, str]:
        """Return what each answer says now."""
        return {row.pk: _mark(row) for row in RoundAnswer.objects.filter(pk__in=pks)}

    def move(self, going: Going) -> dict[str, Any]:
        """Ask the successor."""
        row = RoundAnswer.objects.select_for_update().get(pk=going.pk)
        other = RoundAnswer.objects.select_for_update().filter(round=row.round_id, unit=going.to)
        asked = other.first()
        if asked is None:
            stood = {"unit": row.unit_id}
            row.unit = going.to
            row.save(update_fields=["unit"])
            return stood
        return _joined(row, asked, going)

    def move_back(self, pk: int, stood: Mapping[str, Any]) -> None:
        """Ask the unit again."""
        if "other" in stood:
            other = RoundAnswer.objects.select_for_update().get(pk=stood["other"])
            other.quota = stood["quota"]
            other.save(update_fields=["quota"])
        facts = {key: value for key, value in stood.items() if key not in ("other", "quota")}
        if "unit" in facts:
            facts["unit_id"] = facts.pop("unit")
        RoundAnswer.objects.filter(pk=pk).update(**facts)


def _joined(row: RoundAnswer, asked: RoundAnswer, going: Going) -> dict[str, Any]:
    """Let the successor's quota grow by the unit's; the unit takes part no more."""
    stood: dict[str, Any] = {"other": asked.pk, "quota": asked.quota}
    told = ("state", "reason", "people", "answered_at", "answered_by_id")
    stood |= {name: getattr(row, name) for name in told}
    if asked.limit is not None and row.limit is not None:
        asked.quota = asked.limit + row.limit
        asked.save(update_fields=["quota"])
    if row.people == 0:
        row.state, row.reason = AnswerState.NOBODY, going.reason
        row.answered_at, row.answered_by = timezone.now(), going.by
        row.save(update_fields=["state", "reason", "answered_at", "answered_by"])
    return stood


def _mark(row: RoundAnswer) -> str:
    return digest(row.unit_id, row.state, row.quota, row.people, row.revision)
