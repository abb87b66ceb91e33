"""Units and staff categories as files name them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db.models import Q

from accounts.models import Unit, UnitClosure
from accounts.models.units import UnitKind, UnitQuerySet
from lms.text import fold
from reference.models import Code

PREFIX: Final = re.compile(r"\A(?:ubnd|uy ban nhan dan|uy ban)\s+")
SHORT: Final = {"p": "phuong", "x": "xa", "tt": "trung tam"}
SHORTENED: Final = re.compile(r"\A(p|x|tt)(?:\.\s*|\s+)(?=\w)")
DASHES: Final = re.compile(r"\s*[-–—]\s*")
LONGEST_TITLE: Final = 200
LOOKS: Final = "staff_category"


def key_of(name: str) -> str:
    """Return a unit's name as files vary it: `UBND phường Bến Thành` is Phường Bến Thành."""
    bare = PREFIX.sub("", DASHES.sub(" - ", fold(name)))
    return SHORTENED.sub(lambda found: f"{SHORT[found[1]]} ", bare)


class Units:
    """The units of an officer that some rows name, by code or by name."""

    def __init__(self, names: Iterable[str], allowed: UnitQuerySet) -> None:
        texts = {name for name in names if name}
        folded = {form for text in texts for form in (fold(text), key_of(text))}
        folded |= {f"{prefix} {key_of(text)}" for text in texts for prefix in ("ubnd",)}
        found = allowed.filter(
            Q(code__in=texts) | Q(search_key__in=folded) | Q(search_key__in=_spaced(folded))
        )
        self._by_key: dict[str, list[Unit]] = defaultdict(list)
        for unit in found:
            self._by_key[unit.code].append(unit)
            self._by_key[key_of(unit.name)].append(unit)

    def find(self, name: str) -> Unit | None:
        """Return the one unit a text names; None where it names none or several."""
        for key in (name, key_of(name)):
            if len(self._by_key.get(key, [])) == 1:
                return self._by_key[key][0]
        return None


def unit_of_the_file(titles: Iterable[str], units: UnitQuerySet) -> Unit | None:
    """Return the unit that a title block names last, else the one all the officer's are inside."""
    lines = [line for line in titles if len(line) <= LONGEST_TITLE]
    named = Units(lines, units)
    found = [unit for unit in map(named.find, lines) if unit]
    if found:
        return found[-1]
    inner = UnitClosure.objects.filter(ancestor__in=units, depth__gt=0).values("descendant")
    tops = list(units.exclude(pk__in=inner)[:2])
    # Whoever sends from a whole city must say of which unit the people are.
    return tops[0] if len(tops) == 1 and tops[0].kind != UnitKind.CITY else None


def _spaced(names: Iterable[str]) -> set[str]:
    return {name.replace(" - ", dash) for name in names for dash in (" – ", " - ", "-", "–")}


class Categories:
    """The staff categories in force, by code or by name in either language."""

    def __init__(self) -> None:
        self._by_key = {}
        for code in Code.objects.filter(list=LOOKS):
            for text in (code.code, code.name_vi, code.name_en):
                self._by_key[fold(text)] = code

    def find(self, text: str) -> Code | None:
        """Return the category a text names."""
        return self._by_key.get(fold(text)) if text else None
