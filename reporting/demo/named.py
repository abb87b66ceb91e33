"""Who `people.yaml` names, with the sign-in code that each gets: the same for every reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FIRST_SERIAL: Final = 100
BY_COMMAND: Final = "quantri"  # the first administrator, made before the others are counted


@dataclass(frozen=True)
class NamedPerson:
    """One entry of the file; `serial` is the number that was reached when it was made."""

    code: str
    serial: int
    row: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the full name."""
        return str(self.row["name"])

    @property
    def born(self) -> dt.date | None:
        """Return the day of birth, where it is known."""
        found = self.row.get("born")
        return found if isinstance(found, dt.date) else None

    @property
    def year(self) -> int:
        """Return the year of birth."""
        return self.born.year if self.born else int(self.row["year"])

    @property
    def unit(self) -> str:
        """Return the code of the unit of the primary post."""
        return str(self.row["unit"])


def named_people(plan: Mapping[str, Any]) -> list[NamedPerson]:
    """Return the people of the plan in the order in which they are made."""
    rows: Sequence[Mapping[str, Any]] = [*plan["logins"], *plan["staff"], *plan["edge"]]
    serial, people = FIRST_SERIAL, []
    for row in rows:
        serial += row.get("code") != BY_COMMAND
        people.append(NamedPerson(str(row.get("code") or f"{serial:05d}"), serial, row))
    return people
