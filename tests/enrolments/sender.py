"""A process of the race tests: sends people to a class, or completes a place, one by one."""

import sys
from collections.abc import Callable

import django

django.setup()

from accounts.models import Unit, User  # noqa: E402 - models exist only after the set-up
from enrolments.actions.nominations import submit  # noqa: E402
from enrolments.actions.places import enrol  # noqa: E402
from enrolments.actions.progress import complete_viewed  # noqa: E402
from enrolments.actions.transfers import transfer  # noqa: E402
from enrolments.errors import CohortFull, Refused  # noqa: E402
from enrolments.models import Cohort, Enrolment, RoundAnswer  # noqa: E402


def send(cohort_id: int, unit_id: int, by_id: int, *people: int) -> None:
    """Send people until the class is full."""
    cohort, unit = Cohort.objects.get(pk=cohort_id), Unit.objects.get(pk=unit_id)
    by = User.objects.get(pk=by_id)
    for person in User.objects.filter(pk__in=people):
        try:
            enrol(cohort=cohort, learner=person, unit=unit, by=by, source="ticked")
        except CohortFull:
            continue


def finish(*places: int) -> None:
    """Finish all lessons of the places."""
    for place in Enrolment.objects.filter(pk__in=places):
        for lesson in place.version.lessons.all():
            complete_viewed(enrolment=place, lesson_key=lesson.key)


def answer(answer_id: int, by_id: int, *people: int) -> None:
    """Send the list of a unit as it was read before anybody answered."""
    held, by = RoundAnswer.objects.get(pk=answer_id), User.objects.get(pk=by_id)
    try:
        submit(answer=held, notes=dict.fromkeys(people, ""), revision=0, by=by)
    except Refused:
        return


def swap(first_id: int, second_id: int, by_id: int) -> None:
    """Move the learners of each class into the other, as they stand now."""
    by = User.objects.get(pk=by_id)
    for left, to in ((first_id, second_id), (second_id, first_id)):
        target = Cohort.objects.get(pk=to)
        for place in Enrolment.objects.in_force().filter(cohort=left).order_by("pk")[:8]:
            try:
                transfer(enrolment=place, to=target, by=by, reason="swap")
            except Refused:
                continue


ACTS: dict[str, Callable[..., None]] = {
    "send": send,
    "finish": finish,
    "answer": answer,
    "swap": swap,
}

if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    ACTS[sys.argv[1]](*numbers)
