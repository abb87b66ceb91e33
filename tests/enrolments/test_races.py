"""Processes that want the same thing at the same time, on a database that does not hide it."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

import pytest
from django.conf import settings

from accounts.models import Unit, User
from enrolments.actions.places import enrol
from enrolments.actions.quotas import set_quotas
from enrolments.models import Cohort, Enrolment, HoursEntry, Obligation, ObligationCredit
from tests.jobs.processes import database_url
from tests.make import make_cohort, make_user, make_version, mark_published
from tests.people import make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def run(*arguments: object, times: int) -> None:
    """Start the same process several times and wait for all of them."""
    together(*[arguments] * times)


def together(*acts: Sequence[object]) -> None:
    """Start processes at once and wait for all of them."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "tests.enrolments.sender"]
    started = [
        subprocess.Popen([*command, *map(str, act)], env=environment, cwd=settings.BASE_DIR)
        for act in acts
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * len(acts)


def open_class(seats: int | None = None) -> tuple[Cohort, int, int, list[int]]:
    cast = make_cast()
    version = make_version(by=cast.trainer, lessons=2)
    version.issues_at_once = True
    mark_published(version, by=cast.trainer)
    cohort = make_cohort(version, by=cast.hr, organiser=cast.department, seats=seats)
    people = [make_user(unit=cast.ward).pk for _n in range(30)]
    return cohort, cast.ward.pk, cast.hr.pk, people


def test_a_class_of_twenty_takes_exactly_twenty() -> None:
    cohort, unit, by, people = open_class(seats=20)
    run("send", cohort.pk, unit, by, *people, times=4)
    cohort.refresh_from_db()
    assert cohort.enrolled_count == Enrolment.objects.count() == Obligation.objects.count() == 20


def test_a_person_sent_by_four_at_once_has_one_place() -> None:
    cohort, unit, by, people = open_class()
    run("send", cohort.pk, unit, by, *people[:5], times=4)
    cohort.refresh_from_db()
    assert cohort.enrolled_count == Enrolment.objects.count() == 5


def test_a_place_finished_four_times_at_once_is_completed_and_credited_once() -> None:
    cohort, _unit, by, people = open_class()
    place = enrol(
        cohort=cohort,
        learner=User.objects.get(pk=people[0]),
        unit=cohort.organiser,
        by=User.objects.get(pk=by),
        source="ticked",
    )
    run("finish", place.pk, times=4)
    cohort.refresh_from_db()
    assert cohort.completed_count == 1
    assert (ObligationCredit.objects.count(), HoursEntry.objects.count()) == (1, 1)


def test_learners_who_swap_classes_at_once_have_one_place_each_and_seats_add_up() -> None:
    cohort, _unit, by, people = open_class(seats=20)
    officer = User.objects.get(pk=by)
    other = make_cohort(cohort.version, by=officer, organiser=cohort.organiser, seats=20)
    for n, person in enumerate(User.objects.filter(pk__in=people[:20])):
        enrol(
            cohort=other if n % 2 else cohort,
            learner=person,
            unit=cohort.organiser,
            by=officer,
            source="ticked",
        )
    there, back = ("swap", cohort.pk, other.pk, by), ("swap", other.pk, cohort.pk, by)
    together(there, back, there, back)
    standing = Enrolment.objects.in_force()
    assert standing.count() == standing.values("learner").distinct().count() == 20
    for held in (cohort, other):
        held.refresh_from_db()
        assert held.enrolled_count == standing.filter(cohort=held).count()
    assert Obligation.objects.outstanding().count() == 20


def test_of_two_units_that_send_at_once_each_has_the_seats_of_its_quota() -> None:
    cohort, unit, by, people = open_class(seats=8)
    other = Unit.objects.get(code="25942")
    strangers = [make_user(unit=other).pk for _n in range(10)]
    officer = User.objects.get(pk=by)
    set_quotas(cohort=cohort, quotas={unit: 3, other.pk: 4}, by=officer)
    acts = [
        ("send", cohort.pk, unit, by, *people[:10]),
        ("send", cohort.pk, other.pk, by, *strangers),
    ]
    together(*acts * 2)
    cohort.refresh_from_db()
    sent = Counter(Enrolment.objects.values_list("sending_unit", flat=True))
    assert sent == {unit: 3, other.pk: 4}
    assert cohort.enrolled_count == 7
