"""What a line of the table of addresses says, and how it is written."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.world import World

Arguments = tuple[Any, ...]


class Kind(StrEnum):
    """What an address is."""

    PAGE = "page"
    ACT = "act"  # POST only
    FILE = "file"  # a download, a fragment, or data: not looked at as a page
    API = "api"
    PUBLIC = "public"  # a page for everybody
    OPEN = "open"  # for everybody, and not a page


EVERYBODY = frozenset(
    [
        "learner",
        "hr",
        "department_hr",
        "other_hr",
        "trainer",
        "training_officer",
        "signatory",
        "supervisor",
        "manager",
        "administrator",
        "auditor",
        "support",
        "stranger",
    ]
)


def parts(names: str) -> frozenset[str]:
    """Return the parts of a list of words; a wrong name is a mistake of the table."""
    named = frozenset(names.split())
    assert named <= EVERYBODY, named - EVERYBODY
    return named


@dataclass(frozen=True)
class Address:
    """One line of the table."""

    kind: Kind
    may: frozenset[str]
    args: Callable[[World], Arguments] = lambda _world: ()
    data: dict[str, str] = field(default_factory=dict)  # what a POST needs to reach its object

    def absent(self, world: World) -> Arguments:
        """Return the arguments of an object that does not exist."""
        return tuple(_absent(value) for value in self.args(world))


def _absent(value: Any) -> Any:
    if isinstance(value, int):
        return 10**8
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=1)
    return value


def page(may: frozenset[str], args: Callable[[World], Arguments] = lambda _w: ()) -> Address:
    return Address(Kind.PAGE, may, args)


def act(
    may: frozenset[str], args: Callable[[World], Arguments] = lambda _w: (), **data: str
) -> Address:
    return Address(Kind.ACT, may, args, data)


def file(may: frozenset[str], args: Callable[[World], Arguments] = lambda _w: ()) -> Address:
    return Address(Kind.FILE, may, args)


def api(may: frozenset[str], args: Callable[[World], Arguments] = lambda _w: ()) -> Address:
    return Address(Kind.API, may, args)


def public(args: Callable[[World], Arguments] = lambda _w: ()) -> Address:
    return Address(Kind.PUBLIC, EVERYBODY, args)


def open_to_all(args: Callable[[World], Arguments] = lambda _w: ()) -> Address:
    return Address(Kind.OPEN, EVERYBODY, args)
