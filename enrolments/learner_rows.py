"""The lines of a list of learners: one query for the places of a page, one for their duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enrolments.models import Enrolment, Obligation
from enrolments.models.duties import ObligationStatus
from enrolments.models.places import EnrolmentQuerySet, EnrolmentState

SHOWN = (
    "state",
    "progress_percent",
    "completed_at",
    "learner_sort_key",
    "learner__username",
    "learner__full_name",
    "learner__family_name",
    "learner__given_name",
    "sending_unit__name",
)
LOOKS = {
    EnrolmentState.COMPLETED: ("green", "check"),
    EnrolmentState.STUDYING: ("blue", "player-play"),
}


@dataclass(frozen=True)
class Standing:
    """What the tag at the end of a line says: words, colour, icon."""

    label: str
    tone: str
    icon: str


@dataclass(frozen=True)
class LearnerRow:
    """A learner of the class as the list shows them; nothing is worked out while drawing."""

    pk: int
    username: str
    name: str
    initials: str
    unit: str
    percent: int
    due_on: str
    due_note: str
    standing: Standing


def with_duties(places: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Return the places with what a list needs of the person, the unit and the first duty."""
    first = Obligation.objects.order_by("cycle").only(
        "enrolment_id", "due_on", "due_note", "status"
    )
    return (
        places.select_related("learner", "sending_unit")
        .only(*SHOWN)
        .prefetch_related(Prefetch("obligations", first))
    )


def first_duty(place: Enrolment) -> Obligation | None:
    """Return the first duty of a place that was read `with_duties`."""
    return next(iter(place.obligations.all()), None)


def learner_rows(places: Iterable[Enrolment]) -> Iterator[LearnerRow]:
    """Yield the lines; words and days that many share are worked out once."""
    standings, days = _standings(), dict[dt.date, str]()
    for place in places:
        duty, learner = first_duty(place), place.learner
        if duty and duty.due_on not in days:
            days[duty.due_on] = date_format(duty.due_on, "d/m/Y")
        yield LearnerRow(
            pk=place.pk,
            username=learner.username,
            name=learner.full_name,
            initials=learner.initials,
            unit=place.sending_unit.name,
            percent=place.progress_percent,
            due_on=days[duty.due_on] if duty else "",
            due_note=duty.due_note if duty else "",
            standing=standings[_word(place, duty)],
        )


def _word(place: Enrolment, duty: Obligation | None) -> str:
    is_late = duty is not None and duty.status == ObligationStatus.OVERDUE
    if is_late and place.state != EnrolmentState.COMPLETED:
        return ObligationStatus.OVERDUE
    return place.state


def _standings() -> dict[str, Standing]:
    by_state: dict[str, Standing] = {
        state: Standing(str(label), *LOOKS.get(EnrolmentState(state), ("grey", "")))
        for state, label in EnrolmentState.choices
    }
    return {**by_state, ObligationStatus.OVERDUE: Standing(_("Overdue"), "red", "alert-circle")}
