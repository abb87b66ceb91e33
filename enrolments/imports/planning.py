"""The check of an import: one verdict per row, nothing written but the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import identity
from accounts.imports.lists import Categories, Units
from accounts.imports.rows import (
    CANDIDATES_AT_MOST,
    NEW,
    PERSON,
    faulty,
    incoming,
    is_under_another_name,
    may_be,
    repeated,
    to_decide,
    under_another_name,
    worded,
)
from accounts.matching import Match, match_people, named
from accounts.matching import Verdict as Found
from accounts.models import Unit, UnitClosure, User
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.imports.source import Settings
from enrolments.imports.standing import Newcomers, People, scope_of, sending_units
from enrolments.models import Cohort
from jobs.models import BulkChange, BulkRow, Verdict
from lms.sheets import Row
from lms.text import fold
from reference.models import Code

LONGEST_CODE: Final = 12


class Planner:
    """Plans the rows of one import, some hundred at a time."""

    def __init__(self, change: BulkChange, by: User) -> None:
        self.change, self.by = change, by
        self.settings = Settings.of(change)
        self.cohort = Cohort.objects.get(pk=self.settings.cohort_id)
        self.categories = Categories()
        self.unit = Unit.objects.filter(pk=self.settings.unit_id or 0).first()
        self.category = Code.objects.filter(pk=self.settings.category_id or 0).first()
        self.may_create = rights(by).has(Permission.MANAGE_PEOPLE)
        self.inside: set[tuple[int, int]] = set()

    def plan(self, rows: Sequence[Row]) -> list[BulkRow]:
        """Return what would be done with each row."""
        units = Units({row.get("unit") for row in rows}, sending_units(self.by))
        usable = [row for row in rows if not row.problems and row.repeats is None]
        unit_of = {row.number: self._unit(row, units) for row in usable}
        matches = self._matches(usable, unit_of)
        people = People.look(
            [match.person.pk for match in matches.values() if match.person],
            cohort=self.cohort,
            by=self.by,
        )
        self.inside = _inside(unit_of.values(), people)
        new = self._newcomers(usable, matches, unit_of)
        standing = Newcomers.look(new.values(), by=self.by)
        taken = self._planned_before(people)
        planned = []
        for row in rows:
            if row.number in matches:
                line = self._of(row, matches[row.number], unit_of[row.number], people, taken)
            else:
                line = faulty(row)
            if row.number in new:
                _offer_record(line, new[row.number], standing)
            planned.append(worded(line, row))
        return planned

    def _unit(self, row: Row, units: Units) -> Unit | None:
        return units.find(row.get("unit")) if row.get("unit") else self.unit

    def _matches(self, rows: list[Row], unit_of: dict[int, Unit | None]) -> dict[int, Match]:
        scope = scope_of(self.by)
        said_of = [incoming(row, unit_of[row.number]) for row in rows]
        found = dict(zip((row.number for row in rows), match_people(said_of, scope), strict=True))
        unsure = [row for row in rows if found[row.number].verdict == Found.UNKNOWN]
        for number, alike in _alike(unsure, scope).items():
            found[number] = Match(Found.AMBIGUOUS, candidates=alike, by="alike")
        return found

    def _planned_before(self, people: People) -> dict[int, int]:
        """Return, by person, the earlier row of this file that already means them."""
        earlier = self.change.rows.filter(target_type=PERSON, target_id__in=list(people.units))
        return {pk: number for pk, number in earlier.values_list("target_id", "number") if pk}

    def _newcomers(
        self, rows: list[Row], matches: dict[int, Match], unit_of: dict[int, Unit | None]
    ) -> dict[int, dict[str, str]]:
        """Return the records that could be made for rows that are not surely somebody."""
        if not self.may_create:
            return {}
        return {
            row.number: self._record(row, unit_of[row.number])
            for row in rows
            if matches[row.number].verdict != Found.MATCHED and row.get("full_name")
        }

    def _record(self, row: Row, unit: Unit | None) -> dict[str, str]:
        category = self.categories.find(row.get("category")) or self.category
        number = row.get("identity_number")
        plain = (
            "full_name",
            "family_name",
            "given_name",
            "staff_code",
            "gender",
            "mobile",
            "email",
        )
        return {name: row.get(name) for name in plain} | {
            "birth_date": row.birth_date.isoformat() if row.birth_date else "",
            "birth_year": str(row.birth_year or ""),
            "identity_cipher": identity.encrypt(number) if number else "",
            "identity_index": identity.blind_index(number) if number else "",
            "search_key": fold(row.get("full_name"))[:200],
            "title": row.get("position")[:150],
            "unit": str(unit.pk) if unit else "",
            "category": str(category.pk) if category else "",
        }

    def _of(
        self, row: Row, match: Match, unit: Unit | None, people: People, taken: dict[int, int]
    ) -> BulkRow:
        if match.verdict == Found.UNKNOWN:
            message = _("Not found among the people of one's units.")
            return BulkRow(verdict=Verdict.UNKNOWN, message=message)
        if match.person is None:
            return _to_decide(match.candidates, row)
        if is_under_another_name(row, match.person):
            line = under_another_name(row, match.person)
            line.before = {**(line.before or {}), "alone": False}
            return line
        return self._known(row, match.person, unit, people, taken)

    def _known(
        self, row: Row, person: User, unit: Unit | None, people: People, taken: dict[int, int]
    ) -> BulkRow:
        if person.pk in taken:
            return repeated(taken[person.pk])
        unit_id = people.units.get(person.pk) or (unit.pk if unit else None)
        if unit_id is None:
            message = _("The person has no unit on record and the file names none.")
            return BulkRow(verdict=Verdict.ERROR, message=message)
        line = meaning(person.pk, unit_id, people)
        taken[person.pk] = row.number
        if people.is_in(person.pk):
            line.verdict, line.message = Verdict.SAME, _("Already in the class.")
            return line
        line.included = True
        moved = unit and row.get("unit") and (unit.pk, unit_id) not in self.inside
        line.verdict = Verdict.MOVED if moved else Verdict.NEW
        if moved:
            line.message = _("The record has another unit than the file; the record's is used.")
        return line


def meaning(person_id: int, unit_id: int, people: People) -> BulkRow:
    """Return the start of a row that means a person on record."""
    return BulkRow(
        target_type=PERSON,
        target_id=person_id,
        after={"person": person_id, "unit": unit_id},
        fingerprint=people.fingerprint(person_id),
    )


def _alike(rows: list[Row], scope: Any) -> dict[int, list[User]]:
    """Return people whom a row may mean in another unit, without a date, or by a short code."""
    names = {fold(row.get("full_name")) for row in rows}
    codes = {row.number: _with_zeros(row.get("staff_code")) for row in rows}
    by_name: dict[str, list[User]] = defaultdict(list)
    for person in named(scope, names):
        by_name[person.search_key].append(person)
    every = {code for forms in codes.values() for code in forms}
    by_code = {one.staff_code: one for one in scope.filter(staff_code__in=every)} if every else {}
    alike = {}
    for row in rows:
        found = [one for one in by_name[fold(row.get("full_name"))] if may_be(one, row)]
        found += [by_code[code] for code in codes[row.number] if code in by_code]
        if found:
            alike[row.number] = list(dict.fromkeys(found))[:CANDIDATES_AT_MOST]
    return alike


def _with_zeros(code: str) -> list[str]:
    """Return the codes a number may have been before a spreadsheet took its zeros away."""
    if not code.isdigit():
        return []
    return [code.zfill(length) for length in range(len(code) + 1, LONGEST_CODE + 1)]


def _to_decide(candidates: Sequence[User], row: Row) -> BulkRow:
    """Ask who is meant; whom name and birth fit alone may be taken together with others."""
    line = to_decide(candidates)
    line.before = {**(line.before or {}), "alone": _fits_alone(row, candidates)}
    return line


def _fits_alone(row: Row, candidates: Sequence[User]) -> bool:
    """Tell whether one person only has the name and the birth that the row gives."""
    return (
        len(candidates) == 1
        and row.birth_year is not None
        and row.birth_year == candidates[0].birth_year
        and fold(row.get("full_name")) == candidates[0].search_key
    )


def _inside(units: Iterable[Unit | None], people: People) -> set[tuple[int, int]]:
    """Return the pairs of a unit of the file and a unit of the record that lies in it."""
    ids = {unit.pk for unit in units if unit}
    links = UnitClosure.objects.filter(ancestor__in=ids, descendant__in=people.units.values())
    return set(links.values_list("ancestor", "descendant"))


def _offer_record(line: BulkRow, new: dict[str, str], standing: Newcomers) -> None:
    """Let a record be made for the row where nothing stands against it; else say what does."""
    why_not = _why_no_record(new, standing)
    if why_not and line.verdict == Verdict.AMBIGUOUS:
        return  # somebody is there to choose
    if why_not:
        line.message = f"{line.message} {why_not}"
        return
    line.after = {"new": new}
    if line.verdict == Verdict.UNKNOWN:
        line.target_type, line.fingerprint = NEW, standing.fingerprint(new)
        line.message += " " + _("A record can be made.")


def _why_no_record(new: dict[str, str], standing: Newcomers) -> str:
    if not new["unit"] or int(new["unit"]) not in standing.units:
        return _("No record can be made: the unit is missing or not one's own.")
    if not new["category"]:
        return _("No record can be made: the staff category is missing.")
    if standing.is_taken(new):
        return _("No record can be made with this code or number; ask an administrator.")
    return ""
