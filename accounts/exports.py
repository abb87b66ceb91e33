"""The list of people as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.forms.people import PeopleFilter
from accounts.models import Reorganisation, User
from accounts.permissions import Permission
from accounts.rights import rights
from jobs.exports import Export, by_key
from jobs.models import BulkRow
from lms.export import Cell

PEOPLE: Final = "accounts.people"
REORGANISATION: Final = "accounts.reorganisation"


def people(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return exactly the people the filter of the page leaves."""
    if not isinstance(user, User) or not rights(user).has(Permission.SEE_PEOPLE):
        return None
    form = PeopleFilter(QueryDict(args["filter"]), by=user)
    found = form.narrow(User.objects.allowing(user, Permission.SEE_PEOPLE).active())
    header = [_("Sign-in code"), _("Full name"), _("Unit"), _("Position"), _("Staff category")]
    return Export(
        name="nhan-su",
        header=[*header, _("Sign-in")],
        count=found.count(),
        part=by_key(found.with_posts(), ("sort_key", "pk"), _line),
        action="export_people",
    )


def _line(_number: int, person: User) -> list[Cell]:
    posts = getattr(person, "posts", [])
    where = [posts[0].unit.name, posts[0].title, posts[0].category.name] if posts else [""] * 3
    came = _("Has signed in") if person.last_login else _("Never signed in")
    return [person.username, person.full_name, *where, came]


def reorganisation(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the rows of a reorganisation, with what became of each."""
    if not isinstance(user, User):
        return None
    mine = Reorganisation.objects.allowing(user, Permission.MANAGE_UNITS)
    made = mine.filter(pk=args["reorganisation"], change__isnull=False).first()
    if made is None:
        return None
    rows = BulkRow.objects.filter(change=made.change_id, included=True)
    return Export(
        name="sap-xep-don-vi",
        header=[_("Row"), _("Who or what"), _("What happens"), _("State"), _("Why not")],
        count=rows.count(),
        part=by_key(rows, ("number", "pk"), _row_line),
        action="export_reorganisation",
    )


def _row_line(_number: int, row: BulkRow) -> list[Cell]:
    return [row.number, row.label, row.message, row.get_state_display(), row.reason]
