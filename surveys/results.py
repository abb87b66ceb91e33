"""What was said in a round: how many count, means and spreads, words in no order.

Marks of 1 to 10 and their levels: circular 10/2017/TT-BNV; the words of the levels are a rule.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from reference.rules import rules
from surveys.models import Participation, Response, SurveyRound
from surveys.questions import HIGHEST, LOWEST, Kind, Question, read

LEAST = "surveys.least_responses"
LEVELS = "surveys.levels"
FIVE = 5  # where no rule is entered
shuffle = random.SystemRandom().shuffle


@dataclass(frozen=True)
class Bar:
    """One answer: how often it was given, and its height in percent of the highest."""

    label: str
    count: int
    height: float


@dataclass(frozen=True)
class Answered:
    """A question with what was answered."""

    question: Question
    count: int
    mean: float | None = None
    level: str = ""
    bars: list[Bar] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Criterion:
    """The questions under one heading and the mean of their means."""

    name: str
    questions: list[Answered]
    mean: float | None


@dataclass(frozen=True)
class Reading:
    """The rules by which results are read: from how many they show, the words of the levels."""

    least: int
    levels: list[dict[str, Any]]

    @classmethod
    def of_today(cls) -> Reading:
        """Return the rules in force, in one query."""
        found = rules(LEAST, LEVELS)
        return cls(found.get(LEAST, FIVE), found.get(LEVELS, []))

    def shows(self, row: SurveyRound, valid: int, *, by_name: bool) -> bool:
        """Return whether results of a round show to one who may see names there, or may not.

        Without names not from few, and not before its end: two looks apart by one answer would
        tell what that one says.
        """
        if by_name:
            return valid > 0
        return row.is_over and valid >= self.least

    def level(self, mean: float | None) -> str:
        """Return the word for a mean."""
        fitting = [row for row in self.levels if mean is not None and mean >= row["from"]]
        return str(max(fitting, key=lambda row: row["from"])["name"]) if fitting else ""


@dataclass(frozen=True)
class Results:
    """A round as a whole. While it runs, `valid` is told only to who may see names.

    Else who sees one person answer would learn whether that form counts.
    """

    asked: int
    answered: int
    valid: int | None
    criteria: list[Criterion]
    mean: float | None
    level: str
    is_hidden: bool
    least: int

    @property
    def invalid(self) -> int | None:
        """Return how many forms were left out for their blanks."""
        return None if self.valid is None else self.answered - self.valid


@dataclass(frozen=True)
class Compared:
    """A round as a line beside others; `means` are of the criteria of the round it is beside."""

    round: SurveyRound
    valid: int | None
    mean: float | None
    level: str
    means: list[tuple[str, float | None]]


def results(row: SurveyRound, *, by_name: bool) -> Results:
    """Return the results of a round, as far as they show to one who may see names, or may not."""
    reading = Reading.of_today()
    said = valid_answers(row)
    is_shown = reading.shows(row, len(said), by_name=by_name)
    criteria = _criteria(read(row.version.questions), said, reading) if is_shown else []
    mean = _mean_of([one.mean for one in criteria])
    return Results(
        asked=row.cohort.enrolments.in_force().count(),
        answered=Participation.objects.filter(round=row).count(),
        valid=len(said) if by_name or row.is_over else None,
        criteria=criteria,
        mean=mean,
        level=reading.level(mean),
        is_hidden=not is_shown,
        least=reading.least,
    )


def valid_answers(row: SurveyRound) -> list[dict[str, Any]]:
    """Return what was said on the forms that count, in no order."""
    counted = Response.objects.filter(round=row, is_valid=True)
    found = list(counted.values_list("answers", flat=True))
    shuffle(found)
    return found


def compared(
    rounds: Sequence[SurveyRound], *, criteria: Sequence[str], naming: Collection[int]
) -> list[Compared]:
    """Return rounds with their means, overall and by criterion: two questions in all.

    `naming` are the keys of those of which one may see names.
    """
    reading = Reading.of_today()
    said: dict[int, list[dict[str, Any]]] = defaultdict(list)
    counted = Response.objects.filter(round__in=[row.pk for row in rounds], is_valid=True)
    for key, answers in counted.values_list("round", "answers"):
        said[key].append(answers)
    return [_line(row, said[row.pk], criteria, reading, by_name=row.pk in naming) for row in rounds]


def _line(
    row: SurveyRound,
    given: list[dict[str, Any]],
    criteria: Sequence[str],
    reading: Reading,
    *,
    by_name: bool,
) -> Compared:
    if not reading.shows(row, len(given), by_name=by_name):
        return Compared(row, None, None, "", [(name, None) for name in criteria])
    found = _criteria(read(row.version.questions), given, reading)
    means = {one.name: one.mean for one in found}
    mean = _mean_of(list(means.values()))
    level = reading.level(mean)
    return Compared(row, len(given), mean, level, [(name, means.get(name)) for name in criteria])


def _criteria(
    questions: Sequence[Question], said: list[dict[str, Any]], reading: Reading
) -> list[Criterion]:
    names = list(dict.fromkeys(question.criterion for question in questions))
    found = []
    for name in names:
        answered = [_answered(one, said, reading) for one in questions if one.criterion == name]
        found.append(Criterion(name, answered, _mean_of([one.mean for one in answered])))
    return found


def _answered(question: Question, said: list[dict[str, Any]], reading: Reading) -> Answered:
    given = [answers[question.key] for answers in said if question.key in answers]
    if question.kind == Kind.WORDS:
        shuffle(given)
        return Answered(question, len(given), words=given)
    if question.kind == Kind.CHOICE:
        return Answered(question, len(given), bars=_bars(given, question.options))
    mean = fmean(given) if given else None
    bars = _bars(given, range(LOWEST, HIGHEST + 1))
    return Answered(question, len(given), mean=mean, level=reading.level(mean), bars=bars)


def _bars(given: Sequence[Any], options: Sequence[Any]) -> list[Bar]:
    counts = Counter(given)
    top = max(counts.values(), default=0) or 1
    return [Bar(str(one), counts[one], 100 * counts[one] / top) for one in options]


def _mean_of(means: Sequence[float | None]) -> float | None:
    known = [mean for mean in means if mean is not None]
    return fmean(known) if known else None
