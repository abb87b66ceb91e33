"""What a person may do anywhere, asked once per request: for menus and buttons, not for objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, Value

from accounts.models import User
from accounts.permissions import ROLE_PERMISSIONS, Permission
from lms.registries import Registry

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Rights:
    """The union of what all roles held today give."""

    permissions: frozenset[Permission] = frozenset()

    def has(self, *any_of: Permission) -> bool:
        """Tell whether one of the permissions is held on at least something."""
        return not self.permissions.isdisjoint(any_of)


@dataclass(frozen=True)
class RightSource:
    """Rows with a `role` that name a person somewhere, and what each role gives there."""

    rows: Callable[[User], QuerySet[Any]]
    table: Mapping[str, frozenset[Permission]]


# Higher apps add what being named on a class or a course gives.
right_sources: Registry[RightSource] = Registry("right sources")
right_sources.register(
    "grants", RightSource(lambda user: user.role_grants.in_force(), ROLE_PERMISSIONS), weight=1
)


def rights(user: User | AbstractBaseUser | AnonymousUser) -> Rights:
    """Return the user's rights; they are asked in one query and kept on the user of the request."""
    if not isinstance(user, User):
        return Rights()
    if user.kept_rights is None:
        user.kept_rights = frozenset[Permission]().union(*_held(user))
    return Rights(user.kept_rights)


def _held(user: User) -> Iterator[frozenset[Permission]]:
    first, *others = (
        source.rows(user).order_by().values_list(Value(name), "role")
        for name, source in right_sources.items()
    )
    for name, role in first.union(*others):
        yield right_sources[name].table.get(role, frozenset())
