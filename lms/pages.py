"""Pages of a list by key: page 1,000 costs as much as page 1, and nothing is counted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PARAMETER: Final = "page"
SALT: Final = "lms.pages"
AFTER, BEFORE = "after", "before"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and how to ask for those beside them."""

    rows: list[Row]
    next_token: str | None
    previous_token: str | None


@dataclass(frozen=True)
class _Place:
    """A row of the list, and on which side of it to read."""

    side: str
    values: list[str | int | None]


def keyset_page(
    queryset: QuerySet[Row],
    request: HttpRequest,
    order: Sequence[str] = ("sort_key", "pk"),
    size: int = 50,
) -> Page[Row]:
    """Return the page a request asks for; a token that is not ours gives the first page.

    The columns of the order hold no null, and the last is the primary key, so no two rows are
    equal: none is shown twice or left out while others come and go.
    """
    if order[-1].lstrip("-") not in ("pk", "id"):
        raise ValueError("The order of a list ends in the primary key.")
    place = _read(request.GET.get(PARAMETER), len(order))
    if place and place.side == BEFORE:
        page = _page_before(queryset, place, order, size)
        if page is not None:
            return page
        place = None  # the rows before are fewer than a page: that is the first page
    return _page_after(queryset, place, order, size)


def _page_after(
    queryset: QuerySet[Row], place: _Place | None, order: Sequence[str], size: int
) -> Page[Row]:
    if place:
        queryset = queryset.filter(beyond(order, place.values))
    rows = list(queryset.order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        next_token=_write(AFTER, rows[-1], order) if more else None,
        previous_token=_write(BEFORE, rows[0], order) if place and rows else None,
    )


def _page_before(
    queryset: QuerySet[Row], place: _Place, order: Sequence[str], size: int
) -> Page[Row] | None:
    backwards = [name.removeprefix("-") if name[0] == "-" else f"-{name}" for name in order]
    queryset = queryset.filter(beyond(backwards, place.values))
    rows = list(queryset.order_by(*backwards)[: size + 1])
    if len(rows) <= size:
        return None
    rows = rows[:size][::-1]
    return Page(rows, _write(AFTER, rows[-1], order), _write(BEFORE, rows[0], order))


def beyond(order: Sequence[str], values: Sequence[str | int | None]) -> Q:
    """Return the rows behind a place: the first column that differs decides."""
    choices, equal = [], Q()
    for name, value in zip(order, values, strict=True):
        column, side = name.removeprefix("-"), "lt" if name[0] == "-" else "gt"
        choices.append(equal & Q(**{f"{column}__{side}": value}))
        equal &= Q(**{column: value})
    # The bound on the first column alone lets the database start its index scan at the place.
    first, side = order[0].removeprefix("-"), "lte" if order[0][0] == "-" else "gte"
    return Q(**{f"{first}__{side}": values[0]}) & reduce(or_, choices)


def _write(side: str, row: Model, order: Sequence[str]) -> str:
    return signing.dumps([side, *place_of(row, order)], salt=SALT, compress=True)


def place_of(row: Model, order: Sequence[str]) -> list[str | int]:
    """Return where a row stands in a list of this order, as plain values for `beyond`."""
    return [_plain(_value(row, name.removeprefix("-"))) for name in order]


def _read(token: str | None, columns: int) -> _Place | None:
    if not token:
        return None
    try:
        side, *values = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    # Another list of the product signs alike: its token has other columns.
    return _Place(side, values) if len(values) == columns else None


def _value(row: Model, path: str) -> object:
    return reduce(getattr, path.split("__"), row)


def _plain(value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)
