"""What a person may do anywhere, asked once per request: for menus and buttons, not for objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


# Higher apps add what being named on a class or a course gives.
right_sources: Registry[Callable[[User], Iterable[Permission]]] = Registry("right sources")


def rights(user: User | AbstractBaseUser | AnonymousUser) -> Rights:
    """Return the user's rights; they are worked out once and kept on the user of the request."""
    if not isinstance(user, User):
        return Rights()
    if user.kept_rights is None:
        held = [ROLE_PERMISSIONS[role] for role in user.held_roles]
        held += [frozenset(source(user)) for source in right_sources]
        user.kept_rights = frozenset[Permission]().union(*held)
    return Rights(user.kept_rights)
