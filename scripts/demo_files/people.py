"""Whom the sample lists name: people of the demo city's ward, and some it does not know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from reporting.demo.named import named_people

DEMO: Final = Path(__file__).resolve().parents[2] / "demo"
WARD: Final = "Phường Bến Thành"
# Of the ward, in the order of the list: how the birth is written, and the name where it differs.
SENT: Final = {
    "Nguyễn Thị Hồng Hạnh": "1981",
    "Trần Thị Minh Thu": "02/3/1986",
    "Phan Thị Hằng": "14/2/1991",
    "Võ Ngọc Hân": "1994",
    "Bùi Minh Đức": "21.7.88",
    "Dương Văn Hòa": "1972",
    "Phan Quốc Việt": "19/8/1984",
    "Trần Ngọc Yến Nhi": "06/02/1998",
    "Mai Văn Thành": "1979",
}


@dataclass(frozen=True)
class Person:
    """One line of a list. Without a code: nobody whom the ward has on record."""

    name: str
    gender: str
    birth: str
    position: str
    category: str
    code: str = ""

    @property
    def day(self) -> str:
        """Return the birth as a clean list has it."""
        parts = self.birth.replace(".", "/").split("/")
        if len(parts) > 1 and len(parts[-1]) == 2:  # noqa: PLR2004  two figures of a year
            parts[-1] = f"19{parts[-1]}"
        return "/".join(part.zfill(2) for part in parts)


CATEGORIES: Final = {
    "can_bo": "Cán bộ",
    "cong_chuc": "Công chức",
    "vien_chuc": "Viên chức",
    "hop_dong": "Hợp đồng lao động",
    "khong_chuyen_trach": "Người hoạt động không chuyên trách",
}
GENDERS: Final = {"female": "Nữ", "male": "Nam"}
# Two colleagues share this name and year: the list does not say which of them is meant.
TWICE: Final = "Nguyễn Thị Hạnh"
# Newly recruited, and one who serves in another ward: the ward has no record of them.
STRANGERS: Final = [
    Person("Tôn Nữ Cẩm Tú", "Nữ", "1996", "Chuyên viên", "Công chức"),
    Person("Đàm Vĩnh Khang", "Nam", "05/11/1990", "Chuyên viên", "Công chức"),
    Person("H'Mai Kbuôr", "Nữ", "1999", "Văn thư", "Hợp đồng lao động"),
    Person("Đinh Thị Lê", "Nữ", "1975", "Cán sự", "Công chức"),
]


def of_the_ward() -> list[Person]:
    """Return the people on record, in the order of `SENT`, then one of the two namesakes."""
    plan = yaml.safe_load((DEMO / "people.yaml").read_text(encoding="utf-8"))
    known = {one.name: one for one in named_people(plan) if one.unit.startswith("26743")}
    people = []
    for name, birth in [*SENT.items(), (TWICE, "1985")]:
        row = known[name].row
        category = CATEGORIES[row.get("category", "cong_chuc")]
        people.append(
            Person(name, GENDERS[row["gender"]], birth, row["title"], category, known[name].code)
        )
    return people


def everybody() -> list[Person]:
    """Return the whole list as the ward sends it."""
    return [*of_the_ward(), *STRANGERS]


def serial(day: dt.date) -> int:
    """Return a day as a spreadsheet counts it."""
    return (day - dt.date(1899, 12, 30)).days
