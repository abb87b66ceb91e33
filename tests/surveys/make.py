"""Makers of surveys and of rounds in the class of the cast."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from enrolments.models import Cohort
from lms.clock import today
from surveys.actions.rounds import ask
from surveys.actions.surveys import create_survey, publish, save_draft
from surveys.models import Survey, SurveyRound, SurveyVersion
from surveys.questions import from_text
from tests.courses.make import make_published
from tests.make import make_cohort, make_course, make_enrolment, make_user
from tests.people import Cast

LINES = """# Nội dung
[1-10] Nội dung sát với công việc | không sát | rất sát
[1-10] Ví dụ lấy từ thực tế
# Tổ chức
[chọn] Nên học vào lúc nào? | Sáng | Chiều
[chữ] Điều gì nên giữ, điều gì nên đổi?"""
KEYS = [question.key for question in from_text(LINES)]


def make_survey(cast: Cast, title: str = "Phiếu cuối khóa", lines: str = LINES) -> Survey:
    """Return a published survey of the academy."""
    by = cast.training_officer
    survey = create_survey(unit=cast.provider.unit, title=title, by=by)
    save_draft(survey=survey, introduction="", questions=from_text(lines), by=by)
    publish(survey=survey, by=by)
    return survey


def make_round(
    cast: Cast,
    cohort: Cohort | None = None,
    *,
    lines: str = LINES,
    of: SurveyVersion | None = None,
    **fields: Any,
) -> SurveyRound:
    """Return a survey asked today, for a week, in a class of the cast's learner."""
    by = cast.training_officer
    if cohort is None:
        version = make_published(make_course(cast.provider), by=by)
        cohort = make_cohort(version, by=by, organiser=cast.provider.unit, state="running")
        make_enrolment(cohort, cast.learner, by=by, unit=cast.ward)
    told: dict[str, Any] = {
        "opens_on": today(),
        "closes_on": today() + dt.timedelta(days=7),
        "is_anonymous": True,
    }
    asked = of or make_survey(cast, f"Phiếu {cohort.code}", lines).versions.get()
    return ask(cohort=cohort, version=asked, by=by, **(told | fields))


def learner_of(row: SurveyRound, cast: Cast) -> User:
    """Return one more learner of the class."""
    person = make_user(unit=cast.ward)
    make_enrolment(row.cohort, person, by=cast.training_officer, unit=cast.ward)
    return person


def said(*marks: int, time: str = "Sáng", words: str = "") -> dict[str, Any]:
    """Return answers: two marks, a choice, words."""
    return dict(zip(KEYS, [*marks, time, words], strict=True))
