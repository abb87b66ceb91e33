"""Officers who answer a round at the same time, on a database that does not hide it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from enrolments.models import Nomination, RoundAnswer
from tests.enrolments.rounds import make_call
from tests.jobs.processes import database_url
from tests.make import make_user
from tests.people import make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def answer_together(*answers: list[int]) -> None:
    """Let each process send its list: answer, officer, people."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "tests.enrolments.sender", "answer"]
    started = [
        subprocess.Popen([*command, *map(str, numbers)], env=environment, cwd=settings.BASE_DIR)
        for numbers in answers
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * len(answers)


def test_of_four_officers_of_a_unit_who_send_at_once_one_is_taken_whole() -> None:
    cast = make_cast()
    call = make_call(cast, people=12)
    RoundAnswer.objects.update(quota=3)
    answer = call.answer()
    lists = [[one.pk for one in call.people[n * 3 : n * 3 + 3]] for n in range(4)]
    answer_together(*[[answer.pk, cast.hr.pk, *people] for people in lists])
    held = call.answer()
    named = sorted(held.nominations.values_list("person", flat=True))
    assert (held.revision, held.people) == (1, 3)
    assert named in [sorted(people) for people in lists]


def test_a_person_named_by_two_units_at_once_is_named_once() -> None:
    cast = make_cast()
    call = make_call(cast, people=1)
    person = make_user(unit=cast.ward)
    person.postings.create(
        unit=cast.other_ward,
        category=person.postings.get().category,
        is_primary=False,
        since=person.postings.get().since,
    )
    first, second = call.answer(), call.answer("other_ward")
    answer_together([first.pk, cast.hr.pk, person.pk], [second.pk, cast.other_hr.pk, person.pk])
    assert Nomination.objects.filter(person=person).count() == 1
    assert RoundAnswer.objects.filter(state="sent", people=1).count() == 1
