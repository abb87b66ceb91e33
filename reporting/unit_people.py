"""The list of people of units with its filter, as pages and the home page show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from accounts.models import Unit, User
from accounts.permissions import Permission
from accounts.rights import rights
from lms.pages import keyset_page
from reporting.forms.tracking import PeopleOfUnitFilter
from reporting.people_rows import ORDER, person_row, posts_of


def people_context(
    request: HttpRequest, user: User, units: Sequence[Unit], *, size: int = 50
) -> dict[str, Any]:
    """Return what the list shows."""
    form = PeopleOfUnitFilter(request.GET)
    page = keyset_page(form.narrow(posts_of(units)), request, order=ORDER, size=size)
    return {
        "filter": form,
        "page": page,
        "rows": [person_row(post) for post in page.rows],
        "may_remind": rights(user).has(Permission.SEND_PEOPLE),
        "query": request.GET.urlencode(),
        "here": request.get_full_path(),
    }
