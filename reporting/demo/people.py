"""The people of the city: the named ones of `people.yaml`, the others put together by lot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from unicodedata import normalize

from django.contrib.auth.hashers import make_password

from accounts.actions.people import PersonData, create_person, end_posting, move_person
from accounts.actions.roles import appoint_first_administrator, grant_role
from accounts.models import Posting, Unit, User
from lms.clock import today
from reference.models import Code
from reporting.demo.names import invented_name, is_woman
from reporting.demo.sources import number, pick, read_yaml
from reporting.demo.units import commune_codes

FIRST_POST: Final = dt.date(2025, 7, 1)
ADMINISTRATOR: Final = "quantri"
FIRST_SERIAL: Final = 138  # of the people put together by lot; the named ones have their codes
OFFICIAL: Final = "cong_chuc"
WITHOUT_MAIL: Final = 27  # of a hundred
# Of a hundred people nobody has named: who is what, and what they are called.
CATEGORIES: Final = (
    *([(OFFICIAL, "Chuyên viên")] * 62 + [(OFFICIAL, "Chuyên viên chính")] * 12),
    *([(OFFICIAL, "Cán sự")] * 8 + [("vien_chuc", "Viên chức")] * 9),
    *(
        [("hop_dong", "Nhân viên")] * 5
        + [("khong_chuyen_trach", "Người hoạt động không chuyên trách")] * 4
    ),
)
HEADS: Final = {
    "department": ("Giám đốc Sở", OFFICIAL),
    "ward": ("Chủ tịch Ủy ban nhân dân phường", "can_bo"),
    "commune": ("Chủ tịch Ủy ban nhân dân xã", "can_bo"),
    "special_zone": ("Chủ tịch Ủy ban nhân dân đặc khu", "can_bo"),
    "division": ("Trưởng phòng", OFFICIAL),
    "service": ("Giám đốc Trung tâm", OFFICIAL),
}
TITLES: Final = {
    "VPUB": "Chánh Văn phòng",
    "TTTP": "Chánh Thanh tra",
    "VP": "Chánh Văn phòng",
}


@dataclass
class People:
    """Everybody, by sign-in code and by the unit of the primary post."""

    units: dict[str, Unit]
    by: User
    password: str
    categories: dict[str, Code]
    reasons: dict[str, Code]
    by_code: dict[str, User] = field(default_factory=dict)
    of_unit: dict[int, list[User]] = field(default_factory=dict)
    notes: dict[str, list[User]] = field(default_factory=dict)
    serial: int = FIRST_SERIAL
    communes: list[str] = field(default_factory=list)  # those of several people
    # Today, while the clock of the diary stands elsewhere.
    day: dt.date = field(default_factory=today)

    def __getitem__(self, code: str) -> User:
        return self.by_code[code]

    def below(self, code: str) -> list[User]:
        """Return the people of a unit and of the units inside it."""
        inside = [unit for key, unit in self.units.items() if key.split("-")[0] == code]
        return [person for unit in inside for person in self.of_unit.get(unit.pk, [])]

    def unit_of(self, person: User) -> Unit:
        """Return the unit of the primary post."""
        posts = Posting.objects.in_force().primary().select_related("unit")
        return posts.get(user=person).unit

    def with_units(self, chosen: list[User]) -> list[tuple[User, Unit]]:
        """Return people with the units of their primary posts."""
        posts = Posting.objects.in_force().primary().filter(user__in=chosen)
        units = {post.user_id: post.unit for post in posts.select_related("unit")}
        return [(person, units[person.pk]) for person in chosen]

    def serving(self, code: str) -> list[User]:
        """Return the people of a unit who hold their post on the day of the diary."""
        posts = Posting.objects.in_force().primary().values_list("user_id", flat=True)
        held = set(posts)
        return [person for person in self.below(code) if person.pk in held]


def make_administrator() -> User:
    """Make the first person, who then makes the others."""
    row = next(row for row in read_yaml("people.yaml")["logins"] if row["code"] == ADMINISTRATOR)
    person = User(username=row["code"], staff_code=row["code"], email=row["email"])
    person.take_name(row["name"])
    person.birth_date, person.birth_year = row["born"], row["born"].year
    person.gender = row["gender"]
    person.set_unusable_password()
    person.save()
    appoint_first_administrator(person=person, since=today())
    return person


def make_people(units: dict[str, Unit], by: User, day: dt.date) -> People:
    """Make everybody with their posts and roles."""
    plan = read_yaml("people.yaml")
    codes = Code.objects.filter(list__in=["staff_category", "end_reason"])
    people = People(
        units=units,
        by=by,
        day=day,
        password=make_password(plan["password"]),
        categories={code.code: code for code in codes if code.list == "staff_category"},
        reasons={code.code: code for code in codes if code.list == "end_reason"},
    )
    for row in [*plan["logins"], *plan["staff"], *plan["edge"]]:
        _named(row, people)
    _fill(plan, people)
    for row in [*plan["logins"], *plan["staff"]]:
        _roles(row, people)
    return people


def let_in(people: list[User], password: str, when: dt.datetime) -> None:
    """Give people who have come before a password; the others have only their sign-in codes."""
    ids = [person.pk for person in people]
    User.objects.filter(pk__in=ids).update(password=password, last_login=when)


def _named(row: dict[str, Any], people: People) -> None:
    if row.get("code") == ADMINISTRATOR:
        person = people.by
        unit, category = people.units[row["unit"]], people.categories[OFFICIAL]
        move_person(
            person=person,
            unit=unit,
            category=category,
            since=FIRST_POST,
            by=person,
            title=row["title"],
        )
    else:
        person = _create(row, people)
    _keep(person, people.units[row["unit"]], people)
    if row.get("note"):
        people.notes.setdefault(row["note"], []).append(person)
    _second_post(row, person, people)
    _last_day(row, person, people)


def _create(row: dict[str, Any], people: People) -> User:
    born, since = row.get("born"), FIRST_POST
    if row.get("since_month"):
        since = _this_year(row["since_month"], people)
    data = PersonData(
        # Some offices send names whose marks are letters of their own.
        full_name=normalize(row.get("typed", "NFC"), row["name"]),
        family_name=row.get("family", ""),
        middle_name=row.get("middle", ""),
        given_name=row.get("given", ""),
        staff_code=row["code"],
        birth_date=born,
        birth_year=row.get("year"),
        gender=row["gender"],
        mobile=row.get("mobile", ""),
        email=row.get("email", ""),
        identity_number=row.get("identity_number", ""),
    )
    return create_person(
        data=data,
        unit=people.units[row["unit"]],
        category=people.categories[row.get("category", OFFICIAL)],
        since=since,
        by=people.by,
        title=row["title"],
        is_head=row.get("is_head", False),
    )


def _keep(person: User, unit: Unit, people: People) -> None:
    people.by_code[person.username] = person
    people.of_unit.setdefault(unit.pk, []).append(person)


def _second_post(row: dict[str, Any], person: User, people: People) -> None:
    """A second post gives sight only: the person counts once, where the primary post is."""
    also = row.get("also")
    if also:
        Posting.objects.create(
            user=person,
            unit=people.units[also["unit"]],
            category=people.categories[row.get("category", OFFICIAL)],
            title=also["title"],
            since=FIRST_POST,
            is_primary=False,
        )


def _last_day(row: dict[str, Any], person: User, people: People) -> None:
    if row.get("retires_month"):
        end_posting(
            posting=person.postings.primary().get(),
            on=_this_year(row["retires_month"], people),
            reason=people.reasons["nghi_huu"],
            by=people.by,
        )


def _this_year(month: int, people: People) -> dt.date:
    """Return the first day of the month in the year that runs."""
    return dt.date(people.day.year, month, 1)


def _fill(plan: dict[str, Any], people: People) -> None:
    for code, size in plan["sizes"].items():
        _fill_unit(str(code), size, people)
    spread, large = plan["communes"], set(plan["sizes"])
    others = [code for code in commune_codes() if code not in large]
    for place, code in enumerate(sorted(others, key=lambda code: number(code, 10**9))):
        if place < spread["count"]:
            size = spread["least"] + number(f"size {code}", spread["most"] - spread["least"] + 1)
            people.communes.append(code)
        else:
            size = int(place % spread["every_other_with_one"] == 0)
        _fill_unit(code, size, people)


def _fill_unit(code: str, size: int, people: People) -> None:
    """Add people until the unit and what is inside it have so many."""
    inside = [unit for key, unit in people.units.items() if key.startswith(f"{code}-")]
    places = inside or [people.units[code]]
    headed: Counter[int] = Counter()
    for place in range(size - len(people.below(code))):
        unit = places[place % len(places)]
        _someone(unit, people, is_head=headed[unit.pk] == 0 and unit.kind in HEADS)
        headed[unit.pk] += 1


def _someone(unit: Unit, people: People, *, is_head: bool) -> None:
    people.serial += 1
    about = f"{people.serial}"
    woman = is_woman(about)
    family, middle, given = invented_name(about, is_woman=woman)
    category, title = pick(CATEGORIES, f"category {about}")
    if is_head:
        title, category = HEADS[unit.kind]
        title = TITLES.get(unit.code.split("-")[-1], title)
    row: dict[str, Any] = {
        "code": f"{int(about):05d}",
        "name": f"{family} {middle} {given}",
        "family": family,
        "middle": middle,
        "given": given,
        "gender": "female" if woman else "male",
        **_facts(about, is_woman=woman),
        "unit": unit.code,
        "title": title,
        "category": category,
        "is_head": is_head,
    }
    _keep(_create(row, people), unit, people)


def _facts(about: str, *, is_woman: bool) -> dict[str, Any]:
    """Return birth, mailbox, mobile and identity number: invented, of ranges nobody has."""
    born = dt.date(1968, 1, 1) + dt.timedelta(days=number(f"born {about}", 33 * 365))
    facts: dict[str, Any] = {"born": born}
    if number(f"mail {about}", 100) >= WITHOUT_MAIL:
        facts["email"] = f"demo-{about}@cbcc.example"
    if number(f"mobile {about}", 3) == 0:
        facts["mobile"] = f"09000000{number(f'digits {about}', 100):02d}"
    if number(f"identity {about}", 2) == 0:
        century = (1 if is_woman else 0) + (2 if born.year >= 2000 else 0)  # noqa: PLR2004
        drawn = number(f"number {about}", 10**6)
        prefix = 97 + number(f"prefix {about}", 3)
        facts["identity_number"] = f"{prefix:03d}{century}{born:%y}{drawn:06d}"
    return facts


def _roles(row: dict[str, Any], people: People) -> None:
    person = people[row["code"]]
    for role in row.get("roles", []):
        if role["role"] == "administrator":
            continue  # from the command line only, done first
        days = role.get("days")
        grant_role(
            person=person,
            role=role["role"],
            scope=role["scope"],
            unit=people.units.get(role.get("unit", "")),
            since=FIRST_POST,
            until=people.day + dt.timedelta(days=days) if days else None,
            by=people.by,
        )
