"""Marks by script code from a workbook, as a bulk change: shown, written, taken back.

The sheet that the page gives out is read again: a column of codes, one of points. What stands for
absence is `v` or `vắng`; an empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports.kind import author_of
from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.script_codes import CodedMark, key_marks
from assessment.forms.gradebook import parse_points
from assessment.gradebook import Item, scheme_of
from assessment.models import ScriptCode, ScriptCoding
from enrolments.models.rights import permissions_on
from files.accept import SPREADSHEETS
from files.actions import store
from files.models import StoredFile
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.sheets import SheetError, read_workbook
from lms.sheets.fields import heading_key, shown
from lms.templatetags.ui import vi_number

KIND: Final = "assessment.script_sheet"
CODE: Final = "assessment.scriptcode"
CODE_HEADINGS: Final = {"so phach", "phach", "script code"}
POINT_HEADINGS: Final = {"diem", "diem so", "diem thi", "points"}
ABSENT: Final = {"v", "vang", "vắng", "absent"}
LOOK_WITHIN: Final = 30  # rows in which the headings stand


@dataclass(frozen=True)
class Line:
    """A row of the file that says something: a code, and points or a word for absence."""

    number: int
    code: str
    text: str


def propose_script_marks(
    *, coding: ScriptCoding, content: BinaryIO, name: str, size: int, by: User
) -> BulkChange:
    """Keep the file and have it read, to be looked at; nothing is written yet.

    Raises `SheetError` for what is no table of marks, `ValidationError` for a file not accepted.
    """
    SPREADSHEETS.check_name(name)
    SPREADSHEETS.check_size(size)
    lines_of(content.read(), name)
    content.seek(0)
    file = store(content=content, name=name, by=by, accept=SPREADSHEETS, purpose="script_sheet")
    cohort = coding.cohort
    change = draft(
        kind=KIND,
        key=f"{KIND}:{coding.pk}:{file.pk}",
        title=_("%(class)s: marks by script code %(file)s")
        % {"class": cohort.code, "file": file.name},
        by=by,
        params={"coding": coding.pk, "file": file.pk},
        unit_id=cohort.organiser_id,
    )
    plan(change=change, by=by)
    return change


def lines_of(content: bytes, name: str) -> list[Line]:
    """Return the rows of the first visible sheet with both columns, or raise `SheetError`."""
    for sheet in read_workbook(content, name).sheets:
        if sheet.is_hidden:
            continue
        for top, row in enumerate(sheet.rows[:LOOK_WITHIN]):
            keys = [heading_key(str(cell)) for cell in row]
            code = next((at for at, key in enumerate(keys) if key in CODE_HEADINGS), None)
            points = next((at for at, key in enumerate(keys) if key in POINT_HEADINGS), None)
            if code is not None and points is not None:
                return _lines(sheet.rows, top + 1, code, points)
    raise SheetError(_("No table was found. Its headings should be “Script code” and “Points”."))


def _lines(rows: Sequence[Sequence[Any]], start: int, code: int, points: int) -> list[Line]:
    found = []
    for number, row in enumerate(rows[start:], start=start + 1):
        texts = [shown(row[at]).strip() if at < len(row) else "" for at in (code, points)]
        if all(texts):
            found.append(Line(number, *texts))
    return found


@lru_cache(maxsize=1)
def _stored_lines(file_id: int) -> list[Line]:
    file = StoredFile.objects.select_related("blob").get(pk=file_id)
    with default_storage.open(file.blob.storage_name) as content:
        return lines_of(content.read(), file.name)


class ScriptSheetKind:
    """Marks by script code typed in a workbook."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it, still marks in the class and has not seen the names."""
        coding = _coding(change)
        if not isinstance(user, User) or coding is None or user.pk != change.created_by_id:
            return False
        held = permissions_on(coding.cohort, user)
        may = bool(held & {Permission.MARK, Permission.RELEASE_RESULTS})
        return may and not coding.seen_by.filter(pk=user.pk).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file and of the component it is read for."""
        coding = _coding(change)
        item = _item(coding) if coding else None
        return digest(
            change.params,
            [bool(coding and coding.is_sealed), str(item.max_points) if item else ""],
        )

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return a row for each of the next lines of the file."""
        coding, start = _coding(change), checkpoint.get("row", 0)
        lines = _stored_lines(change.params["file"])
        above = {line.code for line in lines[:start]}
        with translation.override(author_of(change).language):
            rows = _planned(lines[start : start + CHUNK], coding, above) if coding else []
        if start + CHUNK < len(lines):
            return PlannedSlice(rows, {"row": start + CHUNK}, len(lines))
        _stored_lines.cache_clear()
        return PlannedSlice(rows, None, len(lines))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many marks are new and how many replace another."""
        rows = change.rows.filter(included=True)
        return [
            Effect(_("New marks"), rows.filter(verdict=Verdict.NEW).count()),
            Effect(_("Marks that replace another"), rows.filter(verdict=Verdict.UPDATE).count()),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which marks are in force now."""
        del change
        now = _in_force(rows)
        return {row.pk: digest(now[row.target_id]) for row in rows if row.target_id in now}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Enter the marks."""
        refused = _key(change, rows, by, given="after", seen="before")
        now = _in_force(rows)
        for row in rows:
            row.after = {**(row.after or {}), "mark": now.get(row.target_id)}
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which marks have been changed since, or are joined with names."""
        coding, now = _coding(change), _in_force(rows)
        with translation.override(author_of(change).language):
            joined = _("Names and marks of this component are joined already.")
            changed = _("A mark has been entered since.")
        reasons = {}
        for row in rows:
            if coding is None or not coding.is_sealed:
                reasons[row.pk] = joined
            elif now.get(row.target_id) != (row.after or {}).get("mark"):
                reasons[row.pk] = changed
        return reasons

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Enter the marks of before; a new one is taken back. The ledger keeps them all."""
        _key(change, rows, by, given="before", seen="after")


def _coding(change: BulkChange) -> ScriptCoding | None:
    rows = ScriptCoding.objects.select_related("cohort__version")
    return rows.filter(pk=change.params["coding"]).first()


def _item(coding: ScriptCoding) -> Item | None:
    return scheme_of(coding.cohort).item(coding.component_key)


def _planned(lines: Sequence[Line], coding: ScriptCoding, above: set[str]) -> list[BulkRow]:
    numbers = [int(line.code) for line in lines if line.code.isdigit()]
    found = coding.codes.with_marks().filter(code__in=numbers)
    codes = {str(row.code): row for row in found}
    item, rows = _item(coding), []
    for line in lines:
        code = codes.get(line.code)
        row = _row(line, code)
        reason = _against(line, code, item, above)
        if reason:
            row.verdict = Verdict.ERROR if code else Verdict.UNKNOWN
            row.included, row.message = False, reason[:500]
        above.add(line.code)
        rows.append(row)
    return rows


def _against(line: Line, code: Any, item: Item | None, above: set[str]) -> str:
    if code is None:
        return _("There is no such script code.")
    if line.code in above:
        return _("A row above has a mark for this code already.")
    try:
        points, is_absent = read_mark(line.text)
    except ValidationError as error:
        return " ".join(error.messages)
    if item is None:
        return _("The component is gone.")
    if is_absent or (points is not None and 0 <= points <= item.max_points):
        return ""
    return _("Points lie between 0 and %(most)s.") % {"most": vi_number(item.max_points)}


def read_mark(text: str) -> tuple[Decimal | None, bool]:
    """Return points and whether nobody sat: `8,5`, `v`; nothing is neither.

    Raises `ValidationError` with a sentence for what is no number.
    """
    if text.strip().casefold() in ABSENT:
        return None, True
    return parse_points(text), False


def shown_mark(points: Decimal | None, is_absent: bool | None) -> str:  # noqa: FBT001 - as stored
    """Return a mark as it is typed."""
    return "v" if is_absent else vi_number(points) if points is not None else ""


def _row(line: Line, code: Any) -> BulkRow:
    before = shown_mark(code.points, code.is_absent) if code else ""
    row = BulkRow(
        number=line.number,
        label=_("Script code %(code)s") % {"code": line.code[:20]},
        target_type=CODE,
        target_id=code.pk if code else None,
        before={"text": before, "mark": code.mark if code else None},
        after={"text": line.text[:20]},
        fingerprint=digest(code.mark if code else None),
        verdict=Verdict.UPDATE if before else Verdict.NEW,
        included=True,
        message=(f"{before} → {line.text}" if before else line.text)[:500],
    )
    if code and before and _says_the_same(line.text, code):
        row.verdict, row.included = Verdict.SAME, False
        row.message = _("The mark is the same.")
    return row


def _says_the_same(text: str, code: Any) -> bool:
    try:
        return read_mark(text) == (code.points, bool(code.is_absent))
    except ValidationError:
        return False


def _in_force(rows: Sequence[BulkRow]) -> dict[int | None, int | None]:
    """Return the mark in force of the codes of the rows."""
    codes = ScriptCode.objects.filter(pk__in=[row.target_id for row in rows]).with_marks()
    return dict(codes.values_list("pk", "mark"))


def _key(
    change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser, *, given: str, seen: str
) -> dict[int, str]:
    """Enter what one side of the rows says, over what the other side saw."""
    coding = ScriptCoding.objects.get(pk=change.params["coding"])
    marks = []
    for row in rows:
        points, is_absent = read_mark((getattr(row, given) or {})["text"])
        last = (getattr(row, seen) or {}).get("mark")
        marks.append(CodedMark(row.target_id or 0, points, is_absent, last))
    refused = key_marks(coding=coding, marks=marks, by=User.objects.get(pk=by.pk))
    return {row.pk: refused[row.target_id] for row in rows if row.target_id in refused}
