"""The final mark of a class: how it is worked out, printed as a sum, the same everywhere.

Pure sums over the grades in force. Rules come as data (`assessment.classification`,
`assessment.final_decimals`); which components weigh what is the class's own `GradeScheme`.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from assessment.assignments import assignments_of
from assessment.frozen import quizzes_of
from assessment.models import GradeCell, GradeExemption, GradeItem, GradeScheme
from assessment.models.gradebook import SchemeMethod
from courses.models import CourseVersion
from courses.outline import outline
from enrolments.models import Cohort
from lms.translated import translated
from reference.models import Code
from reference.rules import rules

TEN: Final = Decimal(10)
WHOLE: Final = Decimal(100)
RULES: Final = (
    "assessment.final_decimals",
    "assessment.pass_percent",
    "assessment.classification",
)
TEST, WORK, PAPER = "test", "work", "paper"


@dataclass(frozen=True)
class Item:
    """A component of the final mark."""

    key: uuid.UUID
    title_vi: str
    title_en: str
    max_points: Decimal
    pass_percent: int
    kind: str
    weight: Decimal = Decimal(1)
    is_required: bool = True
    title = translated("title")

    @property
    def is_on_paper(self) -> bool:
        """Return whether its marks are entered by hand."""
        return self.kind == PAPER

    def passes(self, points: Decimal, max_points: Decimal) -> bool:
        """Return whether so many points of so many reach the pass mark."""
        return points * WHOLE >= self.pass_percent * max_points


@dataclass(frozen=True)
class Band:
    """A classification (xếp loại) and the final mark, of ten, from which it is given."""

    least: Decimal
    name: str


@dataclass(frozen=True)
class Scheme:
    """How one class works out its final mark."""

    items: tuple[Item, ...]
    method: str = SchemeMethod.WEIGHTED
    drop_lowest: int = 0
    least_percent: int = 50
    revision: int = 0
    is_decided: bool = False
    decimals: int = 1
    bands: tuple[Band, ...] = ()

    def item(self, key: uuid.UUID) -> Item | None:
        """Return the component of a key."""
        return next((item for item in self.items if item.key == key), None)

    @property
    def weights(self) -> Decimal:
        """Return all weights together."""
        return sum((item.weight for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Score:
    """A grade in force."""

    points: Decimal
    max_points: Decimal
    is_passed: bool
    is_released: bool

    @property
    def percent(self) -> Decimal:
        """Return the share of the scale, 0 to 100, not rounded."""
        return self.points * WHOLE / self.max_points if self.max_points else Decimal(0)


class Standing(StrEnum):
    """What became of a component in the sum."""

    COUNTED = "counted"
    DROPPED = "dropped"
    EXEMPT = "exempt"
    MISSING = "missing"


@dataclass(frozen=True)
class Part:
    """A component in the sum of one learner."""

    item: Item
    standing: str
    score: Score | None = None


@dataclass(frozen=True)
class FinalMark:
    """The sum of one learner. `mark` is of ten, rounded; None while a required mark is missing."""

    parts: tuple[Part, ...]
    so_far: Decimal | None
    mark: Decimal | None
    is_passed: bool | None
    band: str

    @property
    def provisional(self) -> Decimal | None:
        """Return what the marks so far make, of ten."""
        return None if self.so_far is None else rounded(self.so_far / TEN, 2)

    @property
    def counted(self) -> list[Part]:
        """Return what enters the sum."""
        return [part for part in self.parts if part.standing == Standing.COUNTED]


Book = Mapping[uuid.UUID, Score]


def final_of(scheme: Scheme, scores: Book, exempt: Collection[uuid.UUID] = ()) -> FinalMark:
    """Return the sum over what is there, and the final mark once nothing required is missing.

    Of the components that are not required the lowest are left out, as many as the scheme says;
    where the same marks tie, the one that stands later.
    """
    dropped = _dropped(scheme, scores, exempt)
    parts = tuple(_part(item, scores, exempt, dropped) for item in scheme.items)
    counted = [part for part in parts if part.standing == Standing.COUNTED]
    so_far = _sum(scheme, counted)
    waits = any(part.item.is_required and part.standing == Standing.MISSING for part in parts)
    if so_far is None or waits:
        return FinalMark(parts, so_far, None, None, "")
    mark = rounded(so_far / TEN, scheme.decimals)
    fails = any(
        part.item.is_required and part.score is not None and not part.score.is_passed
        for part in counted
    )
    is_passed = not fails and mark * TEN >= scheme.least_percent
    band = next((band.name for band in scheme.bands if mark >= band.least), "") * is_passed
    return FinalMark(parts, so_far, mark, is_passed, band)


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Return the number to so many places, a half upwards."""
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _part(
    item: Item, scores: Book, exempt: Collection[uuid.UUID], dropped: Collection[uuid.UUID]
) -> Part:
    score = scores.get(item.key)
    if item.key in exempt:
        return Part(item, Standing.EXEMPT, score)
    if score is None:
        return Part(item, Standing.MISSING)
    return Part(item, Standing.DROPPED if item.key in dropped else Standing.COUNTED, score)


def _dropped(scheme: Scheme, scores: Book, exempt: Collection[uuid.UUID]) -> set[uuid.UUID]:
    if not scheme.drop_lowest:
        return set()
    there = [
        (scores[item.key].percent, -place, item.key)
        for place, item in enumerate(scheme.items)
        if not item.is_required and item.key in scores and item.key not in exempt
    ]
    return {key for _percent, _place, key in sorted(there)[: scheme.drop_lowest]}


def _sum(scheme: Scheme, counted: Sequence[Part]) -> Decimal | None:
    """Return the percentage over the counted parts; None where nothing weighs anything."""
    scored = [(part.item, part.score) for part in counted if part.score is not None]
    if scheme.method == SchemeMethod.POINTS:
        whole = sum((score.max_points for _item, score in scored), Decimal(0))
        earned = sum((score.points for _item, score in scored), Decimal(0))
        return earned * WHOLE / whole if whole else None
    weights = sum((item.weight for item, _score in scored), Decimal(0))
    if not weights:
        return None
    total = sum((item.weight * score.percent for item, score in scored), Decimal(0))
    return total / weights


def scheme_of(cohort: Cohort) -> Scheme:
    """Return how the class works out its final mark. The class comes with its version."""
    return schemes_of([cohort])[cohort.pk]


def schemes_of(cohorts: Iterable[Cohort]) -> dict[int, Scheme]:
    """Return the same of some classes, by class: five queries for any number of them."""
    found = list(cohorts)
    decided = {
        row.cohort_id: row
        for row in GradeScheme.objects.filter(
            cohort__in=[cohort.pk for cohort in found]
        ).prefetch_related("items")
    }
    ruled = rules(*RULES)
    decimals = int(ruled.get("assessment.final_decimals", 1))
    least = int(ruled.get("assessment.pass_percent", 50))
    bands = _bands(ruled.get("assessment.classification", []))
    return {
        cohort.pk: _scheme(cohort, decided.get(cohort.pk), least, decimals=decimals, bands=bands)
        for cohort in found
    }


def decided_schemes(cohorts: Iterable[int]) -> dict[int, Scheme]:
    """Return, by class, the schemes of the classes that decided on one."""
    rows = Cohort.objects.filter(pk__in=list(cohorts), grade_scheme__isnull=False)
    return schemes_of(rows.select_related("version"))


def score_of(cell: GradeCell) -> Score:
    """Return the grade in force of a cell that comes with its entry."""
    entry = cell.entry
    return Score(entry.points, entry.max_points, entry.is_passed, cell.released_at is not None)


def _scheme(cohort: Cohort, row: GradeScheme | None, least: int, **rules: Any) -> Scheme:
    work = work_of(cohort.version)
    if row is None:
        return Scheme(items=tuple(work.values()), least_percent=least, **rules)
    rows = sorted(row.items.all(), key=lambda item: item.position)
    items = (_item(item, work.get(item.component_key)) for item in rows)
    return Scheme(
        items=tuple(item for item in items if item is not None),
        method=row.method,
        drop_lowest=row.drop_lowest,
        least_percent=row.least_percent,
        revision=row.revision,
        is_decided=True,
        **rules,
    )


def _item(row: GradeItem, work: Item | None) -> Item | None:
    """Return a component with what the class says of it; work the version lost is left out."""
    if row.max_points is not None and row.pass_percent is not None:
        work = Item(
            key=row.component_key,
            title_vi=row.title_vi,
            title_en=row.title_en,
            max_points=row.max_points,
            pass_percent=row.pass_percent,
            kind=PAPER,
        )
    return replace(work, weight=row.weight, is_required=row.is_required) if work else None


def work_of(version: CourseVersion) -> dict[uuid.UUID, Item]:
    """Return the graded work of a version by key, in the order of its lessons."""
    tests, works = quizzes_of(version), assignments_of(version)
    found = {}
    for block in outline(version).blocks():
        work = tests.get(block.key) or works.get(block.key)
        if work is not None and getattr(work, "is_graded", True):
            found[block.key] = Item(
                key=block.key,
                title_vi=work.title_vi,
                title_en=work.title_en,
                max_points=work.max_points,
                pass_percent=work.pass_percent,
                kind=TEST if block.key in tests else WORK,
            )
    return found


def _bands(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Return the classification in force, highest first; the names stand in the code list."""
    names = {row.code: row.name for row in Code.objects.filter(list="classification")}
    bands = [Band(Decimal(str(row["from"])), names.get(row["code"], row["code"])) for row in rows]
    return tuple(sorted(bands, key=lambda band: -band.least))


def books_of(places: Iterable[int]) -> dict[int, dict[uuid.UUID, Score]]:
    """Return the grades in force by place and component: one query."""
    cells = GradeCell.objects.filter(enrolment__in=list(places)).values_list(
        "enrolment_id",
        "component_key",
        "entry__points",
        "entry__max_points",
        "entry__is_passed",
        "released_at",
    )
    books: dict[int, dict[uuid.UUID, Score]] = defaultdict(dict)
    for place, key, points, most, passed, released in cells:
        books[place][key] = Score(points, most, passed, released is not None)
    return books


def exemptions_of(places: Iterable[int]) -> dict[int, set[uuid.UUID]]:
    """Return the components of which learners are exempt, by place: one query."""
    found: dict[int, set[uuid.UUID]] = defaultdict(set)
    rows = GradeExemption.objects.in_force().filter(enrolment__in=list(places))
    for place, key in rows.values_list("enrolment_id", "component_key"):
        found[place].add(key)
    return found


def finals_of(
    scheme: Scheme, places: Iterable[int], *, released_only: bool = False
) -> dict[int, FinalMark]:
    """Return the sums of some learners of a class, by place: two queries for any number.

    `released_only` leaves out what the learners do not see yet.
    """
    wanted = list(places)
    books, exempt = books_of(wanted), exemptions_of(wanted)
    if released_only:
        books = {
            place: {key: score for key, score in book.items() if score.is_released}
            for place, book in books.items()
        }
    return {
        place: final_of(scheme, books.get(place, {}), exempt.get(place, ())) for place in wanted
    }
