"""The consolidated list of a round: who is on it, into which classes it is divided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Posting
from enrolments.models import Cohort, Nomination, NominationRound
from enrolments.models.rounds import AnswerState

ONE, ALPHABET, UNITS = "one", "alphabet", "units"
ORDER: Final = ("sort_key", "pk")


def nominees(asked: NominationRound) -> QuerySet[Nomination]:
    """Return whom the units name; a list that was returned does not count until it is sent."""
    held = Nomination.objects.filter(round=asked, answer__state=AnswerState.SENT)
    return held.select_related("person", "answer__unit", "answer__decision", "cohort", "enrolment")


def with_posts(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """Load the posts of the people as `person.posts`, the primary one first."""
    posts = Posting.objects.in_force().select_related("unit").order_by("-is_primary", "pk")
    return rows.prefetch_related(Prefetch("person__postings", queryset=posts, to_attr="posts"))


def look_alikes(asked: NominationRound) -> set[int]:
    """Return the people of whom there is another with the same name and year of birth."""
    people = nominees(asked).order_by().values("person__search_key", "person__birth_year")
    several = people.annotate(n=Count("pk")).filter(n__gt=1)
    same = Q(pk__in=[])
    for row in several[:200]:
        same |= Q(
            person__search_key=row["person__search_key"],
            person__birth_year=row["person__birth_year"],
        )
    found = nominees(asked).filter(same) if same != Q(pk__in=[]) else Nomination.objects.none()
    return set(found.values_list("person", flat=True))


@dataclass
class Share:
    """What a class gets when the list is divided, beside those who have a place already."""

    cohort: Cohort
    people: list[Nomination]

    @property
    def room(self) -> int | None:
        """Return how many more fit."""
        left = self.cohort.seats_left
        return None if left is None else left - len(self.people)

    def fits(self, number: int) -> bool:
        """Return whether so many more fit."""
        return self.room is None or self.room >= number


@dataclass
class Division:
    """The whole list divided, and who is left without a class."""

    shares: list[Share]
    left_out: list[Nomination]

    def chosen(self) -> dict[int, int | None]:
        """Return the class of each nomination."""
        found: dict[int, int | None] = {row.pk: None for row in self.left_out}
        for share in self.shares:
            found |= {row.pk: share.cohort.pk for row in share.people}
        return found


def divide(people: Sequence[Nomination], cohorts: Sequence[Cohort], way: str) -> Division:
    """Divide people among classes as evenly as their seats allow."""
    division = Division([Share(cohort, []) for cohort in cohorts], [])
    waiting = [row for row in people if row.enrolment_id is None]
    if way == UNITS:
        _by_unit(division, waiting)
    else:
        _in_order(division, waiting)
    return division


def _emptiest(shares: Sequence[Share], number: int = 1) -> Share | None:
    return min(
        (share for share in shares if share.fits(number)),
        key=lambda share: len(share.people),
        default=None,
    )


def _in_order(division: Division, people: Sequence[Nomination]) -> None:
    """Give each class a stretch of the list; the stretches are equal where the seats allow it."""
    sizes: dict[int, int] = defaultdict(int)
    counted = [Share(share.cohort, []) for share in division.shares]
    for row in people:
        share = _emptiest(counted)
        if share is None:
            break
        share.people.append(row)
        sizes[share.cohort.pk] += 1
    start = 0
    for share in division.shares:
        end = start + sizes[share.cohort.pk]
        share.people = list(people[start:end])
        start = end
    division.left_out = list(people[start:])


def _by_unit(division: Division, people: Sequence[Nomination]) -> None:
    """Keep the people of a unit together, the largest unit first; split one that fits nowhere."""
    units: dict[int, list[Nomination]] = defaultdict(list)
    for row in people:
        units[row.answer.unit_id].append(row)
    for group in sorted(units.values(), key=len, reverse=True):
        whole = _emptiest(division.shares, len(group))
        for row in group:
            share = whole or _emptiest(division.shares)
            if share is None:
                division.left_out.append(row)
            else:
                share.people.append(row)


def only_of(asked: NominationRound, chosen: Mapping[int, int | None]) -> dict[int, int | None]:
    """Return the choices that name a class of the round."""
    classes = set(asked.cohorts.values_list("pk", flat=True))
    return {pk: cohort for pk, cohort in chosen.items() if cohort is None or cohort in classes}
