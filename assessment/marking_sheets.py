"""Marking without the net: a workbook of the works one has to judge, filled in and read again.

Each work stands under its code; names are given where they are not hidden. The file is looked at
as a bulk change first; writing goes through the same acts as the page, so that claims, turns and
blind marks hold. A mark is never taken back, only followed by another: there is no undo.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.imports.kind import author_of
from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.blind_marks import mark_blind
from assessment.actions.marks import checked, mark
from assessment.assignments import FrozenAssignment, assignment_of
from assessment.desks import with_ways
from assessment.forms.gradebook import parse_points
from assessment.models import BlindMark, Mark
from assessment.models.marking_plans import works_open_to
from enrolments.models import Cohort
from enrolments.models.rights import permissions_on
from files.accept import SPREADSHEETS
from files.actions import store
from files.models import StoredFile
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.exports import Export, by_key
from jobs.models import BulkChange, BulkRow, Verdict
from lms.export import Cell
from lms.sheets import SheetError, read_workbook
from lms.sheets.fields import heading_key, shown
from lms.templatetags.ui import vi_number

KIND: Final = "assessment.marking_sheet"
WORK: Final = "assessment.submission"
ORDER: Final = ("submitted_at", "pk")
LOOK_WITHIN: Final = 30  # rows in which the headings stand
COMMENT_AT_MOST: Final = 8_000


def works_of(user: User, cohort_id: int, key: uuid.UUID) -> Any:
    """Return the works of an assignment that a marker may judge, oldest first, with their marks."""
    works = with_ways(works_open_to(user)).filter(enrolment__cohort=cohort_id, assignment_key=key)
    own = BlindMark.objects.filter(marker=user).order_by("-pk")
    marks = [
        Prefetch("marks", Mark.objects.order_by("-pk"), "given"),
        Prefetch("blind_marks", own, "given_blind"),
    ]
    related = works.select_related("enrolment__learner", "enrolment__version")
    return related.prefetch_related(*marks).order_by(*ORDER)


def _last(work: Any) -> Mark | BlindMark | None:
    """Return the mark that one's next follows: one's own where two judge, else the one in force."""
    found: list[Mark | BlindMark] = work.given_blind if work.is_double else work.given
    return found[0] if found else None


def _name(work: Any) -> str:
    return str(work.code if work.hides_name else work.enrolment.learner.full_name)


def sheet(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the sheet of a marker's works, with the marks they have given."""
    cohort = Cohort.objects.select_related("version").filter(pk=args["cohort"]).first()
    key = uuid.UUID(str(args["key"]))
    assignment = assignment_of(cohort.version, key) if cohort else None
    if not isinstance(user, User) or cohort is None or assignment is None:
        return None
    if Permission.MARK not in permissions_on(cohort, user):
        return None
    works = works_of(user, cohort.pk, key)
    return Export(
        name=f"phieu-cham-{cohort.code or cohort.pk}",
        header=[_("Code"), _("Full name"), *columns_of(assignment), _("Comment")],
        count=works.count(),
        part=by_key(works, ORDER, lambda _number, work: _line(work, assignment)),
        action="export_marking_sheet",
        target=cohort,
        unit_id=cohort.organiser_id,
    )


def columns_of(assignment: FrozenAssignment) -> list[str]:
    """Return the headings of the points: one for each criterion, or one for the whole."""
    rows = [(row.name, row.points) for row in assignment.criteria]
    whole = [(_("Points"), assignment.max_points)]
    return [f"{name} (0–{vi_number(most)})" for name, most in rows or whole]


def _line(work: Any, assignment: FrozenAssignment) -> list[Cell]:
    keys = [row.key for row in assignment.criteria]
    last = _last(work)
    points: list[Cell] = [None] * max(len(keys), 1)
    if last is not None:
        by_criterion = [Decimal(last.criteria[key]) for key in keys if key in last.criteria]
        points = [*by_criterion] or [last.points]
    name = "" if work.hides_name else work.enrolment.learner.full_name
    return [work.code, name, *points, last.comment if last else ""]


def propose(
    *, cohort: Cohort, key: uuid.UUID, content: BinaryIO, name: str, size: int, by: User
) -> BulkChange:
    """Keep the file and have it read, to be looked at; nothing is written yet.

    Raises `SheetError` for what is no such sheet, `ValidationError` for a file not accepted.
    """
    SPREADSHEETS.check_name(name)
    SPREADSHEETS.check_size(size)
    assignment = assignment_of(cohort.version, key)
    if assignment is None:
        raise SheetError(_("The component is gone."))
    lines_of(content.read(), name, assignment)
    content.seek(0)
    file = store(content=content, name=name, by=by, accept=SPREADSHEETS, purpose="marking_sheet")
    change = draft(
        kind=KIND,
        key=f"{KIND}:{cohort.pk}:{file.pk}",
        title=_("%(class)s: marking sheet %(file)s") % {"class": cohort.code, "file": file.name},
        by=by,
        params={"cohort": cohort.pk, "key": str(key), "file": file.pk},
        unit_id=cohort.organiser_id,
    )
    plan(change=change, by=by)
    return change


@dataclass(frozen=True)
class Line:
    """A row of the sheet: the code of a work, points as they are typed, the comment."""

    number: int
    code: str
    points: tuple[str, ...]
    comment: str


def lines_of(content: bytes, name: str, assignment: FrozenAssignment) -> list[Line]:
    """Return the rows that hold points, or raise `SheetError` for what is no marking sheet."""
    wanted = [heading_key(column) for column in columns_of(assignment)]
    for page in read_workbook(content, name).sheets:
        if page.is_hidden:
            continue
        for top, row in enumerate(page.rows[:LOOK_WITHIN]):
            keys = [heading_key(str(cell)) for cell in row]
            if heading_key(_("Code")) in keys and all(key in keys for key in wanted):
                places = [keys.index(key) for key in wanted]
                return _lines(page.rows, top + 1, keys, places)
    titles = ", ".join(f"“{column}”" for column in columns_of(assignment))
    raise SheetError(
        _("No table was found. Its headings should be “Code” and %(titles)s.") % {"titles": titles}
    )


def _lines(
    rows: Sequence[Sequence[Any]], start: int, keys: list[str], places: list[int]
) -> list[Line]:
    code, comment = keys.index(heading_key(_("Code"))), heading_key(_("Comment"))
    said = keys.index(comment) if comment in keys else None
    found = []
    for number, row in enumerate(rows[start:], start=start + 1):
        texts = [shown(cell).strip() for cell in row]
        texts += [""] * (len(keys) - len(texts))
        points = tuple(texts[at] for at in places)
        if texts[code] and any(points):
            found.append(Line(number, texts[code].upper(), points, texts[said] if said else ""))
    return found


@lru_cache(maxsize=1)
def _stored(file_id: int, cohort_id: int, key: str) -> list[Line]:
    file = StoredFile.objects.select_related("blob").get(pk=file_id)
    cohort = Cohort.objects.select_related("version").get(pk=cohort_id)
    assignment = assignment_of(cohort.version, uuid.UUID(key))
    if assignment is None:
        return []
    with default_storage.open(file.blob.storage_name) as content:
        return lines_of(content.read(), file.name, assignment)


class MarkingSheetKind:
    """Marks of works typed in a workbook."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still marks in the class."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        return Permission.MARK in permissions_on(_cohort(change), user)

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file and of the criteria it is read by."""
        assignment = _assignment(change)
        criteria = [(row.key, str(row.points)) for row in assignment.criteria] if assignment else []
        return digest(change.params, criteria)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return a row for each of the next lines of the file."""
        author, start = author_of(change), checkpoint.get("row", 0)
        with translation.override(author.language):
            lines = _stored(change.params["file"], change.params["cohort"], change.params["key"])
            rows = _planned(change, lines, author)[start : start + CHUNK]
        if start + CHUNK < len(lines):
            return PlannedSlice(rows, {"row": start + CHUNK}, len(lines))
        _stored.cache_clear()
        return PlannedSlice(rows, None, len(lines))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many works are marked for the first time and how many marks are followed."""
        rows = change.rows.filter(included=True)
        return [
            Effect(_("New marks"), rows.filter(verdict=Verdict.NEW).count()),
            Effect(_("Marks that replace another"), rows.filter(verdict=Verdict.UPDATE).count()),
            Effect(_("A mark is followed by another, never taken back: this has no undo.")),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which own marks hold now; what is no longer the author's to judge is left out."""
        author = author_of(change)
        works = {work.pk: work for work in _works(change, author)}
        lasts = {pk: _last(work) for pk, work in works.items()}
        return {
            row.pk: digest(last.pk if last else None)
            for row in rows
            if row.target_id in works
            for last in [lasts[row.target_id]]
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Give the marks as the page does; return, by row, why some were refused."""
        marker = User.objects.get(pk=by.pk)
        works = {work.pk: work for work in _works(change, marker)}
        refused = {}
        for row in rows:
            try:
                _give(works[row.target_id or 0], row, marker)
            except Refused as error:
                refused[row.pk] = str(error)
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return that marks stay: a mark is followed by another."""
        with translation.override(author_of(change).language):
            words = _("A mark is not taken back: give another one.")
        return {row.pk: words for row in rows}

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Do nothing: every row is kept by `undo_reasons`."""


def _cohort(change: BulkChange) -> Cohort:
    cohort: Cohort = Cohort.objects.select_related("version").get(pk=change.params["cohort"])
    return cohort


def _assignment(change: BulkChange) -> FrozenAssignment | None:
    return assignment_of(_cohort(change).version, uuid.UUID(change.params["key"]))


def _works(change: BulkChange, marker: User) -> Any:
    return works_of(marker, change.params["cohort"], uuid.UUID(change.params["key"]))


def _planned(change: BulkChange, lines: Sequence[Line], author: User) -> list[BulkRow]:
    works = list(_works(change, author))
    counted = Counter(work.code for work in works)
    by_code = {work.code: work for work in works if counted[work.code] == 1}
    assignment = _assignment(change)
    seen: set[str] = set()
    rows = []
    for line in lines:
        row = _row(line, by_code.get(line.code), assignment)
        if line.code in seen:
            row.verdict, row.included = Verdict.ERROR, False
            row.message = _("A row above has a mark for this code already.")
        seen.add(line.code)
        rows.append(row)
    return rows


def _row(line: Line, work: Any, assignment: FrozenAssignment | None) -> BulkRow:
    row = BulkRow(number=line.number, label=line.code[:40], target_type=WORK, included=False)
    if work is None or assignment is None:
        row.verdict = Verdict.UNKNOWN
        row.message = _("No work that is yours to judge has this code.")
        return row
    row.label, row.target_id = _name(work)[:300], work.pk
    try:
        given = _read(line, assignment)
        total = checked(assignment, given[0], given[1])
    except (ValidationError, Refused) as error:
        row.verdict = Verdict.ERROR
        row.message = " ".join(getattr(error, "messages", [str(error)]))[:500]
        return row
    last = _last(work)
    row.before = {"mark": last.pk if last else None}
    row.after = {
        "points": str(given[0]),
        "criteria": {key: str(value) for key, value in given[1].items()},
        "comment": line.comment[:COMMENT_AT_MOST],
    }
    row.fingerprint = digest(last.pk if last else None)
    row.verdict, row.included = (Verdict.UPDATE if last else Verdict.NEW), True
    row.message = vi_number(total)
    if last and (last.points, last.comment) == (total, line.comment):
        row.verdict, row.included, row.message = Verdict.SAME, False, _("The mark is the same.")
    return row


def _read(line: Line, assignment: FrozenAssignment) -> tuple[Decimal, dict[str, Decimal]]:
    """Return points of the whole and by criterion, or raise a sentence."""
    values = [parse_points(text) for text in line.points]
    if any(value is None for value in values):
        raise ValidationError(_("Give points for every criterion."))
    points = [value for value in values if value is not None]
    if not assignment.criteria:
        return points[0], {}
    keys = [row.key for row in assignment.criteria]
    return Decimal(0), dict(zip(keys, points, strict=True))


def _give(work: Any, row: BulkRow, marker: User) -> None:
    told = row.after or {}
    given: dict[str, Any] = {
        "submission": work,
        "by": marker,
        "points": Decimal(told["points"]),
        "criteria": {key: Decimal(value) for key, value in told["criteria"].items()},
        "comment": told["comment"],
    }
    if work.is_double:
        mark_blind(**given)
    else:
        mark(**given, seen=(row.before or {}).get("mark"))
