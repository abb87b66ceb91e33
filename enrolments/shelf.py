"""My courses on the home page: tabs, counts, cards, and the card to go on with."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, DateField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.outline import READ_OF_VERSION
from enrolments.models import Enrolment, Obligation
from enrolments.models.places import EnrolmentSource, EnrolmentState
from enrolments.standing import Standing, may_study, standing_of
from lms.pages import Page, keyset_page

STUDYING, REQUIRED, COMPLETED = "dang-hoc", "bat-buoc", "da-hoan-thanh"
TABS: dict[str, Promise] = {
    STUDYING: _("Studying"),
    REQUIRED: _("Required"),
    COMPLETED: pgettext_lazy("tab", "Completed"),
}
CARDS = 12
UNFINISHED = Q(state__in=[EnrolmentState.ENROLLED, EnrolmentState.STUDYING])
FILTERS: dict[str, Q] = {
    STUDYING: UNFINISHED,
    REQUIRED: UNFINISHED & ~Q(source=EnrolmentSource.SELF),
    COMPLETED: Q(state=EnrolmentState.COMPLETED),
}
ORDER = ("-recent", "-pk")
PERIODS = ("periods_online", "periods_class", "periods_guided", "periods_test")
# What cards and the card to go on with read; the rest of six tables stays where it is.
READ = (
    *("learner_id", "state", "source", "lessons_done", "lessons_total", "progress_percent"),
    *("last_lesson_key", "started_at", "last_active_at", "completed_at", "enrolled_at"),
    *(f"cohort__{name}" for name in ("name", "state", "starts_on", "ends_on")),
    *(f"version__{name}" for name in (*READ_OF_VERSION, *PERIODS)),
    "version__course__subject__tone",
    "version__course__subject__icon",
    "version__course__provider__name_vi",
    "version__course__provider__name_en",
)


@dataclass(frozen=True)
class Tab:
    """A tab with its count."""

    key: str
    label: Promise
    count: int
    current: bool


@dataclass(frozen=True)
class Shelf:
    """The tabs and the cards of the chosen one."""

    tabs: list[Tab]
    page: Page[Enrolment]
    chosen: str

    @property
    def is_empty(self) -> bool:
        """Tell whether the person has no class at all."""
        return not any(tab.count for tab in self.tabs)


def shelf_of(person: User, request: HttpRequest) -> Shelf:
    """Return the courses of a person for the tab the request asks for; two queries."""
    wanted = request.GET.get("muc", STUDYING)
    chosen = wanted if wanted in TABS else STUDYING
    places = Enrolment.objects.in_force().filter(learner=person)
    counts = places.aggregate(**{key: Count("pk", filter=rows) for key, rows in FILTERS.items()})
    tabs = [Tab(key, label, counts[key], key == chosen) for key, label in TABS.items()]
    rows = keyset_page(cards(places.filter(FILTERS[chosen])), request, ORDER, CARDS)
    return Shelf(tabs, rows, chosen)


def cards(places: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Join what a card shows, its due date among it."""
    duty = Obligation.objects.filter(enrolment=OuterRef("pk")).order_by("-cycle")
    joined = places.select_related(
        "cohort", "version__course__subject", "version__course__provider"
    )
    return joined.only(*READ).annotate(
        recent=Coalesce("last_active_at", "enrolled_at"),
        due_on=Subquery(duty.values("due_on")[:1], output_field=DateField()),
    )


def going_on(person: User, shelf: Shelf) -> Standing | None:
    """Return the place studied last that is open today, and where to go on in it."""
    first_page = shelf.chosen == STUDYING and not shelf.page.previous_token
    if first_page:
        rows = shelf.page.rows
    else:
        open_places = Enrolment.objects.unfinished().filter(learner=person)
        rows = list(cards(open_places).order_by(*ORDER)[:CARDS])
    open_rows = [row for row in rows if may_study(row)]
    # A class one was sent to yesterday does not push aside what one studied last week.
    studied = [row for row in open_rows if row.last_active_at]
    place = next(iter(studied + open_rows), None)
    return standing_of(place) if place else None
