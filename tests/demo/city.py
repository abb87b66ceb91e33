"""The demo city's ward, made small: the people whom `demo/people.yaml` names, in their bodies."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.permissions import Role
from enrolments.models import Cohort
from reporting.demo.named import NamedPerson, named_people
from reporting.demo.sources import read_yaml
from tests.make import grant, make_code, make_cohort, make_unit, make_user, make_version
from tests.make import mark_published as published

WARD = "26743"
CATEGORIES = (
    ("can_bo", "Cán bộ"),
    ("vien_chuc", "Viên chức"),
    ("hop_dong", "Hợp đồng lao động"),
    ("khong_chuyen_trach", "Người hoạt động không chuyên trách"),
)
# Not there on every day of the year, or in a while no longer there.
COMING_AND_GOING = ("since_month", "retires_month", "moves_to")


def make_ward() -> tuple[User, Cohort]:
    """Return the ward's HR officer and a class without learners."""
    city = make_unit("Ủy ban nhân dân Thành phố Hồ Chí Minh", kind="city", code="79")
    units = {WARD: make_unit("Phường Bến Thành", parent=city, code=WARD)}
    make_unit("Phường Dĩ An", parent=city, code="25942")
    for row in read_yaml("units.yaml")["inside"][WARD]:
        code = f"{WARD}-{row['code']}"
        units[code] = make_unit(row["name"], parent=units[WARD], kind=row["kind"], code=code)
    for category in CATEGORIES:
        make_code("staff_category", *category)
    people = {one.code: _person(one, units) for one in named_people(read_yaml("people.yaml"))
              if one.unit in units and not set(COMING_AND_GOING) & one.row.keys()}  # fmt: skip
    grant(people["thu"], Role.HR_OFFICER, units[WARD])
    version = published(make_version(by=people["thu"]), by=people["thu"])
    return people["thu"], make_cohort(version, by=people["thu"], organiser=units[WARD])


def _person(one: NamedPerson, units: dict[str, Any]) -> User:
    return make_user(
        one.name,
        unit=units[one.unit],
        username=one.code,
        staff_code=one.code,
        birth_date=one.born,
        birth_year=one.year,
        gender=one.row["gender"],
        email=one.row.get("email", ""),
        title=one.row["title"],
        is_head=one.row.get("is_head", False),
        language="en",
    )
