"""How people stand towards a round: what keeps them out of it, and what is only to be known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Posting, UnitClosure, User, UserQuerySet
from enrolments.models import Cohort, Enrolment, Nomination, NominationRound, RoundAnswer
from enrolments.models.cohorts import LIVE
from enrolments.models.places import EnrolmentState
from lms.clock import today

GONE = (EnrolmentState.WITHDRAWN, EnrolmentState.ENTERED_BY_MISTAKE)


@dataclass(frozen=True)
class Judged:
    """A person an officer names, and in words what speaks against it."""

    person: User
    note: str = ""
    faults: Sequence[str] = ()
    hints: Sequence[str] = ()

    @property
    def fits(self) -> bool:
        """Return whether the person may be named."""
        return not self.faults


def people_of(answer: RoundAnswer) -> UserQuerySet:
    """Return the people whom the unit may name: who hold a post in it or below it."""
    below = UnitClosure.objects.filter(ancestor=answer.unit_id).values("descendant")
    people: UserQuerySet = User.objects.active().posted_in(below)
    return people


@dataclass
class Standing:
    """Places, posts and other nominations of some people; a constant number of queries."""

    round: NominationRound
    cohorts: Sequence[Cohort]
    places: dict[int, list[Enrolment]] = field(default_factory=dict)
    elsewhere: set[int] = field(default_factory=set)
    wanted: set[int] = field(default_factory=set)
    categories: dict[int, int] = field(default_factory=dict)

    @classmethod
    def look(
        cls, asked: NominationRound, ids: Iterable[int], answer: RoundAnswer | None = None
    ) -> Standing:
        """See how these people stand; what the answer itself says of them does not count."""
        wanted = set(ids)
        held = Enrolment.objects.exclude(state__in=GONE).filter(learner__in=wanted)
        places = defaultdict(list)
        for place in held.select_related("cohort"):
            places[place.learner_id].append(place)
        named = Nomination.objects.filter(round=asked, person__in=wanted).exclude(answer=answer)
        posts = Posting.objects.in_force().primary().filter(user__in=wanted)
        return cls(
            round=asked,
            cohorts=list(asked.cohorts.order_by("starts_on", "code")),
            places=dict(places),
            elsewhere=set(named.values_list("person", flat=True)),
            wanted=set(asked.categories.values_list("pk", flat=True)),
            categories=dict(posts.values_list("user", "category")),
        )

    def faults(self, person_id: int, by: User) -> list[str]:
        """Return why a person cannot be named by this officer; nothing where they can."""
        found = []
        if person_id == by.pk:
            found.append(_("Nobody names themselves: another officer does."))
        if person_id in self.elsewhere:
            found.append(_("Named by another unit in this round."))
        category = self.categories.get(person_id)
        if self.wanted and category not in self.wanted:
            found.append(_("Not of the staff categories that are called."))
        return found + self._faults_of_places(person_id)

    def _faults_of_places(self, person_id: int) -> list[str]:
        found, ids = [], {cohort.pk for cohort in self.cohorts}
        for place in self.places.get(person_id, []):
            done = place.completed_at
            if place.cohort_id in ids:
                found.append(_("Already in class %(code)s.") % {"code": place.cohort.code})
            elif (
                place.cohort.course_id == self.round.course_id
                and done
                and timezone.localdate(done).year == today().year
            ):
                words = _("Has completed this course this year, in class %(code)s.")
                found.append(words % {"code": place.cohort.code})
        clashes = self._clashes(person_id)
        if self.cohorts and len(clashes) == len(self.cohorts):
            found.append(self.clash(person_id, self.cohorts[0]))
        return found

    def hints(self, person_id: int) -> list[str]:
        """Return the classes of the round which a person cannot attend, where others are left."""
        clashes = self._clashes(person_id)
        if len(clashes) == len(self.cohorts):
            return []
        return [f"{cohort.code}: {self.clash(person_id, cohort)}" for cohort in clashes]

    def _clashes(self, person_id: int) -> list[Cohort]:
        return [cohort for cohort in self.cohorts if self.clash(person_id, cohort)]

    def clash(self, person_id: int, cohort: Cohort) -> str:
        """Return which class meets in the same days, or nothing."""
        for place in self.places.get(person_id, []):
            other = place.cohort
            if other.pk == cohort.pk or other.is_self_paced or cohort.is_self_paced:
                continue
            if place.completed_at or other.state not in LIVE:
                continue
            if other.starts_on <= cohort.ends_on and cohort.starts_on <= other.ends_on:
                words = _("Clash of dates with class %(code)s (%(first)s – %(last)s).")
                days = {"first": f"{other.starts_on:%d/%m/%Y}", "last": f"{other.ends_on:%d/%m/%Y}"}
                return words % {"code": other.code, **days}
        return ""


def judge(
    answer: RoundAnswer, people: Sequence[User], by: User, notes: dict[int, str] | None = None
) -> list[Judged]:
    """Return what is to be said of each person before the list is sent."""
    standing = Standing.look(answer.round, [person.pk for person in people], answer)
    return [
        Judged(
            person,
            (notes or {}).get(person.pk, ""),
            standing.faults(person.pk, by),
            standing.hints(person.pk),
        )
        for person in people
    ]
