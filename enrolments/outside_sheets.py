"""Trainings of paper records from a workbook, as a bulk change: shown, written, taken back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.imports.kind import author_of
from accounts.imports.reading import table_of
from accounts.models import Posting, User
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.actions.outside import Facts, enter_many, reverse_training
from enrolments.models import OutsideTraining
from files.accept import SPREADSHEETS
from files.actions import store
from jobs.actions import draft, plan
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict
from lms.clock import today
from lms.sheets import SheetError, find_tables, guess_mapping, read_workbook
from lms.sheets.dates import read_date
from lms.sheets.fields import PEOPLE, Field, shown
from lms.sheets.tables import Table
from lms.text import fold
from reference.models import Code

KIND: Final = "enrolments.outside_sheet"
TRAINING: Final = "enrolments.outsidetraining"
CODE, NAME = "staff_code", "full_name"
MOST: Final = Decimal(2000)
THOUSANDS: Final = re.compile(r"(?<=\d)[.\s](?=\d{3}(?:\D|\Z))")


def _field(key: str, label: str | Promise, *headings: str) -> Field:
    return Field(key, label, headings)


FIELDS: Final = (
    next(field for field in PEOPLE if field.key == CODE),
    next(field for field in PEOPLE if field.key == NAME),
    _field("title", gettext_lazy("Training"), "khoa boi duong", "ten khoa", "ten lop",
           "khoa hoc", "noi dung boi duong", "lop boi duong", "training", "course"),
    _field("content_group", gettext_lazy("Content"), "nhom noi dung", "noi dung", "content"),
    _field("study_form", gettext_lazy("Form"), "hinh thuc", "hinh thuc dao tao", "form"),
    _field("periods", gettext_lazy("Periods"), "so tiet", "tiet", "periods"),
    _field("starts_on", gettext_lazy("From day"), "tu ngay", "ngay bat dau", "from day", "from"),
    _field("ends_on", gettext_lazy("To day"), "den ngay", "ngay ket thuc", "to day", "to"),
    _field("issuer", gettext_lazy("Held by"), "don vi to chuc", "co so dao tao", "noi cap",
           "don vi cap", "held by", "issuer"),
    _field("decision", gettext_lazy("Sending decision"), "quyet dinh", "so quyet dinh",
           "quyet dinh cu", "sending decision", "decision"),
    _field("certificate", gettext_lazy("Certificate number"), "so chung chi", "chung chi",
           "so hieu chung chi", "certificate number", "certificate"),
)  # fmt: skip
NEEDED: Final = (CODE, "title", "content_group", "periods", "ends_on", "issuer")


def header() -> list[str]:
    """Return the headings of the template; the name is for who fills it in."""
    return [_("Staff code"), _("Full name"), *(str(field.label) for field in FIELDS[2:])]


def propose_trainings(*, content: BinaryIO, name: str, size: int, by: User) -> BulkChange:
    """Keep the file and have it read, to be looked at; nothing is written yet.

    Raises `SheetError` for what is no such table, `ValidationError` for a file not accepted.
    """
    SPREADSHEETS.check_name(name)
    SPREADSHEETS.check_size(size)
    tables = find_tables(read_workbook(content.read(), name))
    if not tables:
        raise SheetError(_("No table was found. Use the headings of the template."))
    missing = [field.label for field in FIELDS if field.key in _missing(tables[0])]
    if missing:
        titles = ", ".join(f"“{label}”" for label in missing)
        raise SheetError(_("These columns are missing: %(titles)s.") % {"titles": titles})
    if not tables[0].rows:
        raise SheetError(_("There are headings but no rows below them."))
    content.seek(0)
    file = store(content=content, name=name, by=by, accept=SPREADSHEETS, purpose="outside_sheet")
    change = draft(
        kind=KIND,
        key=f"{KIND}:{file.pk}",
        title=_("Trainings of paper records: %(file)s") % {"file": file.name},
        by=by,
        params={"file": file.pk},
    )
    plan(change=change, by=by)
    return change


def _missing(table: Table) -> set[str]:
    return set(NEEDED) - set(guess_mapping(table, FIELDS))


@lru_cache(maxsize=1)
def _table(file_id: int) -> Table:
    return table_of(file_id, "")


@dataclass(frozen=True)
class Line:
    """A row of the file: the cells by field, as text; days as days."""

    number: int
    cells: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a cell as text."""
        return shown(self.cells.get(name, "")).strip()

    def day(self, name: str) -> dt.date | None:
        """Return a cell as a day; None for what is none."""
        found = read_date(self.cells.get(name, ""), today=today())
        return found if isinstance(found, dt.date) else None


def _lines(table: Table, start: int) -> Iterator[Line]:
    mapping = guess_mapping(table, FIELDS)
    for number, cells in table.rows[start : start + CHUNK]:
        found = {name: cells[at] for name, at in mapping.items() if at < len(cells)}
        yield Line(number, found)


class OutsideSheetKind:
    """Trainings of one's own people from paper records."""

    queue = "import"
    rows_at_once = 100  # its undo reverses one training after the other

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still answers for people."""
        mine = isinstance(user, User) and user.pk == change.created_by_id
        return mine and rights(user).has(Permission.SEND_PEOPLE)

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file."""
        return digest(change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the verdicts on the next rows of the file."""
        table, start, by = (
            _table(change.params["file"]),
            checkpoint.get("row", 0),
            author_of(change),
        )
        with translation.override(by.language):
            rows = Planner(list(_lines(table, start)), by).rows()
        if start + CHUNK < len(table.rows):
            return PlannedSlice(rows, {"row": start + CHUNK}, len(table.rows))
        _table.cache_clear()
        return PlannedSlice(rows, None, len(table.rows))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many trainings of how many people enter the ledger."""
        rows = change.rows.to_apply()
        people = {(row.after or {})["person"] for row in rows.only("after").iterator()}
        return [
            Effect(_("Trainings that enter the ledger of hours"), rows.count()),
            Effect(_("Persons"), len(people)),
        ]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return whether the training stands already, for the people one still answers for."""
        facts = {row.pk: row.after or {} for row in rows}
        people = {one["person"] for one in facts.values()}
        seen = set(_people(author_of(change)).filter(pk__in=people).values_list("pk", flat=True))
        held = _held(people)
        return {pk: digest(_key(one) in held) for pk, one in facts.items() if one["person"] in seen}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Write the trainings and their hours; say of which there is one already."""
        person: User = User.objects.get(pk=by.pk)
        people = User.objects.in_bulk([(row.after or {})["person"] for row in rows])
        codes = Code.objects.in_bulk()
        told = [
            (people[(row.after or {})["person"]], _facts(row.after or {}, codes)) for row in rows
        ]
        made = {_key_of(training): training for training in enter_many(trainings=told, by=person)}
        with translation.override(author_of(change).language):
            there = _("This training of these days is there already.")
        refused = {}
        for row in rows:
            training = made.pop(_key(row.after or {}), None)  # the first row that says it has it
            if training is None:
                refused[row.pk] = there
            else:
                row.target_type, row.target_id = TRAINING, training.pk
        return refused

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return which trainings were reversed meanwhile."""
        standing = OutsideTraining.objects.standing().filter(
            pk__in=[row.target_id for row in rows if row.target_id]
        )
        kept = set(standing.values_list("pk", flat=True))
        with translation.override(author_of(change).language):
            reason = _("The training was taken out of the ledger meanwhile.")
        return {row.pk: reason for row in rows if row.target_id not in kept}

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Enter the opposite of each in the ledger."""
        person: User = User.objects.get(pk=by.pk)
        reason = _("Undone: %(title)s") % {"title": change.title}
        made = OutsideTraining.objects.filter(pk__in=[row.target_id for row in rows])
        for training in made.select_related("entry"):
            reverse_training(training=training, by=person, reason=reason)


def _people(user: User) -> Any:
    return User.objects.allowing(user, Permission.SEND_PEOPLE).active()


def _held(people: set[int]) -> set[tuple[Any, ...]]:
    return {_key_of(row) for row in OutsideTraining.objects.standing().filter(person__in=people)}


def _key_of(row: OutsideTraining) -> tuple[Any, ...]:
    return (row.person_id, row.title_key, row.starts_on.isoformat(), row.ends_on.isoformat())


def _key(after: Mapping[str, Any]) -> tuple[Any, ...]:
    return (after["person"], fold(after["title"])[:250], after["starts_on"], after["ends_on"])


def _facts(after: Mapping[str, Any], codes: Mapping[int, Code]) -> Facts:
    return Facts(
        title=after["title"],
        content_group=codes[after["content_group"]],
        study_form=codes.get(after["study_form"] or 0),
        periods=Decimal(after["periods"]),
        starts_on=dt.date.fromisoformat(after["starts_on"]),
        ends_on=dt.date.fromisoformat(after["ends_on"]),
        issuer=after["issuer"],
        decision=after["decision"],
        certificate=after["certificate"],
    )


class Planner:
    """The verdicts on some rows, with a constant number of queries."""

    def __init__(self, lines: Sequence[Line], by: User) -> None:
        self._lines, self._by = lines, by
        codes = {line.text(CODE).lower() for line in lines}
        found = _people(by).annotate(login=Lower("username"), staff=Lower("staff_code"))
        found = found.filter(Q(login__in=codes) | Q(staff__in=codes))
        self._people = {
            key.lower(): person
            for person in found
            for key in (person.staff_code, person.username)
            if key
        }
        posts = Posting.objects.filter(user__in=[one.pk for one in self._people.values()])
        self._posted = set(posts.values_list("user", flat=True))
        self._held = _held({person.pk for person in self._people.values()})
        self._codes = {
            (code.list, fold(name)): code.pk
            for code in Code.objects.filter(list__in=["content_group", "study_form"])
            for name in (code.name_vi, code.name_en, code.code)
        }
        self._taken: set[tuple[Any, ...]] = set()

    def rows(self) -> list[BulkRow]:
        """Return a row for each line."""
        return [self._row(line) for line in self._lines]

    def _row(self, line: Line) -> BulkRow:
        person = self._people.get(line.text(CODE).lower())
        who = person.full_name if person else line.text(CODE)
        row = BulkRow(
            number=line.number,
            label=f"{who} · {line.text('title')}"[:300],
            verdict=Verdict.NEW,
            included=True,
            fingerprint=digest(False),
        )
        if person is None:
            row.verdict, row.included = Verdict.UNKNOWN, False
            row.message = _("No person with this code in the unit")
            return row
        after = self._after(line, person)
        reason = self._against(line, person, after)
        if reason:
            row.verdict, row.included, row.message = Verdict.ERROR, False, reason[:500]
            return row
        return self._counted(row, after)

    def _counted(self, row: BulkRow, after: dict[str, Any]) -> BulkRow:
        row.after, key = after, _key(after)
        words = {"n": after["periods"], "day": after["ends_on"]}
        row.message = _("%(n)s periods, ended on %(day)s") % words
        if key in self._held:
            row.verdict, row.included = Verdict.SAME, False
            row.message = _("This training of these days is there already.")
        elif key in self._taken:
            row.verdict, row.included = Verdict.DUPLICATE, False
            row.message = _("A row above says the same.")
        self._taken.add(key)
        return row

    def _after(self, line: Line, person: User) -> dict[str, Any]:
        ends_on = line.day("ends_on")
        starts_on = line.day("starts_on") or ends_on
        return {
            "person": person.pk,
            "title": line.text("title")[:250],
            "content_group": self._codes.get(("content_group", fold(line.text("content_group")))),
            "study_form": self._codes.get(("study_form", fold(line.text("study_form")))),
            "periods": _periods(line.text("periods")),
            "starts_on": starts_on.isoformat() if starts_on else "",
            "ends_on": ends_on.isoformat() if ends_on else "",
            "issuer": line.text("issuer")[:250],
            "decision": line.text("decision")[:120],
            "certificate": line.text("certificate")[:120],
        }

    def _against(self, line: Line, person: User, after: Mapping[str, Any]) -> str:
        """Return in words all that is wrong with a row, or nothing."""
        faults = [
            (person.pk == self._by.pk, _("Nobody decides on their own record.")),
            (
                bool(line.text(NAME)) and fold(line.text(NAME)) != fold(person.full_name),
                _("This code belongs to %(name)s.") % {"name": person.full_name},
            ),
            (
                person.pk not in self._posted,
                _("%(name)s has no post.") % {"name": person.full_name},
            ),
            (not after["title"], _("The training has no title.")),
            (not after["issuer"], _("Who held it is missing.")),
            (after["content_group"] is None,
             _("“%(text)s” is no content group.") % {"text": line.text("content_group")}),
            (not after["periods"],
             _("“%(text)s” is no number of periods.") % {"text": line.text("periods")}),
            (not after["ends_on"],
             _("“%(text)s” is no day.") % {"text": line.text("ends_on")}),
            (after["ends_on"] > today().isoformat(), _("The training has not ended yet.")),
            (after["starts_on"] > after["ends_on"], _("The last day is before the first.")),
        ]  # fmt: skip
        return " ".join(words for is_wrong, words in faults if is_wrong)


def _periods(text: str) -> str:
    """Return a number of periods as a decimal in text; nothing for what is none.

    A point or blank before three figures parts the thousands: `1.056` is 1,056 periods.
    """
    plain = THOUSANDS.sub("", text.strip()).replace(",", ".")
    try:
        number = round(Decimal(plain), 1)
    except InvalidOperation:
        return ""
    return str(number) if number.is_finite() and 0 < number <= MOST else ""
