"""Surveys of the demo city: one that is over, with forms that do not count, and one that asks."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from reporting.demo.classes import City
from reporting.demo.clock import at
from reporting.demo.sources import number, pick, read_yaml
from surveys.actions.rounds import answer, ask
from surveys.actions.surveys import create_survey, publish, save_draft
from surveys.models import SurveyRound
from surveys.questions import Kind, Question, from_text, read

KEPT_TO_ANSWER: Final = "hanh"  # her home page shows a survey that asks
WRITE: Final = 20  # percent who write something


def plan_surveys(city: City) -> None:
    """Note in the diary when each survey is asked, and when it is answered."""
    made = read_yaml("surveys.yaml")
    for row in made["surveys"]:
        first = min(asked["opens"] for asked in row["asked"])
        city.diary.note(at(city.days.off(first), 8), partial(_write, row, city))
        for asked in row["asked"]:
            day = city.days.off(asked["opens"])
            city.diary.note(at(day, 8.5), partial(_ask, row, asked, city))
            city.diary.note(at(day, 15), partial(_answer, asked, city, made["words"]))


def _write(row: dict[str, Any], city: City) -> None:
    by, unit = city.people[row["by"]], city.people.units[row["unit"]]
    survey = create_survey(unit=unit, title=row["title"], by=by)
    questions = from_text(row["questions"])
    save_draft(survey=survey, introduction=row["introduction"], questions=questions, by=by)
    row["version"] = publish(survey=survey, by=by)


def _ask(row: dict[str, Any], asked: dict[str, Any], city: City) -> None:
    asked["round"] = ask(
        cohort=city.cohorts[asked["class"]],
        version=row["version"],
        opens_on=city.days.off(asked["opens"]),
        closes_on=city.days.off(asked["closes"]),
        is_anonymous=True,
        by=city.people[row["by"]],
    )


def _answer(asked: dict[str, Any], city: City, words: list[str]) -> None:
    row: SurveyRound = asked["round"]
    questions = read(row.version.questions)
    for place in city.cohorts[asked["class"]].enrolments.in_force().select_related("learner"):
        code = place.learner.username
        if code == KEPT_TO_ANSWER or number(f"answers {code}", 100) >= asked["answer"]:
            continue
        said = {one.key: _said(one, code, words) for one in questions}
        if number(f"leaves blanks {code}", 100) < asked["blank"]:
            said = dict(list(said.items())[::2])
        answer(survey_round=row, by=place.learner, answers=said)


def _said(question: Question, code: str, words: list[str]) -> Any:
    seed = f"{code} on {question.key}"
    if question.kind == Kind.WORDS:
        return pick(words, seed) if number(seed, 100) < WRITE else ""
    if question.kind == Kind.CHOICE:
        return pick(list(question.options), seed)
    return 7 + number(f"{code} likes", 3) + number(seed, 3) - 1
