"""Another class with what was done so far, a place put off, another person in one's seat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from audit.actions import record
from enrolments.actions.duties import carry_duties, refuse_own
from enrolments.actions.places import enrol, free_seats, lock_class, take_seats, withdraw
from enrolments.actions.progress import settle
from enrolments.errors import Refused
from enrolments.models import BlockProgress, Cohort, Enrolment, LessonProgress, Obligation
from enrolments.models.places import EnrolmentSource, EnrolmentState
from enrolments.signals import enrolment_moved
from lms.clock import today

MOVABLE: Final = (EnrolmentState.ENROLLED, EnrolmentState.STUDYING, EnrolmentState.DEFERRED)
LEFT_BEHIND: Final = (EnrolmentState.TRANSFERRED, EnrolmentState.ENTERED_BY_MISTAKE)
Progress = TypeVar("Progress", bound=models.Model)


@transaction.atomic
def transfer(*, enrolment: Enrolment, to: Cohort, by: User, reason: str) -> Enrolment:
    """Let a learner go on in another class of the course, with progress, marks and duty.

    Who has begun keeps the version they began. Higher apps hear `enrolment_moved` and may refuse.
    Raises `Refused` for a place that no longer stands and for a class that cannot take them.
    """
    refuse_own(enrolment.learner_id, by)
    target = _lock_both(enrolment.cohort_id, to)
    held = _held(enrolment)
    reason_against = why_not(held, target)
    if reason_against:
        raise Refused(reason_against)
    take_seats(target, [held.sending_unit_id])
    if held.state != EnrolmentState.DEFERRED:
        free_seats(held.cohort_id)
    place = _place(held, target, by)
    _copy_progress(held, place)
    Enrolment.objects.filter(pk=held.pk).update(
        state=EnrolmentState.TRANSFERRED, deferred_until=None, withdrawn_reason=reason
    )
    carry_duties(duties=_duties(held), to=place, due_on=target.ends_on, by=by, reason=reason)
    settle(enrolment=place)
    record(
        by=by,
        action="transfer",
        target=place,
        unit_id=place.sending_unit_id,
        before={"cohort": held.cohort_id},
        after={"cohort": target.pk},
        reason=reason,
    )
    enrolment_moved.send(sender=Enrolment, before=held, after=place, by=by)
    return place


def _lock_both(left: int, to: Cohort) -> Cohort:
    """Lock both classes by key: two who swap places in opposite directions wait, not block."""
    rows = Cohort.objects.filter(pk__in=[left, to.pk]).order_by("pk")
    list(rows.select_for_update(of=("self",)))
    return lock_class(to)


def _held(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("version", "cohort")
    return rows.get(pk=enrolment.pk)


def why_not(place: Enrolment, to: Cohort) -> str:
    """Return why a place cannot be carried over to a class, or nothing."""
    if place.state not in MOVABLE:
        return _("Only learners who have not finished go to another class.")
    if to.pk == place.cohort_id or to.course_id != place.cohort.course_id:
        return _("The class is not another one of this course.")
    if not to.takes_learners:
        return _("The class is not taking learners.")
    known = Enrolment.objects.filter(cohort=to, learner=place.learner_id)
    if known.exclude(state__in=LEFT_BEHIND).exists():
        return _("The learner has, or had, a place in that class: send them there instead.")
    return ""


def _place(held: Enrolment, target: Cohort, by: User) -> Enrolment:
    """Return the place in the other class; one left earlier is taken up again."""
    has_begun = held.started_at is not None
    left = Enrolment.objects.filter(
        cohort=target, learner=held.learner_id, state=EnrolmentState.TRANSFERRED
    )
    place = left.select_for_update().first() or Enrolment(cohort=target, learner_id=held.learner_id)
    place.version = held.version if has_begun else target.version
    place.state = EnrolmentState.STUDYING if has_begun else EnrolmentState.ENROLLED
    place.source = EnrolmentSource.TRANSFER
    place.moved_from = held
    place.withdrawn_reason = ""
    place.enrolled_by = by
    for name in CARRIED:
        setattr(place, name, getattr(held, name))
    place.save()
    return place


CARRIED: Final = (
    "sending_unit_id", "sending_decision_id", "learner_sort_key", "lessons_done", "lessons_total",
    "progress_percent", "last_lesson_key", "started_at", "last_active_at",
)  # fmt: skip


def _copy_progress(held: Enrolment, place: Enrolment) -> None:
    """Copy what was opened and done; in a place taken up again it replaces what was known there."""
    lessons = list(LessonProgress.objects.filter(enrolment=held))
    blocks = list(BlockProgress.objects.filter(enrolment=held))
    LessonProgress.objects.bulk_create(
        _copies(lessons, place),
        update_conflicts=True,
        unique_fields=["enrolment", "lesson_key"],
        update_fields=["completed_at"],
    )
    BlockProgress.objects.bulk_create(
        _copies(blocks, place),
        update_conflicts=True,
        unique_fields=["enrolment", "block_key"],
        update_fields=["state", "completed_at"],
    )


def _copies(rows: Sequence[Progress], place: Enrolment) -> list[Progress]:
    for row in rows:
        row.pk = None
        row.enrolment = place  # type: ignore[attr-defined]  # both kinds of progress have one
    return list(rows)


def _duties(place: Enrolment) -> list[Obligation]:
    return list(Obligation.objects.filter(enrolment=place))


@transaction.atomic
def defer(*, enrolment: Enrolment, until: dt.date, by: User, reason: str) -> bool:
    """Bảo lưu: put a place off until a day, with what was done; False if it was done before.

    The seat is freed and the duty is due on that day; a class of the course is found by then.
    """
    refuse_own(enrolment.learner_id, by)
    if until <= today():
        raise Refused(_("This day has passed."))
    lock_class(enrolment.cohort)  # as a transfer does: the class first, then the place
    standing = Enrolment.objects.unfinished().filter(pk=enrolment.pk)
    changed = standing.update(
        state=EnrolmentState.DEFERRED, deferred_until=until, withdrawn_reason=reason
    )
    if not changed:
        return False
    free_seats(enrolment.cohort_id)
    place = _held(enrolment)
    carry_duties(duties=_duties(place), to=place, due_on=until, by=by, reason=reason)
    record(
        by=by,
        action="defer",
        target=place,
        unit_id=place.sending_unit_id,
        after={"until": until.isoformat()},
        reason=reason,
    )
    enrolment_moved.send(sender=Enrolment, before=place, after=place, by=by)
    return True


@transaction.atomic
def resume_place(*, enrolment: Enrolment, by: User) -> bool:
    """Take a place that was put off up again in its own class; False if it no longer waits."""
    refuse_own(enrolment.learner_id, by)
    cohort = lock_class(enrolment.cohort)
    place = _held(enrolment)
    if place.state != EnrolmentState.DEFERRED:
        return False
    take_seats(cohort, [place.sending_unit_id])
    place.state = EnrolmentState.STUDYING if place.started_at else EnrolmentState.ENROLLED
    place.deferred_until, place.withdrawn_reason = None, ""
    place.save(update_fields=["state", "deferred_until", "withdrawn_reason"])
    reason = _("taken up again")
    carry_duties(duties=_duties(place), to=place, due_on=cohort.ends_on, by=by, reason=reason)
    record(by=by, action="resume_place", target=place, unit_id=place.sending_unit_id)
    return True


@transaction.atomic
def substitute(
    *, enrolment: Enrolment, person: User, unit: Unit, by: User, reason: str
) -> Enrolment:
    """Send another person of the unit in a learner's seat, by the same decision.

    The seat never becomes free in between. Raises `Refused` if either no longer can.
    """
    cohort = lock_class(enrolment.cohort)
    if cohort.enrolments.in_force().filter(learner=person).exists():
        raise Refused(_("%(name)s is in the class already.") % {"name": person.full_name})
    words = _("Replaced by %(name)s: %(reason)s") % {"name": person.full_name, "reason": reason}
    if not withdraw(enrolment=enrolment, by=by, reason=words):
        raise Refused(_("The learner has left the class meanwhile."))
    return enrol(
        cohort=cohort,
        learner=person,
        unit=unit,
        by=by,
        source=EnrolmentSource.SUBSTITUTE,
        decision=enrolment.sending_decision,
    )
