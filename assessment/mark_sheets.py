"""Marks of components on paper from a workbook, as a bulk change: shown, written, taken back.

The page's own export is read again: a column belongs to the component whose title stands above
it, a row to the learner of the class with its sign-in code. An empty cell says nothing.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports.kind import author_of
from accounts.imports.reading import table_of
from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.gradebook import KeyedMark, enter_marks
from assessment.forms.gradebook import parse_points
from assessment.gradebook import Item, scheme_of
from assessment.models import GradeCell, ScriptCoding
from assessment.slots import resting_on
from enrolments.models import Cohort, Enrolment
from enrolments.models.rights import permissions_on
from files.accept import SPREADSHEETS
from files.actions import store
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.sheets import PEOPLE, SheetError, find_tables, guess_mapping, read_workbook
from lms.sheets.fields import heading_key, shown
from lms.sheets.tables import Table
from lms.templatetags.ui import vi_number

KIND: Final = "assessment.mark_sheet"
PLACE: Final = "enrolments.enrolment"
CODE: Final = "staff_code"


def propose_marks(
    *, cohort: Cohort, content: BinaryIO, name: str, size: int, by: User
) -> BulkChange:
    """Keep the file and have it read, to be looked at; nothing is written yet.

    Raises `SheetError` for what is no table of marks, `ValidationError` for a file not accepted.
    """
    SPREADSHEETS.check_name(name)
    SPREADSHEETS.check_size(size)
    _check(content.read(), name, _on_paper(cohort))
    content.seek(0)
    file = store(content=content, name=name, by=by, accept=SPREADSHEETS, purpose="mark_sheet")
    change = draft(
        kind=KIND,
        key=f"{KIND}:{cohort.pk}:{file.pk}",
        title=_("%(class)s: marks %(file)s") % {"class": cohort.code, "file": file.name},
        by=by,
        params={"cohort": cohort.pk, "file": file.pk},
        unit_id=cohort.organiser_id,
    )
    plan(change=change, by=by)
    return change


def _check(content: bytes, name: str, items: Sequence[Item]) -> None:
    tables = find_tables(read_workbook(content, name))
    if not tables or CODE not in guess_mapping(tables[0], PEOPLE):
        raise SheetError(_("No table was found. The headings should include “Sign-in code”."))
    if not _columns(tables[0], items):
        titles = ", ".join(f"“{item.title}”" for item in items) or "–"
        raise SheetError(
            _("No column is headed by a component marked on paper: %(titles)s.")
            % {"titles": titles}
        )


def _on_paper(cohort: Cohort) -> list[Item]:
    """Return the components marked on paper, without those whose scripts stand under codes."""
    codings = ScriptCoding.objects.sealed().filter(cohort=cohort)
    sealed = set(codings.values_list("component_key", flat=True))
    return [row for row in scheme_of(cohort).items if row.is_on_paper and row.key not in sealed]


def _columns(table: Table, items: Iterable[Item]) -> dict[int, Item]:
    """Return the components by column; two of one title take the columns in turn."""
    left = list(items)
    found = {}
    for at, heading in enumerate(table.headings):
        key = heading_key(heading)
        match = next(
            (one for one in left if key in (heading_key(one.title_vi), heading_key(one.title_en))),
            None,
        )
        if key and match:
            found[at] = match
            left.remove(match)
    return found


@dataclass(frozen=True)
class Line:
    """A cell of the file that says something."""

    number: int
    code: str
    item: Item
    text: str


@lru_cache(maxsize=1)
def _table(file_id: int) -> Table:
    return table_of(file_id, "")


def _lines(table: Table, items: Iterable[Item], start: int) -> Iterator[Line]:
    columns = _columns(table, items)
    at = guess_mapping(table, PEOPLE)[CODE]
    for number, cells in table.rows[start : start + CHUNK]:
        code = shown(cells[at]) if at < len(cells) else ""
        for column, item in columns.items():
            text = shown(cells[column]) if column < len(cells) else ""
            if text:
                yield Line(number, code, item, text)


class MarkSheetKind:
    """Marks typed in a workbook."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still marks or releases in the class."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        held = permissions_on(_cohort(change), user)
        return bool(held & {Permission.MARK, Permission.RELEASE_RESULTS})

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file and of the components it is read by."""
        items = [(item.key, item.max_points) for item in _on_paper(_cohort(change))]
        return digest(change.params, items)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return a row for each mark of the next rows of the file."""
        cohort, author = _cohort(change), author_of(change)
        table, start = _table(change.params["file"]), checkpoint.get("row", 0)
        with translation.override(author.language):
            lines = list(_lines(table, _on_paper(cohort), start))
            rows = _planned(lines, cohort, author)
        if start + CHUNK < len(table.rows):
            return PlannedSlice(rows, {"row": start + CHUNK}, len(table.rows))
        _table.cache_clear()
        return PlannedSlice(rows, None, len(table.rows))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many marks are new and how many replace another."""
        rows = change.rows.filter(included=True)
        return [
            Effect(_("New marks"), rows.filter(verdict=Verdict.NEW).count()),
            Effect(_("Marks that replace another"), rows.filter(verdict=Verdict.UPDATE).count()),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which marks are in force now."""
        cells = _cells([row.target_id or 0 for row in rows])
        kept = _kept(change, rows)
        return {row.pk: digest(_entry_of(cells, row)) for row in rows if row.target_id in kept}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Enter the marks, one component after the other."""
        wanted = {row.pk: Decimal((row.after or {})["points"]) for row in rows}
        seen = {row.pk: (row.before or {}).get("entry") for row in rows}
        refused = _enter(change, rows, by, wanted=wanted, seen=seen, reason=change.title)
        cells = _cells([row.target_id or 0 for row in rows])
        for row in rows:
            row.after = {**(row.after or {}), "entry": _entry_of(cells, row)}
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which marks have been changed since, or rest under a recognised result."""
        cells = _cells([row.target_id or 0 for row in rows])
        rested = resting_on([row.target_id or 0 for row in rows])
        kept = _kept(change, rows)
        with translation.override(author_of(change).language):
            changed = _("A grade has been entered since.")
            gone = _("This learner is no longer in the class.")
        reasons = {}
        for row in rows:
            if row.target_id in rested:
                reasons[row.pk] = rested[row.target_id]
            elif row.target_id not in kept:
                reasons[row.pk] = gone
            elif _entry_of(cells, row) != (row.after or {}).get("entry"):
                reasons[row.pk] = changed
        return reasons

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Enter the marks of before; a new one is taken back. The ledger keeps them all."""
        points = {row.pk: (row.before or {}).get("points") for row in rows}
        wanted = {pk: Decimal(text) if text else None for pk, text in points.items()}
        seen = {row.pk: (row.after or {}).get("entry") for row in rows}
        reason = _("Undone: %(title)s") % {"title": change.title}
        _enter(change, rows, by, wanted=wanted, seen=seen, reason=reason[:300])


def _cohort(change: BulkChange) -> Cohort:
    cohort: Cohort = Cohort.objects.select_related("version").get(pk=change.params["cohort"])
    return cohort


def _kept(change: BulkChange, rows: Sequence[BulkRow]) -> set[int]:
    """Return the places of the rows that are still in the class."""
    places = _cohort(change).enrolments.in_force().filter(pk__in=[row.target_id for row in rows])
    return set(places.values_list("pk", flat=True))


def _planned(lines: Sequence[Line], cohort: Cohort, author: User) -> list[BulkRow]:
    codes = {line.code.casefold() for line in lines}
    found = cohort.enrolments.in_force().select_related("learner")
    found = found.annotate(login=Lower("learner__username"), staff=Lower("learner__staff_code"))
    places = {
        code.casefold(): place
        for place in found.filter(Q(login__in=codes) | Q(staff__in=codes))
        for code in (place.learner.staff_code, place.learner.username)
        if code
    }
    cells = _cells([place.pk for place in places.values()])
    rested = resting_on([place.pk for place in places.values()])
    taken: set[tuple[int, uuid.UUID]] = set()
    rows = []
    for line in lines:
        place = places.get(line.code.casefold())
        row = _row(line, place, cells)
        reason = _against(line, place, author, rested, taken)
        if reason:
            row.verdict = Verdict.ERROR if place else Verdict.UNKNOWN
            row.included, row.message = False, reason[:500]
        rows.append(row)
    return rows


def _against(
    line: Line,
    place: Enrolment | None,
    author: User,
    rested: Mapping[int, str],
    taken: set[tuple[int, uuid.UUID]],
) -> str:
    """Return why a mark cannot be entered; else note that this learner has one now."""
    if place is None:
        return _("Nobody of the class has the code “%(code)s”.") % {"code": line.code}
    if place.learner_id == author.pk:
        return _("Nobody decides on their own record.")
    if place.pk in rested:
        return rested[place.pk]
    if (place.pk, line.item.key) in taken:
        return _("A row above has a mark for this learner already.")
    taken.add((place.pk, line.item.key))
    return _against_text(line)


def _against_text(line: Line) -> str:
    """Return why what stands in a cell is no mark of its component."""
    try:
        points = parse_points(line.text)
    except ValidationError as error:
        return " ".join(error.messages)
    if points is not None and 0 <= points <= line.item.max_points:
        return ""
    return _("Points lie between 0 and %(most)s.") % {"most": vi_number(line.item.max_points)}


def _row(line: Line, place: Enrolment | None, cells: Mapping[Any, GradeCell]) -> BulkRow:
    cell = cells.get((place.pk if place else 0, line.item.key))
    who = place.learner.full_name if place else line.code
    before = str(cell.entry.points) if cell else ""
    points = _points(line.text)
    row = BulkRow(
        number=line.number,
        label=f"{who} · {line.item.title}"[:300],
        target_type=PLACE,
        target_id=place.pk if place else None,
        before={"entry": cell.entry_id, "points": before} if cell else {},
        after={"key": str(line.item.key), "points": "" if points is None else str(points)},
        fingerprint=digest(cell.entry_id if cell else None),
        verdict=Verdict.UPDATE if cell else Verdict.NEW,
        included=True,
        message=(f"{vi_number(before)} → {line.text}" if cell else line.text)[:500],
    )
    if cell and points == cell.entry.points:
        row.verdict, row.included = Verdict.SAME, False
        row.message = _("The mark is the same.")
    return row


def _points(text: str) -> Decimal | None:
    """Return the points a cell says, None for what is none; `_against_text` says why."""
    try:
        return parse_points(text)
    except ValidationError:
        return None


def _cells(places: Iterable[int]) -> dict[tuple[int, uuid.UUID], GradeCell]:
    rows = GradeCell.objects.filter(enrolment__in=list(places)).select_related("entry")
    return {(cell.enrolment_id, cell.component_key): cell for cell in rows}


def _entry_of(cells: Mapping[tuple[int, uuid.UUID], GradeCell], row: BulkRow) -> int | None:
    cell = cells.get((row.target_id or 0, uuid.UUID((row.after or {})["key"])))
    return cell.entry_id if cell else None


def _enter(
    change: BulkChange,
    rows: Sequence[BulkRow],
    by: AbstractBaseUser,
    *,
    wanted: Mapping[int, Decimal | None],
    seen: Mapping[int, int | None],
    reason: str,
) -> dict[int, str]:
    """Enter the marks of the rows, by component; return, by row, why some were refused."""
    cohort, person = _cohort(change), User.objects.get(pk=by.pk)
    by_key: dict[str, list[BulkRow]] = defaultdict(list)
    for row in rows:
        by_key[(row.after or {})["key"]].append(row)
    refused: dict[int, str] = {}
    scheme = scheme_of(cohort)
    for key, lines in by_key.items():
        item = scheme.item(uuid.UUID(key))
        if item is None:
            refused |= {row.pk: _("The component is gone.") for row in lines}
            continue
        marks = [KeyedMark(row.target_id or 0, wanted[row.pk], seen[row.pk]) for row in lines]
        said = enter_marks(cohort=cohort, item=item, marks=marks, by=person, reason=reason[:300])
        refused |= {row.pk: said[row.target_id] for row in lines if row.target_id in said}
    return refused
