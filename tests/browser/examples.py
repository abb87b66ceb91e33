"""Run inside an empty installation: makes the world of the tests and prints where its pages are."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from accounts.models import User
from assessment.models import Assignment
from courses.actions import publish
from courses.models import Block, CourseVersion
from enrolments.models import Cohort
from tests.access import ADDRESSES, Kind
from tests.assessment.make import make_quiz_draft
from tests.assessment.works import CRITERIA
from tests.make import make_cohort, make_course, make_enrolment, make_user, staff
from tests.people import PASSWORD, Cast, signed_in_as
from tests.world import World, make_world

PAGES = (Kind.PAGE, Kind.PUBLIC)
# They see all there is on a page: boxes to tick, buttons, a menu of their own.
MOST_AT_HOME = ("learner", "hr", "department_hr", "trainer", "training_officer")
TEST: dict[str, Any] = {"kinds": ["single", "true_false"], "results_shown": "at_once"}
STILL: dict[str, Any] = {"username": "tinh.lt", "full_name": "Lê Thị Tĩnh"}
WALKER: dict[str, Any] = {
    "username": "hoa.tt",
    "full_name": "Trần Thị Bích Hòa",
    "birth_year": 1990,
}


def visitor(may: frozenset[str]) -> str:
    """Return who looks at a page: where many may, the one who works with it most."""
    return next((part for part in MOST_AT_HOME if part in may), min(may))


def pages(world: World) -> list[dict[str, str]]:
    """Return each page of the table with somebody who may open it."""
    found = []
    for name, entry in ADDRESSES.items():
        if entry.kind in PAGES and entry.may:
            part = "" if entry.kind is Kind.PUBLIC else visitor(entry.may)
            url = reverse(name, args=entry.args(world))
            found.append({"name": name, "url": url, "part": part})
    return found


def sessions(cast: Cast) -> dict[str, str]:
    """Return the session cookie of everybody."""
    name, found = settings.SESSION_COOKIE_NAME, {}
    for part, person in cast.everyone().items():
        person.refresh_from_db()  # the password has changed, and a session hangs on it
        found[part] = signed_in_as(person).cookies[name].value
    return found


def walk(cast: Cast) -> dict[str, Any]:
    """Make two classes of a course of lessons, a test and a work, and who will learn there."""
    version = _course(cast)
    first, second = (_class(version, cast, name) for name in ("Lớp đi", "Lớp tĩnh"))
    learner = make_user(unit=cast.ward, **WALKER)
    still = make_user(unit=cast.ward, password=PASSWORD, **STILL)
    make_enrolment(second, still, by=cast.hr, unit=cast.ward)
    return {"class": first.pk, "still_class": second.pk, "learner": learner.pk}


def _course(cast: Cast) -> CourseVersion:
    course = make_course(cast.provider, code="KH-DI", title="Soạn thảo văn bản hành chính")
    draft = make_quiz_draft(by=cast.trainer, course=course, **TEST)
    _add_work(draft)
    return publish(version=draft, by=cast.trainer, change_note="1")


def _class(version: CourseVersion, cast: Cast, name: str) -> Cohort:
    by, organiser = cast.training_officer, cast.department
    cohort = make_cohort(version, by=by, organiser=organiser, state="running", name=name)
    staff(cohort, cast.trainer)
    return cohort


def _add_work(draft: CourseVersion) -> None:
    lesson = draft.lessons.get(position=2)
    block = Block.objects.create(version=draft, lesson=lesson, position=9, kind="assignment")
    Assignment.objects.create(
        version=draft,
        key=block.key,
        title_vi="Bài thu hoạch",
        brief="Soạn một công văn của **đơn vị**.",
        criteria=CRITERIA,
    )


def main() -> dict[str, Any]:
    world = make_world()
    people = [person.pk for person in world.cast.everyone().values()]
    User.objects.filter(pk__in=people).update(password=make_password(PASSWORD))
    made = {"sessions": sessions(world.cast), "walk": walk(world.cast)}
    return {**made, "pages": pages(world)}  # last: a link that resets a password hangs on both


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
