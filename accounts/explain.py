"""Why a person sees a thing, or does not: grants, the way through the tree, the decision."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RoleGrant, Scope, Unit, UnitClosure, User
from accounts.panels import Explainer, Finding
from accounts.permissions import ROLE_PERMISSIONS, Permission


@dataclass(frozen=True)
class Reach:
    """What gives sight of an object: the permission, and the units and institutions it is of."""

    permission: Permission
    unit_ids: list[int]
    provider_unit_ids: list[int] = field(default_factory=list)


def find_person(text: str) -> Model | None:
    """Return the person of a sign-in code."""
    person: User | None = User.objects.filter(username__iexact=text.strip()).first()
    return person


def find_unit(text: str) -> Model | None:
    """Return the unit of a code."""
    return Unit.objects.filter(code__iexact=text.strip()).first()


def explain_unit(reader: User, target: Model) -> list[Finding]:
    """Say which posts and grants of the reader reach the unit."""
    if not isinstance(target, Unit):
        raise TypeError("A unit is expected.")
    own = reader.postings.in_force().filter(unit=target).exists()
    posts = [Finding(_("Has a post in this unit."), speaks_for=True)] if own else []
    return posts + grants_of(reader, Reach(Permission.SEE_PEOPLE, [target.pk]))


def explain_person(reader: User, target: Model) -> list[Finding]:
    """Say which grants of the reader reach a unit where the person has a post."""
    if not isinstance(target, User):
        raise TypeError("A person is expected.")
    if reader.pk == target.pk:
        return [Finding(_("It is the person's own record."), speaks_for=True)]
    posts = list(target.postings.in_force().select_related("unit"))
    where = [Finding(_("Post in: %(unit)s") % {"unit": post.unit.name}) for post in posts]
    if not posts:
        where = [Finding(_("The person has no post today."), speaks_for=False)]
    units = [post.unit_id for post in posts]
    return where + grants_of(reader, Reach(Permission.SEE_PEOPLE, units))


def sees_unit(reader: User, target: Model) -> bool:
    """Give the decision the pages give."""
    return Unit.objects.visible_to(reader).filter(pk=target.pk).exists()


def sees_person(reader: User, target: Model) -> bool:
    """Give the decision the pages give."""
    return bool(User.objects.visible_to(reader).filter(pk=target.pk).exists())


PERSON = Explainer(gettext_lazy("Person"), find_person, explain_person, sees_person)
UNIT = Explainer(gettext_lazy("Unit"), find_unit, explain_unit, sees_unit)


def grants_of(reader: User, reach: Reach) -> list[Finding]:
    """Say of each grant of the reader whether and how it reaches an object."""
    grants = list(reader.role_grants.select_related("unit").order_by("pk"))
    if not grants:
        return [Finding(_("Holds no role."), speaks_for=False)]
    paths = _paths(reach.unit_ids)
    in_force = set(reader.role_grants.in_force().values_list("pk", flat=True))
    return [
        _verdict(grant, reach, paths)
        if grant.pk in in_force
        else Finding(
            _("%(role)s, %(where)s: not in force today.") % _words(grant), speaks_for=False
        )
        for grant in grants
    ]


def _paths(unit_ids: list[int]) -> dict[int, str]:
    """Return, for each unit above these, the way down to one of them."""
    links = UnitClosure.objects.filter(descendant__in=unit_ids)
    rows = links.select_related("ancestor", "descendant").order_by("-depth")
    names: dict[int, list[tuple[int, str]]] = {}
    for link in rows:
        names.setdefault(link.descendant_id, []).append((link.ancestor_id, link.ancestor.name))
    paths = {}
    for chain in names.values():
        for index, (ancestor, _name) in enumerate(chain):
            paths[ancestor] = " › ".join(name for _pk, name in chain[index:])
    return paths


def _words(grant: RoleGrant) -> dict[str, object]:
    return {"role": grant.get_role_display(), "where": grant.unit or grant.get_scope_display()}


def _verdict(grant: RoleGrant, reach: Reach, paths: dict[int, str]) -> Finding:
    words = _words(grant)
    if reach.permission not in ROLE_PERMISSIONS[grant.role]:
        return Finding(_("%(role)s, %(where)s: gives no sight of this.") % words, speaks_for=False)
    if grant.scope == Scope.SITE:
        return Finding(_("%(role)s, whole site: reaches everything.") % words, speaks_for=True)
    if grant.scope == Scope.PROVIDER and grant.unit_id in reach.provider_unit_ids:
        return Finding(_("%(role)s of the institution: %(where)s.") % words, speaks_for=True)
    if grant.scope == Scope.UNIT and grant.unit_id in paths:
        words["path"] = paths[grant.unit_id]
        return Finding(_("%(role)s reaches it: %(path)s.") % words, speaks_for=True)
    return Finding(_("%(role)s, %(where)s: outside this scope.") % words, speaks_for=False)
