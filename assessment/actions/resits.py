"""Resits: who sits again when, their marks, and what of them counts.

Marks are a draft until they are released, which enters both what was reached and what counts. The
ledger is written here and not through the gradebook: results may rest on a recognition by then,
and a resit opens them for exactly the persons listed, for a supplementary one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from assessment.actions.grades import grade_event, is_released, refuse_learner
from assessment.errors import GradebookRefused
from assessment.frozen import quiz_of
from assessment.gradebook import Item, scheme_of
from assessment.marking import CENT
from assessment.models import GradeCell, GradeEntry, Resit, ResitPlace
from assessment.models.grades import GradeSource
from assessment.notices import RESIT
from assessment.resits import candidates, counting
from audit.actions import record, record_many
from enrolments.actions.progress import complete_block
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import Result
from lms.templatetags.ui import vi_number
from notifications.actions import NoticeSpec, plan_notices, stop_notices


@dataclass(frozen=True)
class ResitPlan:
    """When, where, by which document and rule; and the places that sit again."""

    held_at: dt.datetime
    place: str
    rule: str
    document: str
    places: Sequence[int]


@transaction.atomic
def open_resit(*, cohort: Cohort, key: uuid.UUID, plan: ResitPlan, by: User) -> Resit:
    """Set a resit for learners who did not pass, or have no mark; they are told. Once at a time."""
    cohorts = Cohort.objects.select_for_update(of=("self",)).select_related("version")
    held = cohorts.get(pk=cohort.pk)
    refuse_learner(held, by)
    item = _item(held, key)
    known = Resit.objects.open().filter(cohort=held, component_key=key).first()
    if known and (known.held_at, known.rule, known.document) == _said(plan):
        return known
    if known:
        raise GradebookRefused(_("A resit of this component is open already."))
    _refuse_unreleased(held, item)
    offered = {row.place.pk for row in candidates(held, item)}
    wanted = [pk for pk in plan.places if pk in offered]
    if not wanted:
        raise GradebookRefused(_("Tick who sits again."))
    row = Resit.objects.create(
        cohort=held,
        component_key=key,
        held_at=plan.held_at,
        place=plan.place,
        rule=plan.rule,
        document=plan.document,
        made_by=by,
    )
    ResitPlace.objects.bulk_create(ResitPlace(resit=row, enrolment_id=pk) for pk in wanted)
    _tell(row, "open_resit", by, {"places": len(wanted), "held_at": plan.held_at.isoformat()})
    plan_notices(notices=_notices(row, item, _listed(row), "set"))
    return row


@transaction.atomic
def call_off(*, resit: Resit, by: User, reason: str) -> bool:
    """Call a resit off before anybody has a mark; the learners are told. False if it was before."""
    held = _held(resit)
    refuse_learner(held.cohort, by)
    if not held.is_open:
        return False
    listed = list(_listed(held))
    if any(row.points is not None or row.is_absent for row in listed):
        raise GradebookRefused(_("Marks are entered already: the resit is no longer called off."))
    held.cancelled_by, held.cancelled_at = by, timezone.now()
    held.save(update_fields=["cancelled_by", "cancelled_at"])
    _tell_off(held, listed)
    _tell(held, "call_off_resit", by, {}, reason=reason)
    return True


@transaction.atomic
def strike(*, resit: Resit, place: int, by: User, reason: str) -> bool:
    """Take a learner off the list, with a reason; they are told. Return whether they were on it."""
    held = _open(resit, by)
    listed = list(_listed(held).filter(enrolment=place))
    for row in listed:
        row.struck_at, row.struck_reason = timezone.now(), reason[:200]
        row.save(update_fields=["struck_at", "struck_reason"])
    if listed:
        _tell_off(held, listed)
        _tell(held, "strike_from_resit", by, {"enrolment": place}, reason=reason)
    return bool(listed)


@dataclass(frozen=True)
class ResitMark:
    """What was typed for a learner; neither points nor absent: no mark."""

    place: int
    points: Decimal | None
    is_absent: bool = False


@transaction.atomic
def key_marks(*, resit: Resit, marks: Sequence[ResitMark], by: User) -> dict[int, str]:
    """Keep the marks of a resit as a draft; return, by place, why some were refused.

    Raises `GradebookRefused` before it has begun.
    """
    held = _open(resit, by)
    if timezone.now() < held.held_at:
        day = date_format(timezone.localtime(held.held_at), "H:i d/m/Y")
        raise GradebookRefused(
            _("Marks are entered once the resit has begun: %(day)s.") % {"day": day}
        )
    item = _item(held.cohort, held.component_key)
    rows = {row.enrolment_id: row for row in held.places.filter(struck_at=None)}
    refused: dict[int, str] = {}
    changed = []
    for mark in marks:
        row = rows.get(mark.place)
        reason = _against(mark, row, item)
        if reason or row is None:
            refused[mark.place] = reason
        elif (row.points, row.is_absent) != (mark.points, mark.is_absent):
            row.points, row.is_absent, row.keyed_by = mark.points, mark.is_absent, by
            changed.append(row)
    ResitPlace.objects.bulk_update(changed, ["points", "is_absent", "keyed_by"], batch_size=500)
    if changed:
        told = {str(row.enrolment_id): _word(row) for row in changed}
        _tell(held, "key_resit_marks", by, {"marks": told})
    return refused


@transaction.atomic
def release_resit(*, resit: Resit, by: User) -> int:
    """Let the marks count and be seen, once; return for how many learners.

    Raises `GradebookRefused` while somebody on the list has neither points nor a note of absence.
    """
    held = _held(resit)
    refuse_learner(held.cohort, by)
    if not held.is_open:
        return 0
    rows = list(_listed(held))
    if any(row.points is None and not row.is_absent for row in rows):
        raise GradebookRefused(_("Somebody on the list has neither points nor a note of absence."))
    held.released_by, held.released_at = by, timezone.now()
    held.save(update_fields=["released_by", "released_at"])
    item = _item(held.cohort, held.component_key)
    # Who was recognised as passed meanwhile, by another decision, keeps what they passed with.
    keys = [row.enrolment_id for row in rows]
    locked = Enrolment.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    passed = {place.pk for place in locked if place.result == Result.PASSED}
    sat = [row for row in rows if row.points is not None and row.enrolment_id not in passed]
    for row in sat:
        _count(held, row, item, by)
    _tell(held, "release_resit", by, {"marks": len(sat)})
    plan_notices(notices=_notices(held, item, rows, "released"))
    return len(sat)


def _count(resit: Resit, row: ResitPlace, item: Item, by: User) -> None:
    """Enter what was reached, and what counts where that is something else."""
    cells = GradeCell.objects.select_for_update(of=("self",)).select_related("entry")
    cell = cells.filter(enrolment=row.enrolment_id, component_key=item.key).first()
    first = _points_of(cell, item) if cell else None
    reached = row.points or Decimal(0)
    counted = counting(resit.rule, item, first, reached)
    with override("vi"):  # kept with the grade, read by everybody
        day = date_format(timezone.localtime(resit.held_at), "d/m/Y")
        words = {"day": day, "rule": resit.get_rule_display()}
        why = _("Resit of %(day)s; what counts: %(rule)s") % words
        capped = _("Resit of %(day)s, counted up to the pass mark") % words
    entry = _enter(row, item, reached, by, why)
    if counted not in (reached, first):
        entry = _enter(row, item, counted, by, capped)
    if counted == first and counted != reached:
        return  # the first mark goes on counting
    GradeCell.objects.update_or_create(
        enrolment=row.enrolment,
        component_key=item.key,
        defaults={"entry": entry, "released_at": resit.released_at},
    )
    if entry.is_passed and not item.is_on_paper:
        complete_block(enrolment=row.enrolment, block_key=item.key, after_recognition=True)


def _enter(row: ResitPlace, item: Item, points: Decimal, by: User, reason: str) -> GradeEntry:
    entry = GradeEntry.objects.create(
        enrolment=row.enrolment,
        component_key=item.key,
        source=GradeSource.RESIT,
        points=points,
        max_points=item.max_points,
        percent=(points * 100 / item.max_points).quantize(CENT),
        is_passed=item.passes(points, item.max_points),
        given_by=row.keyed_by or by,
        reason=reason,
    )
    record_many([grade_event(entry)])
    return entry


def _points_of(cell: GradeCell, item: Item) -> Decimal:
    """Return a mark on the scale of the component, which may have changed since."""
    entry = cell.entry
    if entry.max_points == item.max_points:
        return entry.points
    return (entry.percent * item.max_points / 100).quantize(CENT)


def _against(mark: ResitMark, row: ResitPlace | None, item: Item) -> str:
    if row is None:
        return _("This learner is not on the list.")
    if mark.points is not None and not 0 <= mark.points <= item.max_points:
        return _("Points lie between 0 and %(most)s.") % {"most": vi_number(item.max_points)}
    return ""


def _item(cohort: Cohort, key: uuid.UUID) -> Item:
    item = scheme_of(cohort).item(key)
    if item is None:
        raise GradebookRefused(_("The component is gone."))
    return item


def _refuse_unreleased(cohort: Cohort, item: Item) -> None:
    quiz = quiz_of(cohort.version, item.key)
    at_once = quiz is not None and quiz.shows_at_once
    if not at_once and not is_released(cohort_id=cohort.pk, component_key=item.key):
        raise GradebookRefused(_("Release the results of the first time before a resit is set."))


def _held(resit: Resit) -> Resit:
    rows = Resit.objects.select_for_update(of=("self",)).select_related("cohort__version")
    return rows.get(pk=resit.pk)


def _open(resit: Resit, by: User) -> Resit:
    held = _held(resit)
    refuse_learner(held.cohort, by)
    if not held.is_open:
        raise GradebookRefused(_("This resit is over or called off."))
    return held


def _said(plan: ResitPlan) -> tuple[Any, ...]:
    return plan.held_at, plan.rule, plan.document


def _word(row: ResitPlace) -> str:
    return "absent" if row.is_absent else str(row.points)


def _listed(resit: Resit) -> QuerySet[ResitPlace]:
    rows = resit.places.filter(struck_at=None)
    return rows.select_related("enrolment__version", "enrolment__cohort")


def _subject(row: ResitPlace) -> str:
    return f"resit:{row.resit_id}:{row.enrolment_id}"


def _tell_off(resit: Resit, rows: Sequence[ResitPlace]) -> None:
    """Tell learners that they do not sit again; what they were to be told of it is stopped."""
    stop_notices(subjects=[_subject(row) for row in rows], reason="cancelled")
    item = _item(resit.cohort, resit.component_key)
    plan_notices(notices=_notices(resit, item, rows, "off"))


def _notices(resit: Resit, item: Item, rows: Iterable[ResitPlace], what: str) -> list[NoticeSpec]:
    """Return what learners are told: that they sit again, that they do not, or of the mark."""
    context = {
        "title_vi": item.title_vi,
        "title_en": item.title_en,
        "cohort": resit.cohort.name,
        "held": date_format(timezone.localtime(resit.held_at), "H:i d/m/Y"),
        "place": resit.place,
        "what": what,
    }
    return [
        NoticeSpec(
            person_id=row.enrolment.learner_id,
            kind=RESIT,
            subject=_subject(row) if what == "set" else f"{_subject(row)}:{what}",
            due_on=timezone.localdate(resit.held_at),
            send_at=timezone.now(),
            context=context,
            url=reverse("assessment:own_grades", args=[row.enrolment_id]),
            unit_id=row.enrolment.sending_unit_id,
        )
        for row in rows
    ]


def _tell(
    resit: Resit, action: str, by: User, facts: Mapping[str, Any], *, reason: str = ""
) -> None:
    record(
        by=by,
        action=action,
        target=resit.cohort,
        unit_id=resit.cohort.organiser_id,
        after={"component": str(resit.component_key), "document": resit.document, **facts},
        reason=reason,
    )
