"""The units of the city: departments, communes, what is inside some, what is closed."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from accounts.actions.units import close_unit, create_unit
from accounts.models import Unit, User
from reporting.demo.sources import read_csv, read_yaml

LONG_AGO: Final = dt.date(2015, 1, 1)
TWO_TIERS: Final = dt.date(2025, 7, 1)
KINDS: Final = {"Phường": "ward", "Xã": "commune", "Đặc khu": "special_zone"}
ENGLISH: Final = {"ward": "Ward", "commune": "Commune", "special_zone": "Special Zone"}


def make_units(by: User) -> dict[str, Unit]:
    """Make every unit of the city; return them by code."""
    plan = read_yaml("units.yaml")
    city = _unit(plan["city"], None, by)
    units = {city.code: city}
    for row in [*plan["departments"], *plan["closed"]]:
        units[row["code"]] = _unit({"kind": "department"} | row, city, by)
    for row in plan["institutions"]:
        units[row["code"]] = _unit(row, units.get(row.get("parent", "")), by)
    units |= _communes(city, by)
    units |= _inside(plan["inside"], units, by)
    for row in plan["closed"]:
        successor = units[row["successor"]]
        close_unit(unit=units[row["code"]], on=row["closed"], by=by, successor=successor)
    return units


def commune_codes() -> list[str]:
    """Return the codes of wards, communes and the special zone, as the national list has them."""
    return [row["code"] for row in read_csv("data/communes.csv")]


def _communes(city: Unit, by: User) -> dict[str, Unit]:
    units = {}
    for row in read_csv("data/communes.csv"):
        kind = next(code for word, code in KINDS.items() if row["name"].startswith(word))
        facts = {"code": row["code"], "kind": kind, "name": row["name"], "since": TWO_TIERS}
        units[row["code"]] = _unit(facts, city, by)
    return units


def _inside(
    plan: dict[str, list[dict[str, Any]]], units: dict[str, Unit], by: User
) -> dict[str, Unit]:
    made = {}
    for above, rows in plan.items():
        for row in rows:
            code = row["code"] if row["code"].startswith(above) else f"{above}-{row['code']}"
            made[code] = _unit(row | {"code": code, "since": TWO_TIERS}, units[above], by)
    return made


def _unit(row: dict[str, Any], parent: Unit | None, by: User) -> Unit:
    return create_unit(
        code=row["code"],
        kind=row["kind"],
        name=row["name"],
        name_en=row.get("name_en", ""),
        since=row.get("since", LONG_AGO),
        parent=parent,
        by=by,
    )
