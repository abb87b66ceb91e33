"""The people of a unit as their officer or head follows them: periods, duties, classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Posting, RoleGrant, Unit, User
from accounts.permissions import Permission, roles_with
from enrolments.models import Enrolment, Obligation
from enrolments.models.duties import ObligationStatus
from lms.clock import today
from reporting.tracking import PROGRAMME, Moment, asked_of, credited_in, requirements

ORDER = ("user__sort_key", "pk")
WEEK = dt.timedelta(days=7)
OPEN = (ObligationStatus.OPEN, ObligationStatus.OVERDUE)


@dataclass(frozen=True)
class PersonRow:
    """One line of the list."""

    person: User
    unit: str
    category: str
    credited: Decimal
    asked: int | None
    open: int
    late: int
    places: list[Enrolment]

    @property
    def missing(self) -> Decimal:
        """Return the periods still to come this year."""
        return max(Decimal(self.asked or 0) - self.credited, Decimal(0))


def now() -> Moment:
    """Return this year, as it stands today."""
    return Moment(today().year, today())


def posts_of(units: Sequence[Unit]) -> QuerySet[Posting]:
    """Return the primary posts held today in these units or below them, with what a line tells.

    Of two units none lies below the other, so nobody stands there twice.
    """
    at = now()
    posts = Posting.objects.in_force().primary().filter(unit__ancestor_links__ancestor__in=units)
    posts = posts.annotate(
        asked=asked_of(requirements(at.year), at),
        credited=credited_in(at),
        late=_duties(ObligationStatus.OVERDUE),
        open_duties=_duties(*OPEN),
    )
    places = Enrolment.objects.unfinished().select_related("cohort").order_by("pk")
    learning = Prefetch("user__enrolments", places, to_attr="places_now")
    return posts.select_related("user", "unit", "category").prefetch_related(learning)


def _duties(*statuses: str) -> Coalesce:
    duties = Obligation.objects.filter(person=OuterRef("user"), status__in=statuses)
    counted = duties.order_by().values("person").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def due_by(day: dt.date) -> Exists:
    """Return whether the person of a post has something open that is due by a day."""
    duties = Obligation.objects.filter(person=OuterRef("user"), status=ObligationStatus.OPEN)
    return Exists(duties.filter(due_on__lte=day))


def overdue() -> Exists:
    """Return whether the person of a post has something overdue."""
    duties = Obligation.objects.filter(person=OuterRef("user"))
    return Exists(duties.filter(status=ObligationStatus.OVERDUE))


def posts_in_charge(user: User, permission: Permission) -> QuerySet[Posting]:
    """Return the primary posts held today in all units of a permission."""
    units = Unit.objects.allowing(user, permission)
    return Posting.objects.in_force().primary().filter(unit__in=units.values("pk"))


def narrowed_to(posts: QuerySet[Posting], state: str) -> QuerySet[Posting]:
    """Return the posts of the people who stand so."""
    if state == "overdue":
        return posts.filter(overdue())
    if state == "soon":
        return posts.filter(due_by(today() + WEEK))
    if state == "open":
        return posts.filter(Q(open_duties__gt=0))
    if state == "hours":
        return posts.filter(Q(asked__isnull=False, credited__lt=F("asked")))
    if state == "never":
        return posts.filter(user__last_login=None)
    return posts


def with_duty(posts: QuerySet[Posting], key: int) -> QuerySet[Posting]:
    """Return the posts of the people who have a column of the table to finish, or had."""
    duties = Obligation.objects.exclude(
        Q(status=ObligationStatus.CANCELLED) | Q(status=ObligationStatus.WAIVED)
    )
    of_column = Q(course=key) if key > 0 else Q(course=None, **{PROGRAMME: -key})
    return posts.filter(user__in=duties.filter(of_column).values("person"))


def person_row(post: Posting) -> PersonRow:
    """Return a post that `posts_of` has read as a line."""
    facts = vars(post)
    return PersonRow(
        person=post.user,
        unit=post.unit.name,
        category=post.category.name,
        credited=facts["credited"],
        asked=facts["asked"],
        open=facts["open_duties"],
        late=facts["late"],
        places=vars(post.user)["places_now"],
    )


def officers_of(unit: Unit) -> QuerySet[User]:
    """Return who sends the people of a unit to classes: officers of it, or above it."""
    grants = RoleGrant.objects.in_force().filter(
        user=OuterRef("pk"),
        role__in=roles_with(Permission.SEND_PEOPLE),
        unit__descendant_links__descendant=unit,
    )
    nearest = grants.order_by("unit__descendant_links__depth")
    depth = Subquery(nearest.values("unit__descendant_links__depth")[:1])
    people = User.objects.active().annotate(depth=depth).exclude(Q(depth=None))
    found: QuerySet[User] = people.order_by("depth", "pk")
    return found
