"""Reads questions and quizzes from the folder of a course (docs/course-format.md).

A question is a mapping: `kind`, `body` (in a fence of its own: the text below ---), `answer`,
`explanation`, `topic`, `points`, `id`; choices list their `options`, numbers may have a
`tolerance`, matchings have `pairs` ([left, right]) and `distractors`, texts with gaps their `text`,
groupings their `groups`. `answer` names the right words: one, a list, a number, or true / false;
`scheme` says how parts add up. A quiz has its settings and its `questions`.
`language` is that of the words and the answers; the explanation is in the language around.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessment.actions.questions import Wording
from assessment.kinds import Data, question_kinds
from assessment.kinds.base import key_of
from assessment.kinds.categorise import groups_of
from assessment.kinds.gaps import pieces_of
from assessment.kinds.ordering import steps_of
from assessment.models import Quiz
from courses.blocks import Content
from courses.importing import BlockPlan, CourseFormatError, Source
from lms.html import from_markdown

DEFAULTS: Final[dict[str, Any]] = {
    "title_vi": "",
    "title_en": "",
    "intro": "",
    "minutes": None,
    "attempts_allowed": 1,
    "pass_percent": 50,
    "questions_asked": None,
    "is_shuffled": True,
    "is_one_way": False,
    "is_graded": True,
    "results_shown": "on_release",
}
NAMES: Final = {
    "title": "title_vi",
    "attempts": "attempts_allowed",
    "shuffled": "is_shuffled",
    "graded": "is_graded",
    "one_way": "is_one_way",
}


@dataclass(frozen=True)
class QuestionPlan:
    """A question of a quiz to be."""

    key: uuid.UUID
    wording: Wording
    points: Decimal
    topic: str


def import_question(plan: BlockPlan, source: Source) -> Content:
    """Read a question that a lesson asks."""
    wording = _wording(plan.options | {"body": plan.text}, source, plan.language)
    asks = {
        "key": str(plan.key),
        "question_version": None,
        "kind": wording.kind,
        "html": str(from_markdown(wording.body)),
        "data": wording.data,
        "explanation": str(from_markdown(wording.explanation)),
        "lesson_key": None,
        "language": wording.language,
        "explained_in": plan.around,
    }
    return Content({"asks": asks})


def import_quiz(plan: BlockPlan, source: Source) -> Content:
    """Read a quiz with its questions."""
    given = {NAMES.get(name, name): value for name, value in plan.options.items()}
    rows = given.pop("questions", None) or []
    if plan.text:
        given["intro"] = plan.text
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        raise _fault(source, _("unknown settings of a quiz: %(names)s"), names=sorted(unknown))
    settings = DEFAULTS | given
    _demand_sound(settings, source)
    questions = [
        QuestionPlan(
            key=uuid.uuid5(plan.key, str(row.get("id", number))),
            wording=_wording(row, source, str(row.get("language", plan.language))),
            points=Decimal(str(row.get("points", 1))),
            topic=str(row.get("topic", "")),
        )
        for number, row in enumerate(rows, start=1)
    ]
    return Content({"title": settings["title_vi"]}, extra=settings | {"questions": questions})


def _demand_sound(settings: Mapping[str, Any], source: Source) -> None:
    try:
        Quiz(**settings).clean_fields(exclude=["version", "key", "title_vi"])
    except ValidationError as error:
        name, faults = next(iter(error.message_dict.items()))
        raise _fault(source, "%(name)s: %(fault)s", name=name, fault=faults[0]) from error


def _wording(row: Mapping[str, Any], source: Source, language: str) -> Wording:
    kind = str(row.get("kind", "single"))
    if kind not in READERS:
        raise _fault(source, _("there is no kind of question “%(kind)s”"), kind=kind)
    body = str(row.get("body", "")).strip()
    try:
        data = READERS[kind](row) | _scheme(row)
        faults = question_kinds[kind].validate(data)
    except (KeyError, TypeError, ValueError) as error:
        faults = [str(error)]
    if faults:
        facts = {"body": body[:60], "faults": " ".join(faults)}
        raise _fault(source, "“%(body)s”: %(faults)s", **facts)
    explanation = str(row.get("explanation", "")).strip()
    return Wording(kind=kind, body=body, data=data, explanation=explanation, language=language)


def _fault(source: Source, words: str, **facts: Any) -> CourseFormatError:
    return CourseFormatError(f"{source.lesson.name}: {words % facts}")


def _many(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _choice(row: Mapping[str, Any]) -> Data:
    texts, right = _many(row["options"]), _many(row["answer"])
    absent = [text for text in right if text not in texts]
    if absent:
        raise ValueError(_("an answer is not among the options: %(text)s") % {"text": absent[0]})
    options = [{"key": key_of(text), "text": text} for text in texts]
    return {"options": options, "correct": [key_of(text) for text in texts if text in right]}


def _true_false(row: Mapping[str, Any]) -> Data:
    return {"correct": row["answer"]}


def _short_text(row: Mapping[str, Any]) -> Data:
    return {"accepted": _many(row["answer"])}


def _numeric(row: Mapping[str, Any]) -> Data:
    return {"value": str(row["answer"]), "tolerance": str(row.get("tolerance", 0))}


def _matching(row: Mapping[str, Any]) -> Data:
    pairs = [
        {"key": key_of(f"<{left}"), "left": left, "right_key": key_of(right), "right": right}
        for left, right in (map(str, pair) for pair in row["pairs"])
    ]
    others = [{"key": key_of(str(t)), "text": str(t)} for t in row.get("distractors", [])]
    return {"pairs": pairs, "distractors": others}


def _ordering(row: Mapping[str, Any]) -> Data:
    return steps_of(_many(row["answer"]))


def _cloze(row: Mapping[str, Any]) -> Data:
    return {"pieces": pieces_of(str(row["text"]))}


def _categorise(row: Mapping[str, Any]) -> Data:
    if not isinstance(row["groups"], Mapping):
        raise TypeError(_("groups are written as name: [lines]"))
    return groups_of([(str(name), _many(texts)) for name, texts in row["groups"].items()])


def _scheme(row: Mapping[str, Any]) -> Data:
    return {"scheme": str(row["scheme"])} if "scheme" in row else {}


READERS: Final[dict[str, Callable[[Mapping[str, Any]], Data]]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "categorise": _categorise,
}
