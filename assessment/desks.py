"""What one marker sees of a work: under which name, whose mark, whether it is theirs to give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from assessment.models import BlindMark, GradeCell, Mark, Release, Submission
from assessment.models.assignments import SubmissionQuerySet
from assessment.models.marking_plans import plans_of_works


@dataclass(frozen=True)
class Desk:
    """A work before one marker. `last` is their own mark where two judge, else the one in force."""

    work: Submission
    is_blind: bool
    hides_name: bool
    is_known: bool
    last: Mark | BlindMark | None
    in_force: Mark | None

    @property
    def is_closed(self) -> bool:
        """Return whether the mark is no longer this marker's to give."""
        return self.is_blind and self.in_force is not None

    @property
    def name(self) -> str:
        """Return the learner's name, or the code that stands for it."""
        return self.work.code if self.hides_name else self.work.enrolment.learner.full_name


def desk(work: Any, marker: User) -> Desk:
    """Return what a marker may see of a work that they may read, out of `with_ways`."""
    in_force = work.marks.select_related("marker").order_by("-pk").first()
    last = in_force
    if work.is_double:
        own = BlindMark.objects.filter(submission=work, marker=marker)
        last = own.select_related("marker").order_by("-pk").first()
    return Desk(
        work=work,
        is_blind=work.is_double,
        hides_name=work.hides_name,
        is_known=work.is_known,
        last=last,
        in_force=in_force,
    )


def is_shown(work: Submission) -> bool:
    """Return whether the learner may know the result: a change is then a correction."""
    return _known(work.enrolment_id, work.assignment_key).exists()


def _known(enrolment: Any, key: Any) -> QuerySet[GradeCell]:
    return GradeCell.objects.filter(
        enrolment=enrolment, component_key=key, released_at__isnull=False
    )


def with_ways(works: SubmissionQuerySet) -> SubmissionQuerySet:
    """Annotate how works are marked.

    `is_double`: by two, independently. `hides_name`: markers see a code until the release.
    `is_known`: the learner may know the result, as `is_shown` says of one work.
    """
    released = Release.objects.filter(
        cohort=OuterRef("enrolment__cohort"), component_key=OuterRef("assignment_key")
    )
    plans = plans_of_works()
    return works.annotate(
        is_double=Exists(plans.filter(is_double=True)),
        is_known=Exists(_known(OuterRef("enrolment"), OuterRef("assignment_key"))),
        hides_name=Exists(plans.filter(is_anonymous=True)) & ~Exists(released),
    )
