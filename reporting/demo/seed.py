"""The whole demo city, in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.actions.corrections import request_correction
from accounts.actions.people import move_person
from accounts.models import User
from audit.actions import record
from enrolments.actions.duties import duties_by_clock
from enrolments.actions.questions import ask, reply
from enrolments.models import Enrolment, HoursEntry
from lms.clock import today
from reference.models import Code
from reporting.actions.programmes import flag_stale
from reporting.demo.applications import plan_applications
from reporting.demo.certificates import plan_recognition
from reporting.demo.classes import City, plan_class
from reporting.demo.clock import Days, Diary, as_of, at
from reporting.demo.courses import make_catalogue
from reporting.demo.learning import (
    lessons_of,
    place_of,
    plan_learning,
    release_results,
)
from reporting.demo.people import ADMINISTRATOR, People, let_in, make_administrator, make_people
from reporting.demo.plans import plan_plans
from reporting.demo.requirements import plan_requirements
from reporting.demo.rounds import plan_round
from reporting.demo.sources import read_yaml
from reporting.demo.surveys import plan_surveys
from reporting.demo.units import make_units

CITY_AGE: Final = dt.timedelta(days=330)
ON_PAPER: Final = Decimal(22)  # with the 16 periods of AI-04: 38 of 40


@transaction.atomic
def seed() -> bool:
    """Make the city; False where it stands already, whatever was done in it since."""
    if User.objects.filter(username=ADMINISTRATOR).exists():
        return False
    day = today()
    with as_of(at(day - CITY_AGE)):
        by = make_administrator()
        people = make_people(make_units(by), by, day)
        versions = make_catalogue(people)
    plan = read_yaml("classes.yaml")
    city = City(people, versions, Diary(), Days(day), plan["classes"])
    _plan(city, plan)
    city.diary.live()
    duties_by_clock(now=timezone.now(), at_most=10_000)
    flag_stale(now=timezone.now())
    _let_in(people)
    return True


def _plan(city: City, plan: dict[str, Any]) -> None:
    classes = {row["code"]: plan_class(row, city) for row in plan["classes"]}
    for made in classes.values():
        plan_learning(made)
        plan_recognition(made)
        if made.row.get("release"):
            moment = at(city.days.calendar.add_working_days(made.ends, 2), 10)
            city.diary.note(moment, partial(release_results, made))
        if made.row.get("released"):
            moment = at(city.days.off(made.row["released"]), 16)
            city.diary.note(moment, partial(release_results, made))
    for row in plan["questions"]:
        moment = at(city.days.today + dt.timedelta(days=row["days"]), 9)
        lessons = lessons_of(classes[row["class"]])
        lesson = lessons[min(row["lesson"], len(lessons) - 1)]
        city.diary.note(moment, partial(_ask, city, row, lesson.key))
    days = city.days
    plan_plans(city.people, city.diary, days)
    for row in plan["rounds"]:
        plan_round(row, city)
    plan_requirements(city)
    plan_applications(city)
    plan_surveys(city)
    city.diary.note(at(days.off(-6), 9), lambda: _move(city))
    city.diary.note(at(days.off(-3), 9), lambda: _correct(city.people))
    online = classes["AI-04-L1"].ends
    city.diary.note(at(days.off(-60), 9), lambda: _enter_paper_hours(city.people, online))


def _ask(city: City, row: dict[str, str], lesson_key: uuid.UUID) -> None:
    place = place_of(city, row["class"], row["who"])
    question = ask(enrolment=place, lesson_key=lesson_key, body=row["body"], by=place.learner)
    if row.get("reply"):
        reply(question=question, body=row["reply"], by=city.people["lan"])


def _move(city: City) -> None:
    """Somebody changes wards in the middle of a class."""
    people, plan = city.people, read_yaml("people.yaml")
    row = next(row for row in plan["edge"] if row.get("note") == "moves")
    move_person(
        person=people.notes["moves"][0],
        unit=people.units[row["moves_to"]],
        category=people.categories["cong_chuc"],
        since=today(),
        title=row["title"],
        reason=people.reasons["chuyen_cong_tac"],
        by=people.by,
    )


def _correct(people: People) -> None:
    """Somebody finds a wrong name on a paper and proposes the right one."""
    row = next(row for row in read_yaml("people.yaml")["edge"] if row.get("right_name"))
    request_correction(
        person=people.notes["wrong_name"][0],
        field="full_name",
        new_value=row["right_name"],
        note="Tên đệm trên giấy chứng nhận thiếu dấu nặng.",
    )


def _enter_paper_hours(people: People, closed: dt.date) -> None:
    """Classes of January that are known from paper only, of the year of the class on line."""
    person = people.notes["almost"][0]
    taught = min(dt.date(closed.year, 1, 30), today())
    entry = HoursEntry.objects.create(
        person=person,
        year=taught.year,
        declared=ON_PAPER,
        credited=ON_PAPER,
        rule="opening_balance",
        title="Hai lớp bồi dưỡng nghiệp vụ tháng 01 (nhập từ hồ sơ giấy)",
        evidence="Giấy chứng nhận bản giấy",
        closing_on=taught,
        unit=people.unit_of(person),
        category=people.categories["cong_chuc"],
        content_group=Code.objects.get(list="content_group", code="vi_tri_viec_lam"),
        entered_by=people.by,
    )
    after = {"credited": str(entry.credited), "rule": entry.rule}
    record(by=people.by, action="credit_hours", target=entry, unit_id=entry.unit_id, after=after)


def _let_in(people: People) -> None:
    """Who has studied has signed in; so may the named ones. The others have only their code."""
    came = Enrolment.objects.filter(last_active_at__isnull=False).values("learner")
    plan = read_yaml("people.yaml")
    named = {row["code"] for row in [*plan["logins"], *plan["staff"]]}
    chosen = User.objects.filter(pk__in=came) | User.objects.filter(username__in=named)
    let_in(list(chosen.distinct()), people.password, timezone.now() - dt.timedelta(hours=3))
