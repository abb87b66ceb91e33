"""A nomination round that is under way in the demo city, with answers of every kind."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from accounts.models import Unit, User
from enrolments.actions.cohorts import DecisionData
from enrolments.actions.nominations import Paper, answer_nobody, return_answer, submit
from enrolments.actions.rounds import RoundData, change_state, make_round, set_quotas
from enrolments.models import NominationRound
from enrolments.models.cohorts import DecisionKind
from enrolments.models.rounds import AnswerState
from enrolments.nominees import judge, people_of
from lms.clock import today
from reporting.demo.classes import SYMBOLS, City, signer_of
from reporting.demo.clock import at

HANDLED_BY = "quang"


def plan_round(row: dict[str, Any], city: City) -> None:
    """Note in the diary when the round is called and what each unit answers when."""
    days = city.days
    made: list[NominationRound] = []
    city.diary.note(at(days.off(row["called"]), 9.5), lambda: made.append(_call(row, city)))
    for number, answer in enumerate(row["answers"]):
        late = dt.timedelta(days=answer.get("late", 0))
        day = days.off(row["closes"]) + late if late else days.off(answer["day"])
        moment = at(day, 10 + number / 10)
        city.diary.note(moment, partial(_answer, answer, made, city))


def _call(row: dict[str, Any], city: City) -> NominationRound:
    people, by = city.people, city.people[HANDLED_BY]
    cohorts = [city.cohorts[code] for code in row["classes"]]
    asked = make_round(
        course=cohorts[0].course,
        organiser=people.units[row["organiser"]],
        data=RoundData(
            title=row["title"],
            closes_on=city.days.off(row["closes"]),
            document_number=row["document"],
            document_date=today(),
            conditions=row["conditions"],
            over_quota=row["over_quota"],
        ),
        cohorts=cohorts,
        by=by,
    )
    quotas = {people.units[code].pk: quota for code, quota in row["quotas"].items()}
    set_quotas(asked=asked, quotas=quotas, by=by)
    return change_state(asked=asked, to="open", by=by)


def _answer(row: dict[str, Any], made: list[NominationRound], city: City) -> None:
    unit = city.people.units[row["unit"]]
    answer = made[0].answers.select_related("round", "unit").get(unit=unit)
    by = _officer(unit, city)
    if row.get("nobody"):
        answer_nobody(answer=answer, reason=row["nobody"], revision=answer.revision, by=by)
        return
    people = people_of(answer).by_given_name()
    fitting = [one for one in judge(answer, list(people), by) if one.fits][: row["people"]]
    notes = {one.person.pk: "" for one in fitting}
    paper = Paper(_decision(unit, row["number"], city))
    held = submit(answer=answer, notes=notes, revision=answer.revision, by=by, paper=paper)
    if row.get("returned") and held.state == AnswerState.SENT:
        return_answer(answer=held, reason=row["returned"], by=city.people[HANDLED_BY])


def _decision(unit: Unit, number: int, city: City) -> DecisionData:
    symbol = SYMBOLS.get(unit.code, "QĐ-UBND" if unit.code[0].isdigit() else "QĐ-S")
    return DecisionData(
        DecisionKind.SENDING, unit, number, symbol, today(), signer_of(unit, city.people)
    )


def _officer(unit: Unit, city: City) -> User:
    """Return who answers for a unit: its own officer, or the city's on its behalf."""
    grant = unit.role_grants.in_force().filter(role="hr_officer").select_related("user").first()
    return grant.user if grant else city.people[HANDLED_BY]
