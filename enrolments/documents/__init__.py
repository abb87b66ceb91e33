"""Documents of a class: declared here, filled by the `registry.py` of this app and of higher ones.

A document is an `lms.official.Official` made from the data of one class, for one person: what is
offered, of what, and why not yet, is asked once for the page and again before each download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise

from accounts.models import User
from enrolments.models import Cohort, Enrolment, Session
from enrolments.models.places import EnrolmentQuerySet
from enrolments.sight import Seen
from lms.official import Official
from lms.registries import Registry

Words = str | Promise
ORDER = ("learner_sort_key", "pk")


@dataclass
class Dossier:
    """What several documents of a class ask for, read once. Sight is the reader's own."""

    seen: Seen
    learners: int = field(init=False)

    def __post_init__(self) -> None:
        self.learners = self.everybody.count()

    @property
    def cohort(self) -> Cohort:
        """Return the class."""
        return self.seen.cohort

    @property
    def user(self) -> User:
        """Return the reader."""
        return self.seen.user

    @property
    def everybody(self) -> EnrolmentQuerySet:
        """Return all places in force, for documents of those who may see the whole class."""
        return Enrolment.objects.filter(cohort=self.cohort).in_force()

    @cached_property
    def sessions(self) -> list[Session]:
        """Return the sessions that are held, in order."""
        held = self.cohort.sessions.filter(cancelled_at=None).select_related("trainer")
        return list(held.order_by("starts_at", "pk"))


@dataclass(frozen=True)
class Offer:
    """A document as this person may have it: of what, how long, or why not yet."""

    key: str = ""
    label: Words = ""
    rows: int = 0
    missing: Words = ""


@dataclass(frozen=True)
class ClassDocument:
    """A kind of document. No offer at all means that it is not for this person.

    `make` is only called for an offer without anything missing.
    """

    code: str
    name: Words
    used: Words
    offers: Callable[[Dossier], Sequence[Offer]]
    make: Callable[[Dossier, str], Official]


class_documents: Registry[ClassDocument] = Registry("class documents")
