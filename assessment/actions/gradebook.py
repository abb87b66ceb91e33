"""How a class works out its marks, marks entered by hand, exemptions; each with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.actions.grades import grade_event, is_released, refuse_learner, refuse_own
from assessment.errors import GradebookRefused
from assessment.gradebook import Item, Scheme, scheme_of
from assessment.marking import CENT
from assessment.models import (
    GradeCell,
    GradeEntry,
    GradeExemption,
    GradeItem,
    GradeScheme,
    ScriptCoding,
)
from assessment.models.grades import GradeSource
from assessment.models.marking_plans import places_marked_by_two
from assessment.slots import resting_on
from audit.actions import record, record_many
from enrolments.actions.progress import complete_block
from enrolments.models import Cohort, Enrolment
from lms.templatetags.ui import vi_number


@dataclass(frozen=True)
class ItemSpec:
    """A component as the class wants it; `key` is None for a new one marked on paper."""

    key: uuid.UUID | None
    weight: Decimal
    is_required: bool
    title_vi: str = ""
    title_en: str = ""
    max_points: Decimal | None = None
    pass_percent: int | None = None


@transaction.atomic
def set_scheme(
    *,
    cohort: Cohort,
    revision: int,
    method: str,
    drop_lowest: int,
    least_percent: int,
    items: Sequence[ItemSpec],
    by: User,
    reason: str = "",
) -> GradeScheme:
    """Decide how the class works out its marks.

    Raises `GradebookRefused` where somebody changed it since `revision`, where a result is
    recognised already, or where a component with marks would go or get another scale.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    refuse_learner(cohort, by)
    before = scheme_of(cohort)
    if before.revision != revision:
        raise GradebookRefused(_("Somebody has changed this meanwhile. Look at it again."))
    _refuse_rested(cohort)
    scheme, _is_new = GradeScheme.objects.get_or_create(cohort=cohort, defaults={"changed_by": by})
    scheme.method, scheme.drop_lowest, scheme.least_percent = method, drop_lowest, least_percent
    scheme.revision, scheme.changed_by = revision + 1, by
    scheme.save()
    _write_items(scheme, items, before)
    record(
        by=by,
        action="set_grade_scheme",
        target=cohort,
        unit_id=cohort.organiser_id,
        before=_told(before),
        after=_told(scheme_of(cohort)),
        reason=reason,
    )
    return scheme


def _refuse_rested(cohort: Cohort) -> None:
    places = cohort.enrolments.values_list("pk", flat=True)
    if resting_on(list(places)):
        raise GradebookRefused(
            _("Results of this class are recognised: how they came about stays.")
        )


def _write_items(scheme: GradeScheme, items: Sequence[ItemSpec], before: Scheme) -> None:
    kept = {spec.key for spec in items if spec.key}
    marked = _marked_keys(scheme.cohort, [item.key for item in before.items if item.is_on_paper])
    if not marked <= kept:
        raise GradebookRefused(_("A component that has marks already cannot be removed."))
    scheme.items.exclude(component_key__in=kept).delete()
    for position, spec in enumerate(items):
        old = before.item(spec.key) if spec.key else None
        if old and old.key in marked and _other_scale(old, spec):
            raise GradebookRefused(
                _("“%(title)s” has marks already: its scale and pass mark stay.")
                % {"title": old.title}
            )
        GradeItem.objects.update_or_create(
            scheme=scheme,
            component_key=spec.key or uuid.uuid4(),
            defaults={
                "position": position,
                "weight": spec.weight,
                "is_required": spec.is_required,
                "title_vi": spec.title_vi,
                "title_en": spec.title_en,
                "max_points": spec.max_points,
                "pass_percent": spec.pass_percent,
            },
        )


def _marked_keys(cohort: Cohort, keys: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return the components that have marks, or scripts under codes."""
    cells = GradeCell.objects.filter(enrolment__cohort=cohort, component_key__in=keys)
    coded = ScriptCoding.objects.filter(cohort=cohort, component_key__in=keys)
    marked = set(cells.values_list("component_key", flat=True).distinct())
    return marked | set(coded.values_list("component_key", flat=True))


def _other_scale(old: Item, spec: ItemSpec) -> bool:
    return (old.max_points, old.pass_percent) != (spec.max_points, spec.pass_percent)


def _told(scheme: Scheme) -> dict[str, Any]:
    return {
        "method": str(scheme.method),
        "drop_lowest": scheme.drop_lowest,
        "least_percent": scheme.least_percent,
        "items": [
            f"{item.title_vi}: {item.weight.normalize():f}{'' if item.is_required else ' (–)'}"
            for item in scheme.items
        ],
    }


@dataclass(frozen=True)
class KeyedMark:
    """A mark typed for a place. `seen` is the entry that the typist saw, None for an empty cell."""

    place: int
    points: Decimal | None
    seen: int | None


@transaction.atomic
def enter_marks(
    *, cohort: Cohort, item: Item, marks: Sequence[KeyedMark], by: User, reason: str = ""
) -> dict[int, str]:
    """Enter typed marks of one component in the ledger; return, by place, why some were refused.

    A mark of nothing takes back the one in force: the ledger keeps both. Work of the course is
    corrected so only with a reason. Raises `GradebookRefused` without one, or where the component
    is gone. Under the lock of the class, as its scheme and its releases are: neither the scale nor
    who sees the mark changes meanwhile.
    """
    if not item.is_on_paper and not reason.strip():
        raise GradebookRefused(_("A mark given by the system is changed with a reason."))
    held = Cohort.objects.select_for_update(of=("self",)).select_related("version")
    now = scheme_of(held.get(pk=cohort.pk)).item(item.key)
    if now is None:
        raise GradebookRefused(_("The component is gone."))
    refuse_sealed(cohort, item.key)
    wanted = {mark.place: mark for mark in marks}
    places = _held_places(cohort, wanted)
    cells = _cells(places, now)
    refused = _refusals(wanted, places, cells, item=now, by=by)
    entries = GradeEntry.objects.bulk_create(
        _entry(places[pk], mark.points, now, cells.get(pk), given_by=by, reason=reason)
        for pk, mark in wanted.items()
        if pk not in refused and _differs(mark, cells)
    )
    is_shown = is_released(cohort_id=cohort.pk, component_key=now.key)
    _put_in_force(entries, cells, is_shown=is_shown)
    if is_shown and not now.is_on_paper:  # what is on paper is no block of a lesson
        _complete(entries)
    record_many(map(grade_event, entries))
    return refused


def refuse_sealed(cohort: Cohort, key: uuid.UUID) -> None:
    """Raise `GradebookRefused` while the scripts of a component stand under codes."""
    if ScriptCoding.objects.sealed().filter(cohort=cohort, component_key=key).exists():
        raise GradebookRefused(
            _("The scripts stand under codes: until they are joined marks are entered by code.")
        )


def _held_places(cohort: Cohort, wanted: Mapping[int, KeyedMark]) -> dict[int, Enrolment]:
    """Return the places in force, locked: two typists of one mark wait for each other."""
    rows = cohort.enrolments.in_force().filter(pk__in=list(wanted))
    held = rows.select_for_update(of=("self",)).select_related("version", "cohort", "learner")
    return {place.pk: place for place in held.order_by("pk")}


def _cells(places: Mapping[int, Enrolment], item: Item) -> dict[int, GradeCell]:
    rows = GradeCell.objects.filter(enrolment__in=list(places), component_key=item.key)
    return {
        cell.enrolment_id: cell for cell in rows.select_related("entry__given_by", "entry__attempt")
    }


def _refusals(
    wanted: Mapping[int, KeyedMark],
    places: Mapping[int, Enrolment],
    cells: Mapping[int, GradeCell],
    *,
    item: Item,
    by: User,
) -> dict[int, str]:
    rested = resting_on(list(wanted))
    by_two = set() if item.is_on_paper else places_marked_by_two(places, item.key)
    refused = {}
    for pk, mark in wanted.items():
        cell = cells.get(pk)
        if pk not in places:
            refused[pk] = _("This learner is no longer in the class.")
        elif places[pk].learner_id == by.pk:
            refused[pk] = _("Nobody decides on their own record.")
        elif pk in rested:
            refused[pk] = rested[pk]
        elif pk in by_two and cell is None:
            refused[pk] = _("Two markers judge this work independently.")
        elif mark.points is not None and not 0 <= mark.points <= item.max_points:
            facts = {"most": vi_number(item.max_points)}
            refused[pk] = _("Points lie between 0 and %(most)s.") % facts
        elif _differs(mark, cells) and (cell.entry_id if cell else None) != mark.seen:
            refused[pk] = _changed(cell)
    return refused


def _changed(cell: GradeCell | None) -> str:
    if cell is None:
        return _("The mark was taken back meanwhile.")
    facts = {
        "points": vi_number(cell.entry.points),
        "who": cell.entry.given_by or _("the system"),
    }
    return _("%(who)s entered %(points)s meanwhile.") % facts


def _differs(mark: KeyedMark, cells: Mapping[int, GradeCell]) -> bool:
    cell = cells.get(mark.place)
    return mark.points != (cell.entry.points if cell else None)


def _entry(
    place: Enrolment, points: Decimal | None, item: Item, before: GradeCell | None, **told: Any
) -> GradeEntry:
    source = GradeSource.CORRECTION if before else GradeSource.MARKER
    worth = Decimal(0) if points is None else points
    return GradeEntry(
        enrolment=place,
        component_key=item.key,
        source=GradeSource.WITHDRAWN if points is None else source,
        points=worth,
        max_points=item.max_points,
        percent=(worth * 100 / item.max_points).quantize(CENT),
        is_passed=points is not None and item.passes(worth, item.max_points),
        attempt=before.entry.attempt if before else None,
        given_at=timezone.now(),
        **told,
    )


def _put_in_force(
    entries: Sequence[GradeEntry], cells: Mapping[int, GradeCell], *, is_shown: bool
) -> None:
    """Let the entries be the grades in force; one that was taken back leaves an empty cell."""
    gone = [row.enrolment_id for row in entries if row.source == GradeSource.WITHDRAWN]
    GradeCell.objects.filter(pk__in=[cells[place].pk for place in gone]).delete()
    shown_at = timezone.now() if is_shown else None
    shown = {place: cell.released_at for place, cell in cells.items()}
    now = [row for row in entries if row.source != GradeSource.WITHDRAWN]
    GradeCell.objects.bulk_create(
        [
            GradeCell(
                enrolment_id=row.enrolment_id,
                component_key=row.component_key,
                entry=row,
                released_at=shown.get(row.enrolment_id) or shown_at,
            )
            for row in now
        ],
        update_conflicts=True,
        unique_fields=["enrolment", "component_key"],
        update_fields=["entry", "released_at"],
    )


def _complete(entries: Sequence[GradeEntry]) -> None:
    for row in entries:
        if row.is_passed:
            complete_block(enrolment=row.enrolment, block_key=row.component_key)


@transaction.atomic
def exempt(*, enrolment: Enrolment, item: Item, reason: str, by: User) -> GradeExemption:
    """Leave a component out of one learner's sum. Safe to call twice."""
    refuse_own(enrolment, by)
    _refuse_rested_place(enrolment)
    row, is_new = GradeExemption.objects.in_force().get_or_create(
        enrolment=enrolment,
        component_key=item.key,
        defaults={"reason": reason, "given_by": by},
    )
    if is_new:
        _record(enrolment, item, by, "exempt_component", reason)
    return row


@transaction.atomic
def end_exemption(*, enrolment: Enrolment, item: Item, by: User) -> bool:
    """Let a component count again. Return whether there was an exemption."""
    refuse_own(enrolment, by)
    _refuse_rested_place(enrolment)
    rows = GradeExemption.objects.in_force().filter(enrolment=enrolment, component_key=item.key)
    done = bool(rows.update(ended_at=timezone.now(), ended_by=by))
    if done:
        _record(enrolment, item, by, "end_component_exemption", "")
    return done


def _refuse_rested_place(enrolment: Enrolment) -> None:
    rested = resting_on([enrolment.pk])
    if rested:
        raise GradebookRefused(rested[enrolment.pk])


def _record(enrolment: Enrolment, item: Item, by: User, action: str, reason: str) -> None:
    record(
        by=by,
        action=action,
        target=enrolment,
        unit_id=enrolment.sending_unit_id,
        after={"component": str(item.key)},
        reason=reason,
    )
