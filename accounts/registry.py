"""What this app adds to the menu and to the page that explains access."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import exports
from accounts.actions.reorganising import KIND as REORGANISATION
from accounts.explain import PERSON, UNIT
from accounts.home import activation_line, corrections_line
from accounts.imports.kind import PeopleImport
from accounts.imports.source import KIND
from accounts.panels import explainers
from accounts.permissions import Permission
from accounts.reorganising.kind import ReorganisationKind
from accounts.rights import rights
from jobs.bulk import bulk_kinds
from jobs.exports import export_kinds
from lms.home import home_lines
from lms.navigation import ACCOUNT, MANAGING, SYSTEM, MenuItem, menu

explainers.register("person", PERSON, weight=10)
explainers.register("unit", UNIT, weight=20)


def holders_of(*any_of: Permission) -> Callable[[HttpRequest], bool]:
    """Return a test that shows a line to those who hold one of the permissions."""
    return lambda request: rights(request.user).has(*any_of)


def everybody(_request: HttpRequest) -> bool:
    """Show the line to all who are signed in."""
    return True


P = Permission
menu.register(
    "people",
    MenuItem(MANAGING, _("Personnel"), "accounts:people", "users", holders_of(P.SEE_PEOPLE)),
    weight=60,
)
menu.register(
    "units",
    MenuItem(
        MANAGING,
        _("Units"),
        "accounts:units",
        "building-community",
        holders_of(P.SEE_PEOPLE, P.MANAGE_UNITS),
    ),
    weight=70,
)
menu.register(
    "corrections",
    MenuItem(
        MANAGING,
        _("Correction requests"),
        "accounts:corrections",
        "pencil-check",
        holders_of(P.DECIDE_CORRECTIONS),
    ),
    weight=80,
)
menu.register(
    "roles",
    MenuItem(SYSTEM, _("Roles"), "accounts:roles", "shield-check", holders_of(P.GRANT_ROLES)),
    weight=60,
)
menu.register(
    "explain",
    MenuItem(
        SYSTEM,
        _("Why seen or not"),
        "accounts:explain",
        "help-circle",
        holders_of(P.EXPLAIN_ACCESS),
    ),
    weight=70,
)
menu.register(
    "profile", MenuItem(ACCOUNT, _("Profile"), "accounts:profile", "user-circle", everybody)
)

home_lines.register("corrections", corrections_line, weight=30)
home_lines.register("activation", activation_line, weight=80)

export_kinds.register(exports.PEOPLE, exports.people)
bulk_kinds.register(KIND, PeopleImport())
bulk_kinds.register(REORGANISATION, ReorganisationKind())
export_kinds.register(exports.REORGANISATION, exports.reorganisation)
