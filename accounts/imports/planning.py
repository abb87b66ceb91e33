"""The check of a file of people: one verdict per row, nothing written but the plan.

A planned row's `after` holds what is to be written: `new` (a record), `fields` (what a person's
record gets), `post` (where the person goes), `end` (whose post ends). `before` holds what stood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

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
from accounts.imports.source import Settings
from accounts.imports.standing import FIELDS, Free, Records, said, scope_of, units_of
from accounts.matching import Match, match_people, named
from accounts.matching import Verdict as Found
from accounts.models import Posting, Unit, UnitClosure, User
from jobs.models import BulkChange, BulkRow, Verdict
from lms.sheets import Row
from lms.sheets.fields import national_mobile
from lms.text import fold
from reference.models import Code


class Planner:
    """Plans the rows of one file, some hundred at a time."""

    def __init__(self, change: BulkChange, by: User) -> None:
        self.change, self.by = change, by
        self.settings = Settings.of(change)
        self.categories = Categories()
        self.unit = Unit.objects.filter(pk=self.settings.unit_id or 0).first()
        self.category = Code.objects.filter(pk=self.settings.category_id or 0).first()

    def plan(self, rows: Sequence[Row]) -> list[BulkRow]:
        """Return what would be done with each row."""
        units = Units({row.get("unit") for row in rows}, units_of(self.by))
        usable = [row for row in rows if not row.problems and row.repeats is None]
        unit_of = {row.number: self._unit(row, units) for row in usable}
        matches = self._matches(usable, unit_of)
        records = Records.look(
            [one.person.pk for one in matches.values() if one.person], by=self.by
        )
        new = {row.number: self._record(row, unit_of[row.number]) for row in usable}
        free = Free.look(new.values(), by=self.by)
        inside = _inside(unit_of.values(), records)
        taken = self._planned_before(records)
        wrong = self._named_in_error([row for row in rows if row.problems])
        planned = []
        for row in rows:
            if row.number not in matches:
                line = faulty(row)
                line.before = {"candidates": wrong.get(row.number, [])}
            elif matches[row.number].person is None:
                line = self._of_nobody_sure(matches[row.number], new[row.number], free)
            else:
                line = self._known(row, new[row.number], matches[row.number], records, free)
                line = _once(line, row, taken)
                _stay_in_inner_unit(line, inside, records)
            planned.append(worded(line, row))
        return planned

    def _unit(self, row: Row, units: Units) -> Unit | None:
        return units.find(row.get("unit")) if row.get("unit") else self.unit

    def _matches(self, rows: list[Row], unit_of: dict[int, Unit | None]) -> dict[int, Match]:
        scope = scope_of(self.by)
        said_of = [incoming(row, unit_of[row.number]) for row in rows]
        found = dict(zip((row.number for row in rows), match_people(said_of, scope), strict=True))
        unsure = [row for row in rows if found[row.number].verdict == Found.UNKNOWN]
        by_name: dict[str, list[User]] = defaultdict(list)
        for person in named(scope, (fold(row.get("full_name")) for row in unsure)):
            by_name[person.search_key].append(person)
        for row in unsure:
            alike = [one for one in by_name[fold(row.get("full_name"))] if _may_be(one, row)]
            if alike:
                found[row.number] = Match(Found.AMBIGUOUS, candidates=alike[:CANDIDATES_AT_MOST])
        return found

    def _named_in_error(self, rows: list[Row]) -> dict[int, list[int]]:
        """Return whom rows that cannot be read may mean: a complete list does not end them."""
        scope = scope_of(self.by)
        matches = match_people([incoming(row, None) for row in rows], scope)
        alike: dict[str, list[int]] = defaultdict(list)
        for person in named(scope, (fold(row.get("full_name")) for row in rows)):
            alike[person.search_key].append(person.pk)
        found = {row.number: list(alike[fold(row.get("full_name"))]) for row in rows}
        for row, match in zip(rows, matches, strict=True):
            found[row.number] += [match.person.pk] if match.person else []
        return found

    def _planned_before(self, records: Records) -> dict[int, int]:
        """Return, by person, the earlier row of this file that already means them."""
        earlier = self.change.rows.filter(target_type=PERSON, target_id__in=list(records.people))
        return {pk: number for pk, number in earlier.values_list("target_id", "number") if pk}

    def _record(self, row: Row, unit: Unit | None) -> dict[str, Any]:
        """Return what a row says, ready to be written."""
        category = self.categories.find(row.get("category"))
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
            "title": row.get("position")[:150],
            "unit": unit.pk if unit else None,
            "category": category.pk if category else None,
            "unknown_unit": row.get("unit") if row.get("unit") and unit is None else "",
        }

    def _of_nobody_sure(self, match: Match, new: dict[str, Any], free: Free) -> BulkRow:
        """Plan a record to be made, or ask who is meant."""
        default = self.category.pk if self.category else None
        plan = {**new, "category": new["category"] or default}
        against = _why_no_record(plan, free)
        if match.verdict == Found.AMBIGUOUS:
            line = to_decide(match.candidates)
            line.after = {"said": new, "new": None if against else plan}
            return line
        if against:
            return BulkRow(verdict=Verdict.ERROR, message=against)
        return BulkRow(
            verdict=Verdict.NEW,
            included=True,
            target_type=NEW,
            after={"new": plan},
            fingerprint=free.fingerprint(plan),
        )

    def _known(
        self, row: Row, new: dict[str, Any], match: Match, records: Records, free: Free
    ) -> BulkRow:
        person = match.person
        if person is None or person.pk not in records.people:
            return BulkRow(
                verdict=Verdict.UNKNOWN, message=_("Not among the people of one's units.")
            )
        if match.by == "staff_code" and is_under_another_name(row, person):
            line = under_another_name(row, person)
            line.after = {"said": new, "new": None}
            return line
        return meaning(person.pk, new, records, free)


def meaning(person_id: int, new: dict[str, Any], records: Records, free: Free) -> BulkRow:
    """Return the plan for a person on record: what is corrected, where the person goes."""
    person, post = records.people[person_id], records.posts.get(person_id)
    against = _why_not_theirs(person, new, free)
    if against:
        meant = {"candidates": [person_id]}
        return BulkRow(verdict=Verdict.ERROR, message=against, before=meant)
    held, fields = set(person.held_fields), _changes(person, new)
    kept = sorted(name for name in fields if held & {name, *HELD_WITH.get(name, ())})
    fields = _with_parts(new, {key: value for key, value in fields.items() if key not in kept})
    move = _move(post, new)
    line = BulkRow(
        target_type=PERSON,
        target_id=person_id,
        before={"fields": {name: _stood(person, name) for name in fields}, "kept": kept},
        after={"fields": fields, "post": move},
        fingerprint=records.fingerprint(person_id),
    )
    line.included = bool(fields or move)
    line.verdict = Verdict.MOVED if _leaves(post, move) else Verdict.UPDATE
    if not line.included:
        line.verdict = Verdict.SAME
    told = [*_told_fields(person, fields, kept), *_told_post(post, move, new)]
    line.message = " ".join(told)
    return line


def _changes(person: User, new: dict[str, Any]) -> dict[str, str]:
    """Return what the file says otherwise; empty cells and a bare year take nothing away."""
    now = said(person)
    fields = {name: new[name] for name in FIELDS if new[name] and new[name] != now[name]}
    if not new["birth_date"] and now["birth_date"]:
        fields.pop("birth_year", None)
    if national_mobile(now["mobile"]) == new["mobile"]:
        fields.pop("mobile", None)
    if new["staff_code"].lower() in {now["staff_code"].lower(), person.username.lower()}:
        fields.pop("staff_code", None)
    if new["identity_index"] and not person.identity_index:
        fields["identity_index"] = new["identity_index"]
        fields["identity_cipher"] = new["identity_cipher"]
    return fields


def _with_parts(new: dict[str, Any], fields: dict[str, str]) -> dict[str, str]:
    """Return the fields with the parts of a name that changes: as the file splits it, else empty.

    What stood is kept beside them, so that an undo gives back a name as it had been split.
    """
    if "full_name" not in fields:
        return fields
    family, _blank, middle = new["family_name"].partition(" ")
    parts = {"family_name": family, "middle_name": middle, "given_name": new["given_name"]}
    return {**fields, **parts}


def _stood(person: User, name: str) -> str:
    """Return what is on record under the name of a field, as text; identity numbers are sealed."""
    value = getattr(person, name)
    return str(value) if value else ""


def _why_not_theirs(person: User, new: dict[str, Any], free: Free) -> str:
    """Return what of the row contradicts the record, or nothing."""
    born = new["birth_year"]
    if new["identity_index"] and person.identity_index not in {None, "", new["identity_index"]}:
        return _("The record holds another identity number: correct it on the person's page.")
    if new["identity_index"] in free.indexes and not person.identity_index:
        return _("The code or identity number is in use; ask an administrator.")
    other_code = (
        new["staff_code"] and new["staff_code"].lower() != (person.staff_code or "").lower()
    )
    is_sign_in = new["staff_code"].lower() == person.username.lower()
    if (
        other_code
        and not is_sign_in
        and (person.staff_code or new["staff_code"].lower() in free.codes)
    ):
        return _("The record holds another staff code: correct it on the person's page.")
    if born and not new["birth_date"] and person.birth_date and born != str(person.birth_year):
        return _("The record holds another year of birth: correct it on the person's page.")
    return ""


def _move(post: Posting | None, new: dict[str, Any]) -> dict[str, Any] | None:
    """Return the post the person gets, or nothing where it is the one held."""
    category = new["category"] or (post.category_id if post else None)
    unit = new["unit"] or (post.unit_id if post else None)
    title = new["title"] or (post.title if post and post.unit_id == unit else "")
    if unit is None or category is None:
        return None
    if post and (post.unit_id, post.title, post.category_id) == (unit, title, category):
        return None
    return {"unit": unit, "title": title, "category": category}


def _leaves(post: Posting | None, move: dict[str, Any] | None) -> bool:
    return move is not None and (post is None or move["unit"] != post.unit_id)


def _told_fields(person: User, fields: dict[str, str], kept: list[str]) -> list[str]:
    """Return in words what is corrected; numbers of identity papers are never told."""
    now, words = said(person), []
    for name, value in fields.items():
        if name == "birth_year" and "birth_date" in fields:
            continue  # told by the date
        if name in FIELDS:
            words.append(f"{LABELS[name]}: {now[name] or '–'} → {value}.")
        elif name == "identity_index":
            words.append(_("Identity number added."))
    if kept:
        names = ", ".join(str(LABELS[name]) for name in kept)
        words.append(_("Kept as corrected by hand: %(names)s.") % {"names": names})
    return words


def _told_post(post: Posting | None, move: dict[str, Any] | None, new: dict[str, Any]) -> list[str]:
    """Return in words where a person goes."""
    if new["unknown_unit"]:
        words = _("Unit %(unit)s is not among one's own; the post stays.")
        return [words % {"unit": new["unknown_unit"]}]
    if move is None:
        return []
    if post and not _leaves(post, move):
        return [f"{LABELS['title']}: {post.title or '–'} → {move['title'] or '–'}."]
    return [_("Leaves %(unit)s.") % {"unit": post.unit} if post else _("Gets a post.")]


# A correction by hand of one of these holds the field it belongs to.
HELD_WITH: Final = {
    "full_name": ("family_name", "middle_name", "given_name"),
    "birth_date": ("birth",),
    "birth_year": ("birth",),
}
LABELS: Final[dict[str, str | Promise]] = {
    "full_name": _l("full name"),
    "birth_date": _l("date of birth"),
    "birth_year": _l("year of birth"),
    "gender": _l("gender"),
    "mobile": _l("mobile"),
    "email": _l("e-mail"),
    "staff_code": _l("staff code"),
    "title": _l("position"),
}


def _once(line: BulkRow, row: Row, taken: dict[int, int]) -> BulkRow:
    """Let a person be meant by one row of the file only."""
    if line.target_type != PERSON or line.target_id is None:
        return line
    if line.target_id in taken:
        return repeated(taken[line.target_id])
    taken[line.target_id] = row.number
    return line


def _stay_in_inner_unit(
    line: BulkRow, inside: dict[tuple[int, int], Posting], records: Records
) -> None:
    """Let a file that names the whole leave people in the part where the record has them."""
    move = (line.after or {}).get("post")
    post = inside.get((move["unit"], line.target_id or 0)) if move else None
    if move is None or post is None:
        return
    before, fields = line.before or {}, (line.after or {})["fields"]
    stays = {**move, "unit": post.unit_id, "title": move["title"] or post.title}
    if (stays["title"], stays["category"]) == (post.title, post.category_id):
        stays = {}
    line.after = {"fields": fields, "post": stays or None}
    line.included = bool(fields or stays)
    line.verdict = Verdict.UPDATE if line.included else Verdict.SAME
    told = _told_fields(records.people[post.user_id], fields, before.get("kept", []))
    if stays:
        told.append(f"{LABELS['title']}: {post.title or '–'} → {stays['title'] or '–'}.")
    words = _("The post in %(unit)s, a part of it, stays.") % {"unit": post.unit}
    line.message = " ".join([*told, words])


def _inside(units: Any, records: Records) -> dict[tuple[int, int], Posting]:
    """Return, by unit of the file and person, the post the person has in a part of the unit."""
    ids = {unit.pk for unit in units if unit}
    posts = records.posts.values()
    links = UnitClosure.objects.filter(
        ancestor__in=ids, descendant__in={post.unit_id for post in posts}, depth__gt=0
    )
    above: dict[int, list[int]] = defaultdict(list)
    for ancestor, descendant in links.values_list("ancestor", "descendant"):
        above[descendant].append(ancestor)
    return {(unit, post.user_id): post for post in posts for unit in above[post.unit_id]}


def _may_be(person: User, row: Row) -> bool:
    """Tell whether name and birth allow that the row means the person; two codes do not."""
    code = row.get("staff_code").lower()
    if code and person.staff_code and code != person.staff_code.lower():
        return False
    return may_be(person, row)


def _why_no_record(new: dict[str, Any], free: Free) -> str:
    if not new["full_name"]:
        return _("Nobody of one's units has this code, and the row gives no name for a new record.")
    if new["unit"] not in free.units:
        return _("No record can be made: the unit is missing or not one's own.")
    if not new["category"]:
        return _("No record can be made: the staff category is missing.")
    if free.is_taken(new):
        return _("The code or identity number is in use; ask an administrator.")
    return ""
