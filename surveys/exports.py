"""The answers of a round as a file, one line a form: with names, or nameless and in no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from jobs.exports import Export, Part
from lms.export import Cell
from surveys.models import Response, SurveyRound
from surveys.questions import read
from surveys.results import results, valid_answers

ANSWERS: Final = "surveys.answers"


def answers(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the forms that count of a round whose results one sees."""
    if not isinstance(user, User):
        return None
    seen = SurveyRound.objects.allowing(user, Permission.SEE_SURVEY_RESULTS)
    row = seen.select_related("cohort", "version__survey").filter(pk=args["round"]).first()
    if row is None:
        return None
    by_name = SurveyRound.objects.naming_to(user).filter(pk=row.pk).exists()
    if results(row, by_name=by_name).is_hidden:
        return None
    questions = read(row.version.questions)
    keys = [question.key for question in questions]
    names = [_("Full name")] if by_name else []
    lines = _named(row, keys) if by_name else _nameless(row, keys)
    return Export(
        name=f"khao-sat-{row.cohort.code}",
        header=[_("No."), *names, *(question.text for question in questions)],
        count=len(lines),
        part=lambda _after, _size: Part(lines),
        action="export_survey",
        target=row.cohort,
        unit_id=row.cohort.organiser_id,
    )


def _nameless(row: SurveyRound, keys: list[str]) -> list[list[Cell]]:
    return [
        [number, *(said.get(key) for key in keys)]
        for number, said in enumerate(valid_answers(row), start=1)
    ]


def _named(row: SurveyRound, keys: list[str]) -> list[list[Cell]]:
    found = Response.objects.filter(round=row, is_valid=True).select_related("person")
    return [
        [number, str(one.person), *(one.answers.get(key) for key in keys)]
        for number, one in enumerate(found.order_by("person__sort_key"), start=1)
    ]
