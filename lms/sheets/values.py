"""From the rows of a table to what they say of people, with everything that had to be changed."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from lms.clock import today
from lms.sheets.columns import Mapping
from lms.sheets.dates import DAY_FIRST, is_ambiguous_order, read_date
from lms.sheets.fields import EMAIL, GAPS, MOBILE, national_mobile, shown
from lms.sheets.reading import Cell
from lms.sheets.tables import Table
from lms.text import fold, nfc

IDENTITY_LENGTH: Final = 12
MOST_LOST_ZEROS: Final = 2
AGES: Final = range(15, 101)
WORD: Final = re.compile(r"[^\W\d_]+")
TEXTS: Final = ("unit", "position", "category", "note")
MALE: Final = ("nam", "male", "m")
FEMALE: Final = ("nu", "female", "f", "x", "1")
NAMED_BY: Final = ("staff_code", "identity_number", "full_name")


@dataclass
class Row:
    """One row: what it says, what is wrong with it, and what was changed in reading it."""

    number: int
    fields: dict[str, str] = field(default_factory=dict)
    birth_date: dt.date | None = None
    birth_year: int | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Its e-mail stands on other rows too, so that it identifies nobody.
    shares_address: bool = False
    # The first row that says the same of the same person.
    repeats: int | None = None

    def get(self, key: str) -> str:
        """Return a field, empty where the row does not say."""
        return self.fields.get(key, "")


def values(table: Table, mapping: Mapping, *, order: str = "") -> list[Row]:
    """Return what each row says. `order` answers the question `ask_order` may have to put."""
    reader = _Reader(table, mapping, order or ("" if ask_order(table, mapping) else DAY_FIRST))
    rows = list(reader.rows())
    _note_repeats(rows)
    _note_shared_addresses(rows)
    return rows


def ask_order(table: Table, mapping: Mapping) -> bool:
    """Tell whether the dates of a table do not say if the day or the month stands first."""
    return is_ambiguous_order(table.column(mapping["birth"])) if "birth" in mapping else False


class _Reader:
    def __init__(self, table: Table, mapping: Mapping, order: str) -> None:
        self.table, self.mapping, self.order = table, mapping, order
        self.today = today()
        self.code_length = _code_length(table, mapping)

    def rows(self) -> Iterator[Row]:
        for number, cells in self.table.rows:
            found = {
                key: cells[at]
                for key, at in self.mapping.items()
                if at < len(cells) and str(cells[at]).strip()
            }
            yield self._row(Row(number), found)

    def _row(self, row: Row, found: dict[str, Cell]) -> Row:
        for key in TEXTS:
            if key in found:
                row.fields[key] = shown(found[key])
        _take_name(row, found)
        self._take_code(row, found)
        _take_identity(row, found)
        _take_contacts(row, found)
        self._take_birth(row, found)
        if not any(row.get(key) for key in NAMED_BY):
            row.problems.append(_("The row names nobody: no name, no code."))
        return row

    def _take_code(self, row: Row, found: dict[str, Cell]) -> None:
        code = shown(found.get("staff_code", ""))
        if code.isdigit() and 0 < len(code) < self.code_length:
            padded = code.zfill(self.code_length)
            row.notes.append(
                _("Code %(short)s has lost its leading zeros and is read as %(code)s.")
                % {"short": code, "code": padded}
            )
            code = padded
        row.fields["staff_code"] = code

    def _take_birth(self, row: Row, found: dict[str, Cell]) -> None:
        _take_gender(row, found)
        cell = next((found[key] for key in BIRTHS if key in found and _says(found[key])), "")
        if cell == "":
            return
        born = read_date(cell, today=self.today, order=self.order)
        if born is None:
            sentence = _("Birth date %(text)s cannot be read. Write day/month/year or the year.")
            if not self.order and read_date(cell, today=self.today, order=DAY_FIRST):
                sentence = _("Birth date %(text)s: say with the columns if day or month is first.")
            row.problems.append(sentence % {"text": shown(cell)})
            return
        year = born if isinstance(born, int) else born.year
        if self.today.year - year not in AGES:
            row.problems.append(_("Birth year %(year)d cannot be right.") % {"year": year})
            return
        row.birth_year = year
        row.birth_date = None if isinstance(born, int) else born


BIRTHS: Final = ("birth", "birth_male", "birth_female")


def _says(cell: Cell) -> bool:
    """Tell whether a cell under Nam or Nữ holds more than a tick."""
    return fold(shown(cell)) not in {"x", "nam", "nu"}


def _take_name(row: Row, found: dict[str, Cell]) -> None:
    family, given = (nfc(str(found.get(key, ""))) for key in ("family_name", "given_name"))
    typed = nfc(str(found.get("full_name", ""))) or nfc(f"{family} {given}")
    if not typed:
        return
    if any(char.isdigit() for char in typed):
        row.problems.append(_("The name %(name)s holds figures.") % {"name": typed})
    name = in_title_case(typed)
    if name != typed:
        row.notes.append(_("Name %(typed)s is written %(name)s.") % {"typed": typed, "name": name})
    row.fields["full_name"] = name
    if given:
        row.fields["given_name"] = in_title_case(given)
        row.fields["family_name"] = in_title_case(family)


def in_title_case(name: str) -> str:
    """Return a name typed in one case as names are written; any other nearly as it is."""
    if name.isupper() or name.islower():
        return WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), name)
    # TCVN3 has no capitals with tones: `ánh` among capitalised words is Ánh.
    return " ".join(
        word if word[0].isascii() else word[0].upper() + word[1:] for word in name.split()
    )


def _take_identity(row: Row, found: dict[str, Cell]) -> None:
    digits = GAPS.sub("", shown(found.get("identity_number", "")).lstrip("'"))
    if not digits:
        return
    lost = IDENTITY_LENGTH - len(digits)
    if digits.isdigit() and 0 < lost <= MOST_LOST_ZEROS:
        digits = digits.zfill(IDENTITY_LENGTH)
        row.notes.append(_("The identity number had lost its leading zeros."))
    if not digits.isdigit() or len(digits) != IDENTITY_LENGTH:
        row.problems.append(_("The identity number does not have 12 digits."))
        return
    row.fields["identity_number"] = digits


def _take_contacts(row: Row, found: dict[str, Cell]) -> None:
    email = nfc(str(found.get("email", ""))).lower()
    if email and EMAIL.match(email):
        row.fields["email"] = email
    elif email:
        row.notes.append(_("E-mail %(text)s is not an address; left out.") % {"text": email})
    typed = shown(found.get("mobile", ""))
    number = GAPS.sub("", typed.lstrip("'"))
    if number and MOBILE.match(number):
        row.fields["mobile"] = national_mobile(number)
    elif number:
        row.notes.append(_("%(text)s is not a mobile number; left out.") % {"text": typed})


def _take_gender(row: Row, found: dict[str, Cell]) -> None:
    said = fold(shown(found.get("gender", "")))
    if "birth_male" in found or said in MALE:
        row.fields["gender"] = "male"
    if "birth_female" in found or said in FEMALE:
        if row.get("gender") == "male":
            row.problems.append(_("Both columns, Nam and Nữ, are filled."))
        row.fields["gender"] = "female"


def _code_length(table: Table, mapping: Mapping) -> int:
    """Return how long codes are, where one that kept its leading zero shows it."""
    if "staff_code" not in mapping:
        return 0
    codes = [shown(cell) for cell in table.column(mapping["staff_code"])]
    kept = Counter(len(code) for code in codes if code.isdigit() and code.startswith("0"))
    digits = max((len(code) for code in codes if code.isdigit()), default=0)
    return digits if list(kept) == [digits] else 0


def _note_repeats(rows: Iterable[Row]) -> None:
    """A code or identity number names one person; two alike in name and birth may be two."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        keys = [(key, row.get(key).lower()) for key in NAMED_BY[:2] if row.get(key)]
        person = (fold(row.get("full_name")), str(row.birth_year or ""))
        alike = (*person, fold(row.get("unit"))) if all(person) else None
        same = next((first[key] for key in keys if key in first), None)
        if same:
            row.repeats = same.repeats or same.number
        elif alike and alike in first and not _differ(row, first[alike]):
            row.repeats = first[alike].number
        elif alike and alike in first and _may_be_born_together(row, first[alike]):
            other = {"row": first[alike].number}
            row.notes.append(_("Same name and birth as row %(row)d.") % other)
        for key in [*keys, *([alike] if alike else [])]:
            first.setdefault(key, row)


def _differ(row: Row, other: Row) -> bool:
    """Tell whether two rows of one name differ in something that tells people apart."""
    told = ("staff_code", "identity_number", "mobile", "position", "email")
    same_day = row.birth_date is not None and row.birth_date == other.birth_date
    return any(row.get(key) != other.get(key) for key in told) or not same_day


def _may_be_born_together(row: Row, other: Row) -> bool:
    return None in {row.birth_date, other.birth_date} or row.birth_date == other.birth_date


def _note_shared_addresses(rows: Iterable[Row]) -> None:
    by_address: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("email"):
            by_address[row.get("email")].append(row)
    for address, shared in by_address.items():
        if len(shared) > 1:
            sentence = _("E-mail %(email)s stands on %(count)d rows and identifies nobody.")
            for row in shared:
                row.shares_address = True
                row.notes.append(sentence % {"email": address, "count": len(shared)})
