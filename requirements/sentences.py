"""The rule of an audience: alternatives, each a sentence of conditions that all must hold.

Kept as JSON, read with a schema: what cannot be read, and a sentence without any condition,
admits nobody. The people are those whose primary post lies in the audience's unit or below it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Posting, Unit, UnitClosure, UnitKind, User
from courses.models import Course
from enrolments.models import Enrolment
from enrolments.models.places import EnrolmentState
from lms.clock import end_of_day, today
from reference.models import Code
from requirements.models import Audience, PersonTag

CATEGORIES, POSITIONS, TAGS = "staff_category", "position", "person_tag"
AT_MOST = 3  # sentences of a rule


class UnreadableError(ValueError):
    """A rule that cannot be read; the message is a translated sentence."""


@dataclass(frozen=True)
class Sentence:
    """Conditions that all must hold; an empty one asks nothing."""

    units: tuple[int, ...] = ()  # these and all below them
    kinds: tuple[str, ...] = ()  # of the unit, or of one above it
    categories: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    heads: bool = False
    tags: tuple[str, ...] = ()
    posted_since: str = ""  # ISO day: in the post from this day or later
    course: int | None = None
    done: bool = False  # has completed the course, or has not
    years: int | None = None  # within so many years; None: ever

    @property
    def is_empty(self) -> bool:
        """Return whether it would take everybody."""
        return self == Sentence() or self == Sentence(done=self.done, years=self.years)

    def stored(self) -> dict[str, Any]:
        """Return it as the database keeps it: what asks nothing is left out."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()
        }


def read(stored: object) -> list[Sentence]:
    """Return the sentences of a stored rule; raise `UnreadableError` where it is malformed."""
    if not isinstance(stored, list) or not stored:
        raise UnreadableError(_("The rule names no condition: it would take nobody."))
    sentences = [_one(item) for item in stored]
    if any(sentence.is_empty for sentence in sentences):
        raise UnreadableError(_("A sentence without any condition would take everybody."))
    return sentences


def _one(item: object) -> Sentence:
    known: dict[str, Any] = {field.name: field.default for field in fields(Sentence)}
    if not isinstance(item, dict) or not set(item) <= set(known):
        raise UnreadableError(_("The rule holds a condition that is not known."))
    told: dict[str, Any] = item
    values: dict[str, Any] = {}
    for name, value in told.items():
        is_list = isinstance(known[name], tuple)
        wanted: type = list if is_list else int if known[name] is None else type(known[name])
        if not isinstance(value, wanted):
            raise UnreadableError(_("The rule holds a condition that cannot be read."))
        values[name] = _kept(value, is_list=is_list)
    if values.get("posted_since"):
        _day(values["posted_since"])
    return Sentence(**values)


def _kept(value: Any, *, is_list: bool) -> Any:
    return tuple(value) if is_list else value


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableError(_("The rule holds a condition that cannot be read.")) from error


def belong(audience: Audience, sentences: Sequence[Sentence]) -> Q:
    """Return which people belong today, as a condition on `User`."""
    below = UnitClosure.objects.filter(ancestor=audience.unit_id).values("descendant")
    posts = Posting.objects.in_force().primary().filter(unit__in=below)
    whole = Q()
    for sentence in sentences:
        whole |= _condition(sentence)
    if not sentences:
        return Q(pk__in=[])
    return Q(pk__in=posts.filter(whole).values("user"), archived_at=None)


def _condition(sentence: Sentence) -> Q:
    """Return the sentence as a condition on the primary post."""
    plain: dict[str, Any] = {
        "category__code__in": sentence.categories,
        "position__code__in": sentence.positions,
        "is_head": sentence.heads,
        "since__gte": sentence.posted_since and _day(sentence.posted_since),
    }
    found = Q(**{lookup: value for lookup, value in plain.items() if value})
    if sentence.units:
        found &= Q(unit__in=_below(ancestor__in=sentence.units))
    if sentence.kinds:
        found &= Q(unit__in=_below(ancestor__kind__in=sentence.kinds))
    if sentence.tags:
        tagged = PersonTag.objects.filter(tag__list=TAGS, tag__code__in=sentence.tags)
        found &= Q(user__in=tagged.values("person"))
    return found & _studied(sentence) if sentence.course else found


def _below(**above: Any) -> Any:
    return UnitClosure.objects.filter(**above).values("descendant")


def _studied(sentence: Sentence) -> Q:
    done = Enrolment.objects.filter(
        cohort__course=sentence.course, state=EnrolmentState.COMPLETED, completed_at__isnull=False
    )
    if sentence.years:
        since = today() - relativedelta(years=sentence.years)
        done = done.filter(completed_at__gt=end_of_day(since))
    has = Q(user__in=done.values("learner"))
    return has if sentence.done else ~has


@dataclass(frozen=True)
class Names:
    """The names of what sentences point at, read once."""

    units: dict[int, str]
    codes: dict[tuple[str, str], str]
    courses: dict[int, str]

    @classmethod
    def of(cls, sentences: Iterable[Sentence]) -> Names:
        """Read the names; three queries at most."""
        told = list(sentences)
        units = {pk for one in told for pk in one.units}
        courses = {one.course for one in told if one.course}
        lists = Code.objects.filter(list__in=[CATEGORIES, POSITIONS, TAGS])
        found = Course.objects.filter(pk__in=courses).values_list("pk", "code", "title_vi")
        return cls(
            dict(Unit.objects.filter(pk__in=units).values_list("pk", "name")) if units else {},
            {(row.list, row.code): row.name for row in lists},
            {pk: f"{code} {title}" for pk, code, title in found} if courses else {},
        )


def in_words(sentence: Sentence, names: Names) -> list[str]:
    """Return the conditions of a sentence in words, in the reader's language."""
    units = _joined(names.units.get(pk, "?") for pk in sentence.units)
    kinds = _joined(str(UnitKind(kind).label) for kind in sentence.kinds if kind in UnitKind)
    words: list[tuple[Any, str]] = [
        (sentence.categories, _coded(_("category: %s"), CATEGORIES, sentence.categories, names)),
        (sentence.positions, _coded(_("position: %s"), POSITIONS, sentence.positions, names)),
        (sentence.heads, _("head of a unit")),
        (sentence.kinds, _("kind of unit: %s") % kinds),
        (sentence.units, _("in %s, with all below it") % units),
        (sentence.tags, _coded(_("marked: %s"), TAGS, sentence.tags, names)),
        (sentence.posted_since, _since(sentence.posted_since)),
        (sentence.course, _course(sentence, names)),
    ]
    return [text for condition, text in words if condition]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _coded(text: str, code_list: str, codes: Sequence[str], names: Names) -> str:
    return text % _joined(names.codes.get((code_list, code), code) for code in codes)


def _since(text: str) -> str:
    if not text:
        return ""
    return _("in the post since %s or later") % date_format(_day(text), "d/m/Y")


def _course(sentence: Sentence, names: Names) -> str:
    facts = {"course": names.courses.get(sentence.course or 0, "?"), "years": sentence.years}
    if sentence.done and sentence.years:
        return _("has completed %(course)s within %(years)s years") % facts
    if sentence.done:
        return _("has completed %(course)s") % facts
    if sentence.years:
        return _("has not completed %(course)s within %(years)s years") % facts
    return _("has not completed %(course)s") % facts


def rule_in_words(stored: object) -> list[list[str]]:
    """Return a stored rule in words, alternative by alternative; [] where it cannot be read."""
    try:
        sentences = read(stored)
    except UnreadableError:
        return []
    names = Names.of(sentences)
    return [in_words(sentence, names) for sentence in sentences]


def count_of(audience: Audience, sentences: Sequence[Sentence]) -> int:
    """Return how many people belong today."""
    found: int = User.objects.filter(belong(audience, sentences)).count()
    return found
