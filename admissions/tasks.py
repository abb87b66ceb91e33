"""The tick: offers that end and begin, steps nobody answered, classes that have closed."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import shared_task
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from admissions.actions.applying import close_placed, end_offer, lapse, offer_seats, pass_on
from admissions.models import Application, ApplicationState, ApplicationStep, StepState
from enrolments.models import Cohort, Enrolment
from enrolments.models.cohorts import OPEN_TO_SENDING
from lms.clock import today

SLICE = 20.0  # seconds; what is left over waits for the next tick
AT_MOST = 200


@shared_task(name="admissions.tick")
def tick() -> None:
    """Do what the clock alone decides. A doubled tick repeats nothing."""
    end = time.monotonic() + SLICE
    applications = Application.objects.select_related("cohort")
    over = applications.open().exclude(cohort__state__in=OPEN_TO_SENDING)
    places = Enrolment.objects.in_force().filter(
        cohort=OuterRef("cohort"), learner=OuterRef("learner")
    )
    placed = applications.open().filter(Exists(places))
    offered = applications.filter(state=ApplicationState.OFFERED, offer_until__lt=timezone.now())
    late = ApplicationStep.objects.filter(
        state=StepState.CURRENT,
        due_on__lt=today(),
        application__steps__state=StepState.AHEAD,
    )
    free = Q(seats=None) | Q(seats__gt=F("enrolled_count") + F("kept_count"))
    waiting = Cohort.objects.filter(
        free, state__in=OPEN_TO_SENDING, applications__state=ApplicationState.WAITING
    )
    steps: list[tuple[Callable[[Any], object], Iterable[Any]]] = [
        (_lapse, over.order_by("pk")[:AT_MOST]),
        (_close_placed, placed.order_by("pk")[:AT_MOST]),
        (_end_offer, offered.order_by("pk")[:AT_MOST]),
        (_offer, waiting.distinct().order_by("pk")[:AT_MOST]),
        (_pass_on, late.select_related("application__cohort").distinct()[:AT_MOST]),
    ]
    for act, rows in steps:
        for row in rows:
            act(row)
            if time.monotonic() >= end:
                return


def _lapse(row: Application) -> None:
    lapse(application=row)


def _close_placed(row: Application) -> None:
    close_placed(application=row)


def _end_offer(row: Application) -> None:
    end_offer(application=row)


def _offer(row: Cohort) -> None:
    offer_seats(cohort=row)


def _pass_on(row: ApplicationStep) -> None:
    pass_on(step=row)
