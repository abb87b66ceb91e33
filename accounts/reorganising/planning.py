"""The rows of a reorganisation, some at a time. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.actions.reorganising import HERE, title_of
from accounts.hanging import Hanging, hangings
from accounts.models import Posting, Reorganisation, ReorganisationAct, UnitPlacement
from accounts.reorganising import posts, units
from jobs.bulk import CHUNK, PlannedSlice, digest
from jobs.models import BulkRow, Verdict

UNITS, BELOW, POST = "accounts.reorganisation", "accounts.unit", "accounts.posting"
HUNG: Final = "hung:"
CLOSE: Final = "accounts.reorganisation.end"


def next_rows(made: Reorganisation, checkpoint: Mapping[str, Any]) -> PlannedSlice:
    """Return the rows of the step, and where to go on."""
    step, number = checkpoint.get("step", "units"), int(checkpoint.get("number", 1))
    after = int(checkpoint.get("after", 0))
    if step == "units":
        rows = _unit_rows(made)
        if made.act == ReorganisationAct.RENAME:
            return PlannedSlice(_numbered(rows, number))
        total = posts.posts_of(made).count() + len(rows)
        return PlannedSlice(_numbered(rows, number), _on("people", number + len(rows)), total)
    if step == "end":
        return PlannedSlice(_numbered([_last_row(made)], number))
    found, last = _people(made, after) if step == "people" else _hung(made, step, after)
    going_on = _on(step, number + len(found), last) if last else None
    return PlannedSlice(
        _numbered(found, number), going_on or _on(_following(step), number + len(found))
    )


def _on(step: str, number: int, after: int = 0) -> dict[str, Any]:
    return {"step": step, "number": number, "after": after}


def _following(step: str) -> str:
    steps = ["people", *(HUNG + key for key, hung in hangings.items() if hung.mover), "end"]
    return steps[steps.index(step) + 1]


def _numbered(rows: Sequence[BulkRow], number: int) -> Sequence[BulkRow]:
    for n, row in enumerate(rows, start=number):
        row.number = n
    return rows


def _row(label: str, message: str, kind: str, pk: int, **more: Any) -> BulkRow:
    return BulkRow(
        label=label[:300],
        message=message[:500],
        target_type=kind,
        target_id=pk,
        included=True,
        **{"verdict": Verdict.MOVED, **more},
    )


def _unit_rows(made: Reorganisation) -> list[BulkRow]:
    day = f"{made.since:%d/%m/%Y}"
    words = _("Named so from %(day)s; the earlier name stays with the days before.")
    if made.act != ReorganisationAct.RENAME:
        words = _("From %(day)s; roles are given in the new unit first.")
    update = {"verdict": Verdict.UPDATE}
    rows = [_row(title_of(made), words % {"day": day}, UNITS, made.pk, **update)]
    if made.act == ReorganisationAct.RENAME:
        return rows
    links = UnitPlacement.objects.filter(
        parent__in=units.source_units(made), until=None, unit__closed_on=None
    )
    for link in links.select_related("unit", "parent").order_by("unit__search_key", "pk"):
        place = units.place_of_unit(made, link.unit_id)
        if place != HERE:
            words = _("Becomes part of %(unit)s, with its people.") % {"unit": _name(made, place)}
            rows.append(
                _row(
                    f"{link.unit.name} · {link.parent.name}",
                    words,
                    BELOW,
                    link.unit_id,
                    fingerprint=digest(link.parent_id),
                )
            )
    return rows


def _people(made: Reorganisation, after: int) -> tuple[list[BulkRow], int]:
    found = posts.posts_of(made).filter(pk__gt=after).select_related("user", "unit")
    part = list(found.order_by("pk")[:CHUNK])
    rows = [_post_row(made, post) for post in part]
    last = part[-1].pk if len(part) == CHUNK else 0
    return [row for row in rows if row is not None], last


def _post_row(made: Reorganisation, post: Posting) -> BulkRow | None:
    place = units.place_of_person(made, post.user_id)
    if place == HERE:
        return None
    title = post.title or _("No position")
    words = _("%(old)s → %(new)s · %(title)s · from %(day)s") % {
        "old": post.unit.name,
        "new": _name(made, place),
        "title": title,
        "day": f"{max(made.since, post.since):%d/%m/%Y}",
    }
    label = f"{post.user.full_name} · {post.user.username}"
    mark = posts.print_of(post)
    return _row(label, words, POST, post.pk, fingerprint=mark, after={"place": place})


def _hung(made: Reorganisation, step: str, after: int) -> tuple[list[BulkRow], int]:
    hanging = hangings[step.removeprefix(HUNG)]
    if hanging.mover is None:
        return [], 0
    names = {unit.pk: unit.name for unit in units.source_units(made)}
    found = hanging.mover.found(list(names), after, CHUNK)
    rows = []
    for thing in found:
        place = int(made.assigned.get("rest", 0))
        if thing.person_id:
            place = units.place_of_person(made, thing.person_id)
        if place != HERE:
            rows.append(
                _row(
                    f"{hanging.label}: {thing.label} · {names.get(thing.unit_id, '')}",
                    _becomes(made, hanging, place),
                    step,
                    thing.pk,
                    fingerprint=thing.fingerprint,
                    after={"place": place},
                )
            )
    return rows, found[-1].pk if len(found) == CHUNK else 0


def _becomes(made: Reorganisation, hanging: Hanging, place: int) -> str:
    return f"→ {_name(made, place)}. {hanging.becomes}"


def _last_row(made: Reorganisation) -> BulkRow:
    names = ", ".join(row.name for row in made.sources())
    if not units.closes(made):
        return _row(names, _("Goes on beside the new units."), CLOSE, made.pk, verdict=Verdict.SAME)
    words = _("Closed from %(day)s; roles that named it go on in its successor.")
    day = {"day": f"{made.since:%d/%m/%Y}"}
    return _row(names, words % day, CLOSE, made.pk, verdict=Verdict.UPDATE)


def _name(made: Reorganisation, place: int) -> str:
    return made.targets()[place].name
